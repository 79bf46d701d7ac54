// `mlpipe gate --baseline FILE --candidate FILE --label COLUMN ...`: the regression gate on two
// files of predictions, without a pipeline.
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "runner/adapter/modules.hpp"
#include "runner/base/text.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/files.hpp"
#include "stages/regression/gate_files.hpp"

namespace mlpipe::cli {
namespace {

namespace regression = stages::regression;
using regression::Asked;
using regression::Evidence;
using regression::SliceBy;

constexpr int exit_pass = 0;
constexpr int exit_usage = 2;
constexpr int exit_fail = 4;
constexpr int exit_not_evaluated = 6;

Result<double> number_of(const std::string& option, const std::string& text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return fail(Code::usage, fmt::format("{}: `{}` is no number", option, printable(text)));
  }
  return value;
}

// "NAME=VALUE", cut at the first `=`.
struct Named {
  std::string name;
  std::string value;
};
Result<Named> named(const std::string& option, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return fail(Code::usage, fmt::format("{} takes NAME=VALUE, not `{}`", option, printable(text)));
  }
  return Named{text.substr(0, equals), text.substr(equals + 1)};
}

// METRIC=VALUE, applied to every metric of that name.
template <class Apply>
Status for_named(const std::string& option, const std::vector<Named>& own, Evidence& evidence,
                 const Apply& apply) {
  for (const Named& one : own) {
    bool used = false;
    for (Asked& asked : evidence.metrics) {
      if (asked.metric.name == one.name) {
        TRY_OK(apply(one.value, asked));
        used = true;
      }
    }
    if (!used) {
      return fail(Code::usage, fmt::format("{} {}: no --metric of that name is given", option,
                                           printable(one.name)));
    }
  }
  return {};
}

Status read_margins(const GateArguments& arguments, Evidence& evidence) {
  const auto margin_of = [](const std::string& text) -> Result<double> {
    TRY(const double margin, number_of("--margin", text));
    if (margin < 0) {
      return fail(Code::usage, "--margin: how much worse does not matter; it is not negative");
    }
    return margin;
  };
  std::vector<Named> own;
  for (const std::string& text : arguments.margins) {
    if (text.find('=') == std::string::npos) {
      TRY(evidence.margin, margin_of(text));
    } else {
      TRY(Named one, named("--margin", text));
      own.push_back(std::move(one));
    }
  }
  for (Asked& asked : evidence.metrics) {
    asked.margin = evidence.margin;
  }
  return for_named("--margin", own, evidence, [&](const std::string& text, Asked& asked) -> Status {
    TRY(asked.margin, margin_of(text));
    return {};
  });
}

Result<regression::Test> test_of(const std::string& name) {
  const auto test = regression::test_named(name);
  if (!test) {
    return fail(Code::usage,
                fmt::format("--test: there is no test `{}`; there are {}", printable(name),
                            fmt::join(regression::test_names(), ", ")));
  }
  return *test;
}

Status read_metrics(const GateArguments& arguments, Evidence& evidence) {
  for (const std::string& name : arguments.metrics) {
    auto metric = regression::metric_named(name);
    if (!metric) {
      return fail(Code::usage, "--metric: " + metric.error().message);
    }
    Asked asked;
    asked.metric = *metric;
    evidence.metrics.push_back(asked);
  }
  std::vector<Named> own;
  for (const std::string& text : arguments.tests) {
    if (text.find('=') == std::string::npos) {
      TRY(evidence.test, test_of(text));
    } else {
      TRY(Named one, named("--test", text));
      own.push_back(std::move(one));
    }
  }
  for (Asked& asked : evidence.metrics) {
    asked.test = evidence.test;
  }
  return for_named("--test", own, evidence, [](const std::string& text, Asked& asked) -> Status {
    TRY(asked.test, test_of(text));
    return {};
  });
}

// Every fairness metric asked for, on every column; the three differences where none was named.
Status read_fairness(const GateArguments& arguments, Evidence& evidence) {
  std::vector<Asked> fair;
  std::vector<Asked> others;
  for (const Asked& asked : evidence.metrics) {
    (asked.metric.family == regression::Family::fairness ? fair : others).push_back(asked);
  }
  if (!fair.empty() && arguments.fairness.empty()) {
    return fail(Code::usage, fmt::format("--metric {}: say between whom, --fairness COLUMN",
                                         fair.front().metric.name));
  }
  if (fair.empty()) {
    for (const char* name : {"demographic_parity_difference", "equal_opportunity_difference",
                             "equalised_odds_difference"}) {
      Asked asked;
      TRY(asked.metric, regression::metric_named(name));
      fair.push_back(asked);
    }
  }
  for (const std::string& column : arguments.fairness) {
    for (Asked asked : fair) {
      asked.by = column;
      others.push_back(asked);
    }
  }
  evidence.metrics = std::move(others);
  return {};
}

Status read_slices(const GateArguments& arguments, Evidence& evidence) {
  for (const std::string& column : arguments.slices) {
    evidence.slices.push_back({column, column, {}, {}});
  }
  for (const std::string& text : arguments.slice_bins) {
    TRY(const Named one, named("--slice-bins", text));
    SliceBy slice{one.name, one.name, {}, {}};
    for (std::size_t at = 0; at <= one.value.size();) {
      const std::size_t comma = std::min(one.value.find(',', at), one.value.size());
      TRY(const double edge, number_of("--slice-bins", one.value.substr(at, comma - at)));
      if (!slice.edges.empty() && edge <= slice.edges.back()) {
        return fail(Code::usage, "--slice-bins: the edges must ascend");
      }
      slice.edges.push_back(edge);
      at = comma + 1;
    }
    evidence.slices.push_back(std::move(slice));
  }
  for (const std::string& text : arguments.slice_sql) {
    TRY(const Named one, named("--slice-sql", text));
    evidence.slices.push_back({one.name, {}, {}, one.value});
  }
  return {};
}

Result<Evidence> evidence_of(const GateArguments& arguments) {
  Evidence evidence;
  evidence.columns = {arguments.label, arguments.prediction, arguments.scores,   arguments.key,
                      arguments.group, arguments.positive,   arguments.threshold};
  evidence.alpha = arguments.alpha;
  evidence.power = arguments.power;
  evidence.draws = arguments.draws;
  evidence.seed = arguments.seed;
  evidence.min_rows = arguments.min_rows;
  evidence.correction =
      arguments.correction == "none" ? regression::Correction::none : regression::Correction::holm;
  evidence.on_inconclusive = arguments.on_inconclusive == "fail" ? regression::OnInconclusive::fail
                             : arguments.on_inconclusive == "pass"
                                 ? regression::OnInconclusive::pass
                                 : regression::OnInconclusive::warn;
  TRY_OK(read_metrics(arguments, evidence));
  if (!arguments.fairness.empty() || !evidence.metrics.empty()) {
    TRY_OK(read_fairness(arguments, evidence));
  }
  TRY_OK(read_margins(arguments, evidence));
  TRY_OK(read_slices(arguments, evidence));
  return evidence;
}

int exit_code(regression::Verdict verdict, regression::OnInconclusive on_inconclusive) {
  using regression::Verdict;
  const bool fails =
      verdict == Verdict::fail ||
      (verdict == Verdict::inconclusive && on_inconclusive == regression::OnInconclusive::fail);
  return fails ? exit_fail : exit_pass;
}

int refuse(const Error& error) {
  std::fputs(fmt::format("mlpipe gate: {}\n", error.message).c_str(), stderr);
  return error.code == Code::usage ? exit_usage : exit_not_evaluated;
}

}  // namespace

int gate(const GateArguments& arguments) {
  auto evidence = evidence_of(arguments);
  if (!evidence) {
    return refuse(evidence.error());
  }
  std::string scratch = (std::filesystem::temp_directory_path() / "mlpipe-gate-XXXXXX").string();
  if (mkdtemp(scratch.data()) == nullptr) {
    return show(fail_errno("cannot make a scratch folder", errno).value());
  }
  stages::Host host;
  host.open_tables = adapter::open_tables;
  const std::uint32_t threads = std::max(1U, std::thread::hardware_concurrency());
  const auto answer = regression::judge_files(
      {arguments.baseline, arguments.candidate}, *evidence,
      {std::filesystem::current_path().string(), scratch, threads, 0}, host);
  (void)engine::remove_all(scratch);
  if (!answer) {
    return refuse(answer.error());
  }
  const std::string text = arguments.json ? regression::to_json(*answer, *evidence) + "\n"
                                          : regression::to_text(*answer, *evidence);
  std::fputs(text.c_str(), stdout);
  if (answer->verdict == regression::Verdict::inconclusive &&
      evidence->on_inconclusive == regression::OnInconclusive::warn) {
    std::fputs("mlpipe gate: warning: the rows cannot tell; see --margin, --on-inconclusive\n",
               stderr);
  }
  return exit_code(answer->verdict, evidence->on_inconclusive);
}

}  // namespace mlpipe::cli
