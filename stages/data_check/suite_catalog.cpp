#include "stages/data_check/suite_catalog.hpp"

#include <array>

#include "runner/base/text.hpp"

namespace mlpipe::stages::data_check {
namespace {

std::array<std::span<const ExpectationKind>, 4> all() {
  return {row_expectations(), column_expectations(), distribution_expectations(),
          table_expectations()};
}

IgnoreRows read_ignore(Kwargs& kwargs, bool pair) {
  // Pairs speak of "both" and "either", records of "all" and "any".
  const std::string word =
      pair ? kwargs.one_of(
                 "ignore_row_if",
                 {"both_values_are_missing", "either_value_is_missing", "neither", "never"},
                 "both_values_are_missing")
           : kwargs.one_of("ignore_row_if",
                           {"all_values_are_missing", "any_value_is_missing", "never"},
                           "all_values_are_missing");
  return word == "either_value_is_missing" || word == "any_value_is_missing"
             ? IgnoreRows::any_missing
         : word == "neither" || word == "never" ? IgnoreRows::never
                                                : IgnoreRows::all_missing;
}

}  // namespace

const ExpectationKind* find_expectation(std::string_view type) {
  for (const auto kinds : all()) {
    for (const ExpectationKind& kind : kinds) {
      if (kind.type == type) {
        return &kind;
      }
    }
  }
  return nullptr;
}

std::string nearest_expectation(std::string_view type) {
  std::vector<std::string> names;
  for (const auto kinds : all()) {
    for (const ExpectationKind& kind : kinds) {
      names.emplace_back(kind.type);
    }
  }
  return nearest(type, names).value_or("");
}

ExpectationTarget read_target(const ExpectationKind& kind, Kwargs& kwargs) {
  ExpectationTarget target;
  switch (kind.domain) {
    case ExpectationKind::Domain::table:
      break;
    case ExpectationKind::Domain::column:
      target.columns = {kwargs.text("column")};
      break;
    case ExpectationKind::Domain::pair:
      target.columns = {kwargs.text("column_A"), kwargs.text("column_B")};
      target.ignore = read_ignore(kwargs, true);
      break;
    case ExpectationKind::Domain::record:
      target.columns = kwargs.texts("column_list");
      target.ignore = read_ignore(kwargs, false);
      if (target.columns.empty()) {
        kwargs.problem("`column_list` names no column");
      }
      break;
  }
  return target;
}

}  // namespace mlpipe::stages::data_check
