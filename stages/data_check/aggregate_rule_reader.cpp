#include <fmt/format.h>

#include <array>

#include "stages/data_check/option_reader.hpp"
#include "stages/data_check/rule_reader.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;

Rule read_min(const Entry& entry) {
  return MinValue{read_limits(entry, Needed::unless_zone)};
}
Rule read_max(const Entry& entry) {
  return MaxValue{read_limits(entry, Needed::unless_zone)};
}

template <Moment moment>
Rule read_moment(const Entry& entry) {
  return MomentValue{moment, read_bounds(entry, Counts::any)};
}

template <Cardinality of>
Rule read_cardinality(const Entry& entry) {
  return CardinalityValue{
      of, read_bounds(entry, of == Cardinality::distinct_count ? Counts::whole : Counts::any)};
}

template <class T>
Rule bounded(const Entry& entry) {
  return T{read_bounds(entry, Counts::any)};
}

Interpolation read_interpolation(const Entry& entry) {
  static constexpr std::array<std::string_view, 5> words{"linear", "lower", "higher", "nearest",
                                                         "midpoint"};
  return static_cast<Interpolation>(read_choice(entry, "interpolation", words, 0));
}

double read_q(const Entry& entry) {
  const auto q = read_number(entry, "q");
  if (!q || *q < 0 || *q > 1) {
    const Node* node = entry.find("q");
    entry.error(node == nullptr ? entry.options.mark : node->mark,
                "`q` must be a number from 0 to 1");
    return 0.5;
  }
  return *q;
}

Rule read_median(const Entry& entry) {
  return Quantiles{
      {{0.5, read_bounds(entry, Counts::any)}}, Interpolation::linear, Quantiles::Written::median};
}

Rule read_quantile(const Entry& entry) {
  Quantiles rule;
  rule.interpolation = read_interpolation(entry);
  const Node* at = entry.find("at");
  if (at == nullptr) {
    rule.at.push_back({read_q(entry), read_bounds(entry, Counts::any)});
    return rule;
  }
  if (entry.find("q") != nullptr || entry.find("min") != nullptr || entry.find("max") != nullptr) {
    entry.error(at->mark, "`at` excludes `q`, `min` and `max`", "write them within `at`");
  }
  if (at->kind != NodeKind::list || at->items.empty()) {
    entry.error(at->mark, "`at` must be a list", "for example `at: [{q: 0.25, min: 1, max: 3}]`");
    return rule;
  }
  for (const Node& item : at->items) {
    if (item.kind != NodeKind::map) {
      entry.error(item.mark, "an entry of `at` must be a map of `q`, `min` and `max`");
      continue;
    }
    known_keys(item, {"q", "min", "max", "equals", "strict"}, "at", entry.diagnostics);
    const Entry one{entry.rule, item, entry.diagnostics};
    rule.at.push_back({read_q(one), read_bounds(one, Counts::any, Needed::no)});
  }
  return rule;
}

Rule read_not_constant(const Entry&) {
  return NotConstant{};
}

Rule read_distinct_values(const Entry& entry) {
  static constexpr std::array<std::string_view, 3> words{"subset", "superset", "equal"};
  DistinctValues rule{
      static_cast<DistinctValues::Relation>(read_choice(entry, "relation", words, 0)),
      read_values(entry, "values")};
  return rule;
}

Rule read_most_common(const Entry& entry) {
  static constexpr std::array<std::string_view, 2> words{"any", "all"};
  return MostCommon{read_values(entry, "values"),
                    static_cast<Quantifier>(read_choice(entry, "ties", words, 0))};
}

Rule read_correlation(const Entry& entry) {
  static constexpr std::array<std::string_view, 4> words{"pearson", "spearman", "cramers_v",
                                                         "mutual_information"};
  return Correlation{static_cast<Association>(read_choice(entry, "method", words, 0)),
                     read_bounds(entry, Counts::any)};
}

Rule read_null_spellings(const Entry& entry) {
  NullSpellings rule{read_bounds(entry, Counts::whole, Needed::no)};
  if (!rule.bounds.any() && !entry.has_zone()) {
    rule.bounds.max = 1.0;
  }
  return rule;
}

Rule read_spelling_variants(const Entry&) {
  return SpellingVariants{};
}

Rule read_mixed_types(const Entry& entry) {
  MixedTypes rule;
  rule.low = read_number(entry, "low").value_or(rule.low);
  rule.high = read_number(entry, "high").value_or(rule.high);
  if (rule.low < 0 || rule.high > 1 || rule.low > rule.high) {
    entry.error(entry.options.mark, "`low` and `high` must lie between 0 and 1, in this order");
  }
  return rule;
}

}  // namespace

std::span<const RuleReader> aggregate_rule_readers() {
  static const std::vector<std::string_view> bounds{"min", "max", "equals", "strict"};
  static const std::vector<RuleReader> readers{
      {"min", Form::numbers, Takes::each, {"min", "max", "strict"}, &read_min},
      {"max", Form::numbers, Takes::each, {"min", "max", "strict"}, &read_max},
      {"mean", Form::numbers, Takes::each, bounds, &read_moment<Moment::mean>},
      {"sum", Form::numbers, Takes::each, bounds, &read_moment<Moment::sum>},
      {"stddev", Form::numbers, Takes::each, bounds, &read_moment<Moment::stddev>},
      {"variance", Form::numbers, Takes::each, bounds, &read_moment<Moment::variance>},
      {"median", Form::numbers, Takes::each, bounds, &read_median},
      {"quantile",
       Form::numbers,
       Takes::each,
       {"q", "min", "max", "equals", "strict", "interpolation", "at"},
       &read_quantile},
      {"distinct_count", Form::numbers, Takes::each, bounds,
       &read_cardinality<Cardinality::distinct_count>},
      {"distinct_share", Form::numbers, Takes::each, bounds,
       &read_cardinality<Cardinality::distinct_share>},
      {"unique_share", Form::numbers, Takes::each, bounds,
       &read_cardinality<Cardinality::unique_share>},
      {"not_constant", Form::numbers, Takes::each, {}, &read_not_constant},
      {"top_share", Form::numbers, Takes::each, bounds, &bounded<TopShare>},
      {"entropy", Form::numbers, Takes::each, bounds, &bounded<Entropy>},
      {"distinct_values",
       Form::numbers,
       Takes::each,
       {"values", "relation"},
       &read_distinct_values},
      {"most_common", Form::numbers, Takes::each, {"values", "ties"}, &read_most_common},
      {"correlation",
       Form::numbers,
       Takes::pair,
       {"min", "max", "equals", "strict", "method"},
       &read_correlation},
      {"label_balance", Form::numbers, Takes::each, bounds, &bounded<LabelBalance>},
      {"null_spellings", Form::numbers, Takes::each, bounds, &read_null_spellings},
      {"spelling_variants", Form::rows, Takes::each, {}, &read_spelling_variants},
      {"mixed_types", Form::numbers, Takes::each, {"low", "high"}, &read_mixed_types}};
  return readers;
}

}  // namespace mlpipe::stages::data_check
