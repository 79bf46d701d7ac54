#include "stages/data_check/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "runner/base/text.hpp"
#include "stages/data_check/check_reader.hpp"
#include "stages/data_check/option_reader.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Diagnostics;
using spec::Node;
using spec::NodeKind;

// Two checks with one name could not be told apart in reports.
void number_names(std::vector<Check>& checks) {
  for (std::size_t i = 1; i < checks.size(); ++i) {
    const std::string base = checks[i].name;
    const auto taken = [&](const std::string& name) {
      return std::any_of(checks.begin(), checks.begin() + static_cast<std::ptrdiff_t>(i),
                         [&](const Check& other) { return other.name == name; });
    };
    for (int n = 2; taken(checks[i].name); ++n) {
      checks[i].name = fmt::format("{} #{}", base, n);
    }
  }
}

// Whether there is a suite. It was written against pandas, whose reading of missing values it takes
// along unless the stage says otherwise.
bool read_suite_keys(const Node& node, Config& config, Diagnostics& diagnostics) {
  const Node* suite = node.find("suite");
  const Node* parameters = node.find("suite_parameters");
  if (parameters != nullptr && (suite == nullptr || parameters->kind != NodeKind::map)) {
    diagnostics.error(parameters->mark,
                      suite == nullptr ? "`suite_parameters` belong to a `suite`"
                                       : "`suite_parameters` must be a map of names to values");
  }
  if (suite == nullptr) {
    return false;
  }
  if (suite->kind != NodeKind::string || suite->text.empty()) {
    diagnostics.error(suite->mark, "`suite` must be the path of a Great Expectations suite",
                      "for example `suite: expectations/train.json`");
  }
  config.suite = suite->text;
  if (parameters != nullptr) {
    config.suite_parameters = *parameters;
  }
  const Node* csv = node.find("csv");
  if (csv == nullptr || csv->find("null_values") == nullptr) {
    config.csv.null_values = table::pandas_null_values();
  }
  return true;
}

// `tables: {customers: data/customers.csv}`
void read_others(const Node& node, Config& config, Diagnostics& diagnostics) {
  if (node.kind != NodeKind::map) {
    diagnostics.error(node.mark, "`tables` must be a map from a name to a table",
                      "for example `tables: {customers: data/customers.csv}`");
    return;
  }
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const std::string& name = node.keys[i].text;
    const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    });
    if (!plain || name == "data" || name.starts_with("mlpipe")) {
      diagnostics.error(node.keys[i].mark, fmt::format("`{}` cannot name a table", printable(name)),
                        "letters, digits and _; not `data`, nor what begins with mlpipe");
    }
    config.others.push_back({name, table::read_tables(node.items[i], diagnostics)});
  }
}

// The table that a rule names beside the one that is checked; empty: none.
std::string other_table(const Rule& rule) {
  if (const auto* key = std::get_if<ForeignKey>(&rule)) {
    return key->references.table;
  }
  if (const auto* overlap = std::get_if<NoOverlap>(&rule)) {
    return overlap->with.table;
  }
  if (const auto* known = std::get_if<KnownValues>(&rule)) {
    return known->in.table;
  }
  if (const auto* later = std::get_if<LaterThan>(&rule)) {
    return later->than.table;
  }
  const auto* ratio = std::get_if<RowRatio>(&rule);
  return ratio == nullptr ? "" : ratio->to;
}

void must_be_named(const std::string& name, const std::vector<std::string>& names, const char* what,
                   spec::Mark mark, Diagnostics& diagnostics) {
  if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) {
    return;
  }
  const auto near = nearest(name, names);
  diagnostics.error(mark, fmt::format("there is no {} `{}`", what, printable(name)),
                    near ? fmt::format("did you mean `{}`?", *near) : "");
}

// Tables and checks that a check names must be there.
void check_references(const Check& check, const Config& config, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const OtherTable& other : config.others) {
    names.push_back(other.name);
  }
  must_be_named(other_table(check.rule), names, "table under `tables` with the name", check.mark,
                diagnostics);
  if (const auto* anomaly = std::get_if<Anomaly>(&check.rule)) {
    names.clear();
    for (const Check& other : config.checks) {
      if (!std::holds_alternative<Anomaly>(other.rule) && other.group_by.empty()) {
        names.push_back(other.name);
      }
    }
    must_be_named(anomaly->of, names, "check without `group_by` with the name", check.mark,
                  diagnostics);
  }
}

void read_body(const Node& node, spec::Mark where, Config& config, Diagnostics& diagnostics) {
  if (const Node* format = node.find("format")) {
    config.format = table::read_format(*format, diagnostics);
  }
  if (const Node* at = node.find("at")) {
    config.at = table::read_at(*at, diagnostics);
  }
  if (const Node* constraints = node.find("constraints")) {
    config.constraints = Constraints::from_table;
    if (constraints->kind != NodeKind::string || constraints->text != "from_table") {
      diagnostics.error(constraints->mark, fmt::format("`constraints` must be from_table, not {}",
                                                       shown(*constraints)));
    }
  }
  if (const Node* csv = node.find("csv")) {
    config.csv = table::read_csv_options(*csv, diagnostics);
  }
  if (const Node* others = node.find("tables")) {
    read_others(*others, config, diagnostics);
  }
  OnEmpty on_empty = OnEmpty::pass;
  if (const Node* empty = node.find("on_empty")) {
    on_empty = read_on_empty(*empty, diagnostics);
  }
  const Node* checks = node.find("checks");
  if (read_suite_keys(node, config, diagnostics) && checks == nullptr) {
    return;
  }
  if (checks == nullptr || checks->kind != NodeKind::list || checks->items.empty()) {
    diagnostics.error(checks == nullptr ? where : checks->mark,
                      "`checks` must be a list with at least one check",
                      "for example `checks: [{row_count: {min: 1}}]`, or a `suite`");
    return;
  }
  for (const Node& item : checks->items) {
    read_check(item, on_empty, config.checks, diagnostics);
  }
  number_names(config.checks);
  for (const Check& check : config.checks) {
    check_references(check, config, diagnostics);
  }
}

}  // namespace

Config read_config(const Node& node, spec::Mark where, Diagnostics& diagnostics) {
  Config config;
  known_keys(node,
             {"table", "format", "at", "csv", "constraints", "tables", "checks", "on_empty",
              "suite", "suite_parameters"},
             "data_check", diagnostics);
  if (const Node* named = node.find("table")) {
    config.tables = table::read_tables(*named, diagnostics);
  } else {
    diagnostics.error(where, "a data_check needs `table`", "for example `table: build/train.csv`");
  }
  read_body(node, where, config, diagnostics);
  return config;
}

Config read_checks_file(const Node& document, Diagnostics& diagnostics) {
  Config config;
  if (document.kind == NodeKind::list) {
    Node wrapped;
    wrapped.kind = NodeKind::map;
    wrapped.mark = document.mark;
    wrapped.keys.push_back({"checks", document.mark});
    wrapped.items.push_back(document);
    read_body(wrapped, document.mark, config, diagnostics);
  } else if (document.kind == NodeKind::map) {
    known_keys(document,
               {"table", "format", "at", "csv", "constraints", "tables", "checks", "on_empty",
                "suite", "suite_parameters"},
               "a file of checks", diagnostics);
    read_body(document, document.mark, config, diagnostics);
  } else {
    diagnostics.error(document.mark,
                      "a file of checks holds a list of checks, or a map with `checks`");
  }
  return config;
}

}  // namespace mlpipe::stages::data_check
