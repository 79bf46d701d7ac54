#include <array>
#include <string_view>

#include "stages/data_check/config.hpp"

namespace mlpipe::stages::data_check {
namespace {

// In the order of Rule; empty where the name depends on the rule's own fields.
constexpr std::array<std::string_view, std::variant_size_v<Rule>> names{
    "not_null", "is_null", "between", "accepted_values", "forbidden_values", "matches",
    "not_matches", "like", "not_like", "length", "format", "time_format", "json_schema",
    "not_blank", "trimmed", "not_special", "no_control", "z_score", "iqr", "", "sequential",
    "no_personal_data", "compare", "pair_values", "row_sum", "unique_in_row", "expression",
    "unique", "primary_key", "duplicate_rows", "conflicting_labels",
    //
    "min", "max", "", "", "", "not_constant", "top_share", "entropy", "distinct_values",
    "most_common", "correlation", "label_balance", "label_leakage", "null_spellings",
    "spelling_variants", "mixed_types",
    //
    "row_count", "row_count_change", "column_count", "columns", "freshness", "periods", "files",
    "sql", "anomaly",
    //
    "foreign_key", "no_overlap", "known_values", "later_than", "row_ratio",
    //
    "expectation"};

}  // namespace

std::string rule_name(const Rule& rule) {
  if (const auto* monotonic = std::get_if<Monotonic>(&rule)) {
    return monotonic->direction == Monotonic::Direction::increasing ? "increasing" : "decreasing";
  }
  if (const auto* moment = std::get_if<MomentValue>(&rule)) {
    constexpr std::array moments{"mean", "sum", "stddev", "variance"};
    return moments[static_cast<std::size_t>(moment->moment)];
  }
  if (const auto* quantiles = std::get_if<Quantiles>(&rule)) {
    return quantiles->written == Quantiles::Written::median ? "median" : "quantile";
  }
  if (const auto* cardinality = std::get_if<CardinalityValue>(&rule)) {
    constexpr std::array kinds{"distinct_count", "distinct_share", "unique_share"};
    return kinds[static_cast<std::size_t>(cardinality->of)];
  }
  return std::string(names[rule.index()]);
}

}  // namespace mlpipe::stages::data_check
