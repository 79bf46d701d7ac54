// Expectations on one number or one set of a column, and on the table.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "stages/data_check/suite_catalog.hpp"
#include "stages/shared/options.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;
using Statistic = expect::Statistic;

template <Statistic::Name name>
Expected read_statistic(Kwargs& kwargs) {
  using Name = Statistic::Name;
  constexpr bool ordered = name == Name::min || name == Name::max;
  constexpr bool required = ordered || name == Name::sum;
  constexpr bool counted = name == Name::distinct;
  if (ordered) {
    (void)kwargs.flag("parse_strings_as_datetimes", false);
  }
  const Limits limits =
      kwargs.limits(counted   ? Kwargs::Bound::integer
                    : ordered ? Kwargs::Bound::any
                              : Kwargs::Bound::number,
                    required ? Kwargs::Bounded::required : Kwargs::Bounded::at_will);
  kwargs.ordered(limits);
  return Statistic{name, limits};
}

Expected read_non_null_share(Kwargs& kwargs) {
  return expect::NonNullShare{kwargs.limits(Kwargs::Bound::number, Kwargs::Bounded::at_will)};
}

std::optional<Scalar> quantile_bound(Kwargs& kwargs, const Node& node) {
  if (node.kind == NodeKind::null) {
    return std::nullopt;
  }
  const auto scalar = written_scalar(node);
  if (!scalar || !scalar->is_number()) {
    kwargs.problem(node.mark, fmt::format("a bound of `value_ranges` must be a number or null, not "
                                          "{}",
                                          shown(node)));
  }
  return scalar;
}

Expected read_quantiles(Kwargs& kwargs) {
  expect::Quantiles asked;
  (void)kwargs.take("allow_relative_error");
  const Node* both = kwargs.take("quantile_ranges");
  const Node* at = both == nullptr ? nullptr : both->find("quantiles");
  const Node* ranges = both == nullptr ? nullptr : both->find("value_ranges");
  if (at == nullptr || ranges == nullptr || at->kind != NodeKind::list ||
      ranges->kind != NodeKind::list || at->items.size() != ranges->items.size()) {
    kwargs.problem(
        "`quantile_ranges` must hold the lists `quantiles` and `value_ranges` of the same "
        "length");
    return asked;
  }
  for (std::size_t i = 0; i < at->items.size(); ++i) {
    const Node& q = at->items[i];
    const Node& range = ranges->items[i];
    const bool number = q.kind == NodeKind::integer || q.kind == NodeKind::real;
    if (!number || !(number_of(q) >= 0 && number_of(q) <= 1)) {
      kwargs.problem(q.mark, fmt::format("a quantile must lie from 0 to 1, not {}", shown(q)));
    }
    if (range.kind != NodeKind::list || range.items.size() != 2) {
      kwargs.problem(range.mark, "each of `value_ranges` must be a list of two bounds");
      return asked;
    }
    asked.at.push_back(number_of(q));
    asked.limits.push_back({quantile_bound(kwargs, range.items[0]),
                            quantile_bound(kwargs, range.items[1]), Strict::none});
    kwargs.ordered(asked.limits.back());
  }
  return asked;
}

template <expect::DistinctSet::Relation relation>
Expected read_distinct(Kwargs& kwargs) {
  (void)kwargs.flag("parse_strings_as_datetimes", false);
  if (!kwargs.has("value_set")) {
    kwargs.problem("the kwarg `value_set` is missing");
  }
  return expect::DistinctSet{relation, kwargs.scalars("value_set")};
}

Expected read_most_common(Kwargs& kwargs) {
  if (!kwargs.has("value_set")) {
    kwargs.problem("the kwarg `value_set` is missing");
  }
  auto values = kwargs.scalars("value_set");
  const bool ties = kwargs.flag("ties_okay", false);
  return expect::MostCommon{values.value_or(std::vector<Scalar>{}),
                            ties ? expect::Equal::allowed : expect::Equal::refused};
}

Expected read_row_count(Kwargs& kwargs) {
  const Limits limits = kwargs.limits(Kwargs::Bound::integer, Kwargs::Bounded::at_will);
  kwargs.ordered(limits);
  return expect::RowCount{limits};
}

Limits exactly(std::int64_t count) {
  const Scalar value{NodeKind::integer, fmt::format("{}", count)};
  return {value, value, Strict::none};
}

Expected read_row_count_equal(Kwargs& kwargs) {
  return expect::RowCount{exactly(kwargs.integer("value"))};
}

Expected read_other_table(Kwargs& kwargs) {
  return expect::RowCountOfOther{kwargs.text("other_table_name")};
}

Expected read_column_count(Kwargs& kwargs) {
  const Limits limits = kwargs.limits(Kwargs::Bound::integer, Kwargs::Bounded::at_will);
  kwargs.ordered(limits);
  return expect::ColumnCount{limits};
}

Expected read_column_count_equal(Kwargs& kwargs) {
  return expect::ColumnCount{exactly(kwargs.integer("value"))};
}

Expected read_column_order(Kwargs& kwargs) {
  if (!kwargs.has("column_list")) {
    kwargs.problem("the kwarg `column_list` is missing");
  }
  expect::ColumnOrder order;
  if (kwargs.take("column_list") != nullptr) {
    order.names = kwargs.texts("column_list");
  }
  return order;
}

Expected read_column_names(Kwargs& kwargs) {
  if (!kwargs.has("column_set")) {
    kwargs.problem("the kwarg `column_set` is missing");
  }
  expect::ColumnNames asked;
  if (kwargs.take("column_set") != nullptr) {
    asked.names = kwargs.texts("column_set");
  }
  asked.others = kwargs.flag("exact_match", true) ? expect::Equal::refused : expect::Equal::allowed;
  return asked;
}

Expected read_has_column(Kwargs& kwargs) {
  return expect::HasColumn{kwargs.maybe_integer("column_index")};
}

Expected read_no_rows(Kwargs& kwargs) {
  return expect::NoRows{kwargs.text("unexpected_rows_query")};
}

}  // namespace

std::span<const ExpectationKind> column_expectations() {
  using Domain = ExpectationKind::Domain;
  using Name = Statistic::Name;
  using Relation = expect::DistinctSet::Relation;
  constexpr auto plain = ExpectationKind::Mostly::none;
  static const std::array kinds{
      ExpectationKind{"expect_column_min_to_be_between", Domain::column, plain,
                      read_statistic<Name::min>},
      ExpectationKind{"expect_column_max_to_be_between", Domain::column, plain,
                      read_statistic<Name::max>},
      ExpectationKind{"expect_column_mean_to_be_between", Domain::column, plain,
                      read_statistic<Name::mean>},
      ExpectationKind{"expect_column_median_to_be_between", Domain::column, plain,
                      read_statistic<Name::median>},
      ExpectationKind{"expect_column_stdev_to_be_between", Domain::column, plain,
                      read_statistic<Name::stdev>},
      ExpectationKind{"expect_column_sum_to_be_between", Domain::column, plain,
                      read_statistic<Name::sum>},
      ExpectationKind{"expect_column_unique_value_count_to_be_between", Domain::column, plain,
                      read_statistic<Name::distinct>},
      ExpectationKind{"expect_column_proportion_of_unique_values_to_be_between", Domain::column,
                      plain, read_statistic<Name::distinct_share>},
      ExpectationKind{"expect_column_proportion_of_non_null_values_to_be_between", Domain::column,
                      plain, read_non_null_share},
      ExpectationKind{"expect_column_quantile_values_to_be_between", Domain::column, plain,
                      read_quantiles},
      ExpectationKind{"expect_column_distinct_values_to_be_in_set", Domain::column, plain,
                      read_distinct<Relation::in>},
      ExpectationKind{"expect_column_distinct_values_to_contain_set", Domain::column, plain,
                      read_distinct<Relation::contains>},
      ExpectationKind{"expect_column_distinct_values_to_equal_set", Domain::column, plain,
                      read_distinct<Relation::equals>},
      ExpectationKind{"expect_column_most_common_value_to_be_in_set", Domain::column, plain,
                      read_most_common}};
  return kinds;
}

std::span<const ExpectationKind> table_expectations() {
  using Domain = ExpectationKind::Domain;
  constexpr auto plain = ExpectationKind::Mostly::none;
  static const std::array kinds{
      ExpectationKind{"expect_table_row_count_to_be_between", Domain::table, plain, read_row_count},
      ExpectationKind{"expect_table_row_count_to_equal", Domain::table, plain,
                      read_row_count_equal},
      ExpectationKind{"expect_table_row_count_to_equal_other_table", Domain::table, plain,
                      read_other_table},
      ExpectationKind{"expect_table_column_count_to_be_between", Domain::table, plain,
                      read_column_count},
      ExpectationKind{"expect_table_column_count_to_equal", Domain::table, plain,
                      read_column_count_equal},
      ExpectationKind{"expect_table_columns_to_match_ordered_list", Domain::table, plain,
                      read_column_order},
      ExpectationKind{"expect_table_columns_to_match_set", Domain::table, plain, read_column_names},
      ExpectationKind{"expect_column_to_exist", Domain::column, plain, read_has_column},
      ExpectationKind{"unexpected_rows_expectation", Domain::table, plain, read_no_rows}};
  return kinds;
}

}  // namespace mlpipe::stages::data_check
