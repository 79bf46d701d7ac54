// Expectations on single rows: of a column, a pair, or a record.
#include <fmt/format.h>

#include <array>
#include <string>

#include "stages/data_check/sql_text.hpp"
#include "stages/data_check/strftime_pattern.hpp"
#include "stages/data_check/suite_catalog.hpp"
#include "stages/shared/options.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;

Expected read_between(Kwargs& kwargs) {
  const bool cross = kwargs.flag("allow_cross_type_comparisons", false);
  (void)kwargs.flag("parse_strings_as_datetimes", false);  // texts beside times are read as times
  const Limits limits = kwargs.limits(Kwargs::Bound::any, Kwargs::Bounded::required);
  kwargs.ordered(limits);
  return expect::InRange{limits, cross ? expect::Kinds::cross : expect::Kinds::alike};
}

Expected read_lengths(Kwargs& kwargs) {
  return expect::LengthInRange{kwargs.limits(Kwargs::Bound::integer, Kwargs::Bounded::required)};
}

Expected read_length(Kwargs& kwargs) {
  const Scalar length{NodeKind::integer, fmt::format("{}", kwargs.integer("value"))};
  return expect::LengthInRange{{length, length, Strict::none}};
}

template <expect::Sense sense>
Expected read_member(Kwargs& kwargs) {
  (void)kwargs.flag("parse_strings_as_datetimes", false);
  if (!kwargs.has("value_set")) {
    kwargs.problem("the kwarg `value_set` is missing");
  }
  return expect::Member{kwargs.scalars("value_set"), sense};
}

template <expect::Sense sense>
Expected read_null(Kwargs&) {
  return expect::Null{sense};
}

Expected read_unique(Kwargs&) {
  return expect::Distinct{};
}

Expected read_type(Kwargs& kwargs) {
  return expect::OfType{{kwargs.text("type_")}};
}

Expected read_types(Kwargs& kwargs) {
  return expect::OfType{kwargs.texts("type_list")};
}

Expected read_z_scores(Kwargs& kwargs) {
  const double threshold = kwargs.number("threshold");
  const auto side = kwargs.flag("double_sided", false) ? expect::Side::both : expect::Side::upper;
  return expect::ZScore{threshold, side};
}

Expected matching(Kwargs& kwargs, expect::Matching matching) {
  for (const std::string& pattern : matching.patterns) {
    const auto why =
        matching.language == expect::Language::regex ? regex_problem(pattern) : std::nullopt;
    if (why) {
      kwargs.problem(fmt::format("the regular expression {} cannot be used: {}", pattern, *why));
    }
  }
  return matching;
}

template <expect::Language language, expect::Sense sense>
Expected read_pattern(Kwargs& kwargs) {
  const auto* key = language == expect::Language::regex ? "regex" : "like_pattern";
  return matching(kwargs, {{kwargs.text(key)}, language, expect::Of::any, sense});
}

template <expect::Language language, expect::Sense sense>
Expected read_pattern_list(Kwargs& kwargs) {
  const auto* key = language == expect::Language::regex ? "regex_list" : "like_pattern_list";
  expect::Matching asked{kwargs.texts(key), language, expect::Of::any, sense};
  // match_on belongs to the wanted forms alone; an unwanted one must match none.
  if (sense == expect::Sense::wanted && kwargs.one_of("match_on", {"any", "all"}, "any") == "all") {
    asked.of = expect::Of::all;
  }
  return matching(kwargs, std::move(asked));
}

Expected read_date_format(Kwargs& kwargs) {
  const std::string format = kwargs.text("strftime_format");
  if (const auto pattern = strftime_pattern(format); !pattern) {
    kwargs.problem(fmt::format("`strftime_format` cannot be used: {}", pattern.error().message));
  }
  return expect::DateFormat{format};
}

Expected read_date_text(Kwargs&) {
  return expect::DateText{};
}

Expected read_json_text(Kwargs&) {
  return expect::JsonText{};
}

Expected read_json_schema(Kwargs& kwargs) {
  const Node* schema = kwargs.take("json_schema");
  if (schema == nullptr || schema->kind != NodeKind::map) {
    kwargs.problem("`json_schema` must be an object");
    return expect::JsonSchema{"{}"};
  }
  return expect::JsonSchema{spec::canonical_json(*schema)};
}

template <expect::Direction direction>
Expected read_sorted(Kwargs& kwargs) {
  (void)kwargs.flag("parse_strings_as_datetimes", false);
  const bool strictly = kwargs.flag("strictly", false);
  return expect::Sorted{direction, strictly ? expect::Equal::refused : expect::Equal::allowed};
}

Expected read_greater(Kwargs& kwargs) {
  const bool times = kwargs.flag("parse_strings_as_datetimes", false);
  if (kwargs.flag("allow_cross_type_comparisons", false)) {
    kwargs.problem(
        "values of different types are not compared here: allow_cross_type_comparisons "
        "cannot be true");
  }
  return expect::Greater{
      kwargs.flag("or_equal", false) ? expect::Equal::allowed : expect::Equal::refused,
      times ? expect::Texts::as_times : expect::Texts::as_they_are};
}

Expected read_pair_equal(Kwargs&) {
  return expect::PairEqual{};
}

Expected read_pair_member(Kwargs& kwargs) {
  const Node* node = kwargs.take("value_pairs_set");
  expect::PairMember member;
  if (node == nullptr) {
    return member;
  }
  member.pairs.emplace();
  for (const Node& pair : node->items) {
    if (pair.kind != NodeKind::list || pair.items.size() != 2 || !pair.items[0].is_scalar() ||
        !pair.items[1].is_scalar()) {
      kwargs.problem(pair.mark,
                     "`value_pairs_set` must be a list of pairs, each a list of two "
                     "values");
      continue;
    }
    member.pairs->emplace_back(*written_scalar(pair.items[0]), *written_scalar(pair.items[1]));
  }
  if (node->kind != NodeKind::list) {
    kwargs.problem(node->mark, "`value_pairs_set` must be a list of pairs");
  }
  return member;
}

Expected read_compound(Kwargs&) {
  return expect::CompoundDistinct{};
}

Expected read_in_record(Kwargs&) {
  return expect::DistinctInRecord{};
}

Expected read_record_sum(Kwargs& kwargs) {
  return expect::RecordSum{kwargs.number("sum_total")};
}

}  // namespace

std::span<const ExpectationKind> row_expectations() {
  using Domain = ExpectationKind::Domain;
  using expect::Direction;
  using expect::Language;
  using expect::Sense;
  constexpr auto mostly = ExpectationKind::Mostly::taken;
  static const std::array kinds{
      ExpectationKind{"expect_column_values_to_be_between", Domain::column, mostly, read_between},
      ExpectationKind{"expect_column_value_lengths_to_be_between", Domain::column, mostly,
                      read_lengths},
      ExpectationKind{"expect_column_value_lengths_to_equal", Domain::column, mostly, read_length},
      ExpectationKind{"expect_column_values_to_be_in_set", Domain::column, mostly,
                      read_member<Sense::wanted>},
      ExpectationKind{"expect_column_values_to_not_be_in_set", Domain::column, mostly,
                      read_member<Sense::unwanted>},
      ExpectationKind{"expect_column_values_to_be_null", Domain::column, mostly,
                      read_null<Sense::wanted>},
      ExpectationKind{"expect_column_values_to_not_be_null", Domain::column, mostly,
                      read_null<Sense::unwanted>},
      ExpectationKind{"expect_column_values_to_be_unique", Domain::column, mostly, read_unique},
      ExpectationKind{"expect_column_values_to_be_of_type", Domain::column, mostly, read_type},
      ExpectationKind{"expect_column_values_to_be_in_type_list", Domain::column, mostly,
                      read_types},
      ExpectationKind{"expect_column_value_z_scores_to_be_less_than", Domain::column, mostly,
                      read_z_scores},
      ExpectationKind{"expect_column_values_to_match_regex", Domain::column, mostly,
                      read_pattern<Language::regex, Sense::wanted>},
      ExpectationKind{"expect_column_values_to_not_match_regex", Domain::column, mostly,
                      read_pattern<Language::regex, Sense::unwanted>},
      ExpectationKind{"expect_column_values_to_match_regex_list", Domain::column, mostly,
                      read_pattern_list<Language::regex, Sense::wanted>},
      ExpectationKind{"expect_column_values_to_not_match_regex_list", Domain::column, mostly,
                      read_pattern_list<Language::regex, Sense::unwanted>},
      ExpectationKind{"expect_column_values_to_match_like_pattern", Domain::column, mostly,
                      read_pattern<Language::like, Sense::wanted>},
      ExpectationKind{"expect_column_values_to_not_match_like_pattern", Domain::column, mostly,
                      read_pattern<Language::like, Sense::unwanted>},
      ExpectationKind{"expect_column_values_to_match_like_pattern_list", Domain::column, mostly,
                      read_pattern_list<Language::like, Sense::wanted>},
      ExpectationKind{"expect_column_values_to_not_match_like_pattern_list", Domain::column, mostly,
                      read_pattern_list<Language::like, Sense::unwanted>},
      ExpectationKind{"expect_column_values_to_match_strftime_format", Domain::column, mostly,
                      read_date_format},
      ExpectationKind{"expect_column_values_to_be_dateutil_parseable", Domain::column, mostly,
                      read_date_text},
      ExpectationKind{"expect_column_values_to_be_json_parseable", Domain::column, mostly,
                      read_json_text},
      ExpectationKind{"expect_column_values_to_match_json_schema", Domain::column, mostly,
                      read_json_schema},
      ExpectationKind{"expect_column_values_to_be_increasing", Domain::column, mostly,
                      read_sorted<Direction::up>},
      ExpectationKind{"expect_column_values_to_be_decreasing", Domain::column, mostly,
                      read_sorted<Direction::down>},
      ExpectationKind{"expect_column_pair_values_a_to_be_greater_than_b", Domain::pair, mostly,
                      read_greater},
      ExpectationKind{"expect_column_pair_values_A_to_be_greater_than_B", Domain::pair, mostly,
                      read_greater},  // its name before 0.13
      ExpectationKind{"expect_column_pair_values_to_be_equal", Domain::pair, mostly,
                      read_pair_equal},
      ExpectationKind{"expect_column_pair_values_to_be_in_set", Domain::pair, mostly,
                      read_pair_member},
      ExpectationKind{"expect_compound_columns_to_be_unique", Domain::record, mostly,
                      read_compound},
      ExpectationKind{"expect_multicolumn_values_to_be_unique", Domain::record, mostly,
                      read_in_record},  // the older name of the next
      ExpectationKind{"expect_select_column_values_to_be_unique_within_record", Domain::record,
                      mostly, read_in_record},
      ExpectationKind{"expect_multicolumn_sum_to_equal", Domain::record, mostly, read_record_sum}};
  return kinds;
}

}  // namespace mlpipe::stages::data_check
