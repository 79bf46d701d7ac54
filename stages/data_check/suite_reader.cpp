#include "stages/data_check/suite_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/base/text.hpp"
#include "stages/data_check/row_condition.hpp"
#include "stages/data_check/suite_catalog.hpp"
#include "stages/data_check/suite_json.hpp"
#include "stages/shared/options.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;

constexpr std::size_t default_shown = 20;  // partial_unexpected_count of Great Expectations
constexpr std::size_t complete_shown =
    10'000;  // COMPLETE: every row, as far as a report can hold them

std::string place_of(const std::string& path, spec::Mark mark) {
  return fmt::format("{}:{}:{}", path, mark.line, mark.column);
}

Check unusable(Check check, const SuiteProblem& problem, const std::string& path) {
  check.rule = Expectation{
      expect::Unusable{fmt::format("{}: {}", place_of(path, problem.mark), problem.message)}, {}};
  return check;
}

// result_format: BASIC, or {"result_format": "COMPLETE", "partial_unexpected_count": 50, ...}.
std::size_t read_result_format(Kwargs& kwargs) {
  const Node* node = kwargs.take("result_format");
  if (node == nullptr) {
    return default_shown;
  }
  const Node* name = node->kind == NodeKind::map ? node->find("result_format") : node;
  const std::string format = name == nullptr ? "BASIC" : name->text;
  if (format != "BOOLEAN_ONLY" && format != "BASIC" && format != "SUMMARY" &&
      format != "COMPLETE") {
    kwargs.problem(node->mark,
                   fmt::format("`result_format` must be BOOLEAN_ONLY, BASIC, SUMMARY or "
                               "COMPLETE, not {}",
                               shown(*node)));
  }
  if (format == "COMPLETE") {
    return complete_shown;
  }
  const Node* count =
      node->kind == NodeKind::map ? node->find("partial_unexpected_count") : nullptr;
  return count == nullptr || count->kind != NodeKind::integer
             ? default_shown
             : static_cast<std::size_t>(
                   std::clamp(number_of(*count), 0.0, static_cast<double>(complete_shown)));
}

// What every expectation may carry, and changes nothing here.
void take_common(Kwargs& kwargs) {
  for (const auto* key : {"catch_exceptions", "include_config", "meta", "batch_id", "notes",
                          "result_format", "condition_parser", "unexpected_index_column_names"}) {
    (void)kwargs.take(key);
  }
}

void read_condition(Kwargs& kwargs, Check& check) {
  const Node* parser = kwargs.take("condition_parser");
  const Node* condition = kwargs.take("row_condition");
  if (condition == nullptr) {
    return;
  }
  auto sql = row_condition_sql(*condition, parser == nullptr ? "" : parser->text);
  if (!sql) {
    kwargs.problem(condition->mark, "row_condition: " + sql.error().message);
  } else {
    check.where = std::move(*sql);
  }
}

void read_kwargs(const ExpectationKind& kind, Kwargs& kwargs, Check& check) {
  Expectation expectation;
  ExpectationTarget target = read_target(kind, kwargs);
  check.columns = std::move(target.columns);
  expectation.ignore = target.ignore;
  if (kind.mostly == ExpectationKind::Mostly::taken) {
    check.mostly = kwargs.share("mostly", 1.0);
  }
  read_condition(kwargs, check);
  check.origin->shown = read_result_format(kwargs);
  take_common(kwargs);
  expectation.expected = kind.read(kwargs);
  check.rule = std::move(expectation);
}

// "expect_column_max_to_be_between(price)"
std::string name_of(const Check& check) {
  std::string columns;
  for (const std::string& column : check.columns) {
    columns += (columns.empty() ? "" : ", ") + printable(column);
  }
  return columns.empty() ? check.origin->type : fmt::format("{}({})", check.origin->type, columns);
}

const std::initializer_list<std::string_view> expectation_keys{"type",
                                                               "expectation_type",
                                                               "kwargs",
                                                               "meta",
                                                               "id",
                                                               "ge_cloud_id",
                                                               "notes",
                                                               "name",
                                                               "description",
                                                               "rendered_content",
                                                               "severity",
                                                               "windows",
                                                               "expectation_context"};

// The problem of an expectation's own keys, before its kwargs are looked at.
std::optional<SuiteProblem> problem_of_keys(const Node& node) {
  for (const Node::Key& key : node.keys) {
    if (std::find(expectation_keys.begin(), expectation_keys.end(), key.text) ==
        expectation_keys.end()) {
      return SuiteProblem{key.mark,
                          fmt::format("an expectation has no key `{}`", printable(key.text))};
    }
  }
  if (const Node* windows = node.find("windows");
      windows != nullptr && windows->kind != NodeKind::null && !windows->items.empty()) {
    return SuiteProblem{windows->mark,
                        "`windows` takes bounds from earlier runs, which is not supported"};
  }
  const Node* severity = node.find("severity");
  if (severity != nullptr && severity->kind != NodeKind::null && severity->text != "critical" &&
      severity->text != "warning" && severity->text != "info") {
    return SuiteProblem{severity->mark, "`severity` must be critical, warning or info"};
  }
  return std::nullopt;
}

Check read_expectation(const Node& node, const std::string& path, const ParameterScope& scope) {
  Check check;
  const Node* type = node.find("type");
  type = type == nullptr ? node.find("expectation_type") : type;
  const Node* severity = node.find("severity");
  const Node* id = node.find("id");
  check.origin =
      Origin{type != nullptr && type->kind == NodeKind::string ? type->text : "unknown",
             place_of(path, node.mark),
             id != nullptr && id->kind == NodeKind::string ? id->text : "", default_shown};
  check.name = check.origin->type;
  if (severity != nullptr && (severity->text == "warning" || severity->text == "info")) {
    check.severity = Severity::warning;
  }
  if (type == nullptr || type->kind != NodeKind::string) {
    return unusable(std::move(check), {node.mark, "an expectation needs its `type`"}, path);
  }
  const ExpectationKind* kind = find_expectation(type->text);
  if (kind == nullptr) {
    const std::string near = nearest_expectation(type->text);
    return unusable(
        std::move(check),
        {type->mark, fmt::format("the expectation {} is not known{}", printable(type->text),
                                 near.empty() ? "" : "; did you mean " + near + "?")},
        path);
  }
  if (const auto problem = problem_of_keys(node)) {
    return unusable(std::move(check), *problem, path);
  }
  static const Node none = [] {
    Node empty;
    empty.kind = NodeKind::map;
    return empty;
  }();
  const Node* given = node.find("kwargs");
  const auto kwargs = replace_parameters(given == nullptr ? none : *given, scope);
  if (!kwargs) {
    return unusable(std::move(check), {given->mark, kwargs.error().message}, path);
  }
  if (kwargs->kind != NodeKind::map) {
    return unusable(std::move(check), {kwargs->mark, "`kwargs` must be an object"}, path);
  }
  Kwargs reader(*kwargs);
  read_kwargs(*kind, reader, check);
  check.name = name_of(check);
  if (auto problem = reader.verdict()) {
    problem->mark = problem->mark.line == 0 ? node.mark : problem->mark;
    return unusable(std::move(check), *problem, path);
  }
  return check;
}

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

}  // namespace

std::vector<Check> read_suite(std::string_view text, const std::string& path, std::uint32_t file,
                              ParameterScope scope, spec::Diagnostics& diagnostics) {
  std::vector<Check> checks;
  const Node suite = read_json(file, text, diagnostics);
  if (diagnostics.has_errors()) {
    return checks;
  }
  const Node* list = suite.kind == NodeKind::map ? suite.find("expectations") : nullptr;
  if (list == nullptr || list->kind != NodeKind::list) {
    diagnostics.error(list == nullptr ? suite.mark : list->mark,
                      "a suite is an object with the list `expectations`");
    return checks;
  }
  known_keys(
      suite,
      {"name", "expectation_suite_name", "expectations", "meta", "notes", "id", "ge_cloud_id",
       "data_asset_type", "data_asset_name", "suite_parameters", "evaluation_parameters"},
      "a suite", diagnostics);
  for (const auto* key : {"suite_parameters", "evaluation_parameters"}) {
    const Node* parameters = suite.find(key);
    if (parameters != nullptr && parameters->kind == NodeKind::map) {
      scope.suite = *parameters;
    } else if (parameters != nullptr && parameters->kind != NodeKind::null) {
      diagnostics.error(parameters->mark, fmt::format("`{}` must be an object", key));
    }
  }
  for (const Node& item : list->items) {
    if (item.kind != NodeKind::map) {
      diagnostics.error(item.mark, "an expectation must be an object");
      continue;
    }
    checks.push_back(read_expectation(item, path, scope));
  }
  if (list->items.empty()) {
    diagnostics.error(list->mark, "the suite has no expectations");
  }
  number_names(checks);
  return checks;
}

}  // namespace mlpipe::stages::data_check
