// The command lines of the verbs on tables: check, table, drift, gate, profile.
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>

#include "runner/cli/arguments.hpp"
#include "runner/cli/isolated.hpp"
#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {
namespace {

void add_gate_columns(CLI::App& sub, GateArguments& gate) {
  const auto many = [&](const char* name, std::vector<std::string>& to, const char* text,
                        const char* type) {
    return sub.add_option(name, to, text)->type_name(type)->allow_extra_args(false);
  };
  many("--baseline", gate.baseline, "predictions of the model in use: CSV, JSONL or Parquet",
       "FILE")
      ->required();
  many("--candidate", gate.candidate, "predictions of the new model", "FILE")->required();
  sub.add_option("--label", gate.label, "the column of the truth")->required()->type_name("COL");
  sub.add_option("--prediction", gate.prediction, "the column predicted (default: prediction)")
      ->type_name("COL");
  many("--score", gate.scores,
       "the positive class's score (default: score), or CLASS=COL for each class", "COL");
  sub.add_option("--key", gate.key, "join the two files by it (default: row by row)")
      ->type_name("COL");
  sub.add_option("--group", gate.group, "the query of a row, for ndcg, map and hit_rate")
      ->type_name("COL");
  sub.add_option("--positive", gate.positive, "the positive class (default: 1, true or yes)")
      ->type_name("CLASS");
  sub.add_option("--threshold", gate.threshold, "score from which a row is positive (0.5)");
  many("--fairness", gate.fairness, "compare how the groups of this column are treated", "COL");
  many("--slice", gate.slices, "judge the rows of each value apart", "COL");
  many("--slice-bins", gate.slice_bins, "the same by bins of a number", "COL=EDGE,...");
  many("--slice-sql", gate.slice_sql, "the rows where a condition holds, apart", "NAME=SQL");
  sub.add_option("--min-rows", gate.min_rows, "of a slice (default: 30, or 1 % of the rows)")
      ->check(CLI::PositiveNumber);
}

}  // namespace

void add_check(CLI::App& command, Verb& verb) {
  const auto check = std::make_shared<CheckArguments>();
  command.add_option("table", check->table, "a file, a folder or a glob; of Delta also FOLDER@v3")
      ->required();
  CLI::Option_group* what = command.add_option_group("what is checked");
  what->add_option("--checks", check->checks, "YAML file with the checks")->type_name("FILE");
  what->add_option("--suite", check->suite, "suite of Great Expectations (JSON)")
      ->type_name("FILE");
  what->require_option(1);
  command.add_option("--parameter", check->parameters, "a parameter of the suite, NAME=VALUE")
      ->type_name("NAME=VALUE");
  command.add_flag("--json", check->json, "the result as JSON");
  command.add_flag("--explain", check->explain, "the SQL that is run, instead of the result");
  command
      .add_option("--previous", check->previous,
                  "an earlier result (--json), for checks that look back")
      ->type_name("FILE");
  command.callback([check, &verb] {
    verb = [check] { return cli::isolated(check->table, [&] { return cli::check(*check); }); };
  });
}

void add_table(CLI::App& command, Verb& verb) {
  const auto table = std::make_shared<TableArguments>();
  command.add_option("table", table->table, "a file, a folder or a glob; of Delta also FOLDER@v3")
      ->required();
  CLI::Option* json = command.add_flag("--json", table->json, "the facts as JSON");
  command.add_option("--rows", table->rows, "print the first rows instead, one JSON object a line")
      ->type_name("N")
      ->excludes(json)
      ->check(CLI::PositiveNumber);
  command.callback([table, &verb] {
    verb = [table] { return cli::isolated(table->table, [&] { return cli::show_table(*table); }); };
  });
}

void add_drift(CLI::App& command, Verb& verb) {
  const auto drift = std::make_shared<DriftArguments>();
  command
      .add_option("reference", drift->reference,
                  "what the data looked like: a table, or a profile saved by `mlpipe profile`")
      ->required();
  command.add_option("current", drift->current, "what it looks like now: a table")->required();
  command.add_option("--column", drift->columns, "only this column; may be given several times")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command.add_option("--exclude", drift->exclude, "not this column")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command.add_option("--method", drift->method, "how to compare (default: Evidently's choice)")
      ->type_name("NAME");
  command.add_option("--threshold", drift->threshold, "from where on a column has drifted");
  command
      .add_option("--calibrated", drift->calibrated,
                  "for psi: the threshold that noise passes this seldom")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("ALPHA");
  command.add_option("--type", drift->type, "of the columns named: num, cat or text")
      ->check(CLI::IsMember({"num", "cat", "text"}));
  command.add_option("--share", drift->share, "share of drifted columns that fails (default: 0.5)")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--correction", drift->correction, "for many columns: holm or bh")
      ->check(CLI::IsMember({"none", "holm", "bh"}));
  command.add_option("--target", drift->target, "the column that is predicted")->type_name("NAME");
  command.add_option("--prediction", drift->prediction, "the column with the predictions")
      ->type_name("NAME");
  command.add_option("--config", drift->config, "YAML file with the keys of a drift stage")
      ->type_name("FILE");
  command.add_option("--report", drift->reports, "write an .html, .md or .json report")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->check([](const std::string& path) {
        return path.ends_with(".html") || path.ends_with(".md") || path.ends_with(".json")
                   ? std::string()
                   : std::string("a report is an .html, .md or .json file");
      });
  command.add_flag("--json", drift->json, "the result as JSON");
  command.callback([drift, &verb] { verb = [drift] { return cli::drift(*drift); }; });
}

void add_gate(CLI::App& command, Verb& verb) {
  const auto gate = std::make_shared<GateArguments>();
  add_gate_columns(command, *gate);
  const CLI::Range inside(std::nextafter(0.0, 1.0), std::nextafter(1.0, 0.0));
  command
      .add_option("--metric", gate->metrics,
                  "accuracy, f1_macro, roc_auc, log_loss, mae, ndcg@10 ...")
      ->type_name("M")
      ->allow_extra_args(false);
  command
      .add_option("--test", gate->tests,
                  "bootstrap, bca, mcnemar, delong, permutation, t, wilcoxon ...")
      ->type_name("T|M=T")
      ->allow_extra_args(false);
  command.add_option("--margin", gate->margins, "a loss this small does not matter (default: 0)")
      ->type_name("X|M=X")
      ->allow_extra_args(false);
  command.add_option("--alpha", gate->alpha, "chance of a false alarm (0.05)")->check(inside);
  command.add_option("--power", gate->power, "chance to see what is called detectable (0.8)")
      ->check(inside);
  command.add_option("--on-inconclusive", gate->on_inconclusive, "pass, warn (default) or fail")
      ->check(CLI::IsMember({"pass", "warn", "fail"}));
  command
      .add_option("--correction", gate->correction,
                  "of several comparisons: holm (default) or none")
      ->check(CLI::IsMember({"holm", "none"}));
  command.add_option("--draws", gate->draws, "bootstrap and permutation draws (10000)")
      ->check(CLI::Range(100, 1'000'000));
  command.add_option("--seed", gate->seed, "of the draws (0)");
  command.add_flag("--json", gate->json, "the result as JSON");
  command.callback([gate, &verb] { verb = [gate] { return cli::gate(*gate); }; });
}

void add_profile(CLI::App& command, Verb& verb) {
  const auto profile = std::make_shared<ProfileArguments>();
  command.add_option("table", profile->table, "CSV, JSONL or Parquet: a file, a folder or a glob")
      ->required();
  command.add_option("-o,--output", profile->output, "keep the profile, for `mlpipe drift`")
      ->type_name("FILE.json")
      ->check([](const std::string& path) {
        return path.ends_with(".json") ? std::string() : std::string("a profile is a .json file");
      });
  command.add_option("--report", profile->report, "write an HTML page")->type_name("FILE.html");
  command.add_flag("--json", profile->json, "the profile as JSON");
  command.callback([profile, &verb] { verb = [profile] { return cli::profile(*profile); }; });
}

}  // namespace mlpipe::cli
