#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "stages/data_check/rule_reader.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;

Rule read_compare(const Entry& entry) {
  static constexpr std::array<std::string_view, 6> signs{"<", "<=", "=", "<>", ">=", ">"};
  if (entry.find("is") == nullptr) {
    entry.error(entry.options.mark, "`is` is missing",
                "for example `{columns: [start, end], is: \"<=\"}`");
  }
  return Compare{static_cast<Compare::Op>(read_choice(entry, "is", signs, 0)),
                 read_ignore_rows(entry, IgnoreRows::any_missing)};
}

Rule read_pair_values(const Entry& entry) {
  PairValues rule;
  rule.ignore = read_ignore_rows(entry, IgnoreRows::any_missing);
  const Node* values = entry.find("values");
  const Node* columns = entry.find("columns");
  if (values == nullptr || values->kind != NodeKind::list) {
    entry.error(values == nullptr ? entry.options.mark : values->mark,
                "`values` must be a list of lists", "for example `values: [[a, 1], [b, 2]]`");
    return rule;
  }
  const std::size_t width =
      columns != nullptr && columns->kind == NodeKind::list ? columns->items.size() : 2;
  for (const Node& item : values->items) {
    std::vector<Scalar> tuple;
    const bool scalars =
        item.kind == NodeKind::list && std::all_of(item.items.begin(), item.items.end(),
                                                   [](const Node& one) { return one.is_scalar(); });
    if (!scalars || item.items.size() != width) {
      entry.error(item.mark,
                  fmt::format("an entry of `values` must be a list of {} values", width));
      continue;
    }
    for (const Node& one : item.items) {
      tuple.push_back(scalar_of(one));
    }
    rule.values.push_back(std::move(tuple));
  }
  return rule;
}

Rule read_row_sum(const Entry& entry) {
  RowSum rule{read_bounds(entry, Counts::any, Needed::yes),
              read_number(entry, "tolerance").value_or(0.0),
              read_ignore_rows(entry, IgnoreRows::any_missing)};
  if (rule.tolerance < 0) {
    entry.error(entry.find("tolerance")->mark, "`tolerance` must be 0 or more");
  }
  if (rule.tolerance > 0 && !rule.bounds.equals) {
    entry.error(entry.find("tolerance")->mark, "`tolerance` belongs to `equals`");
  }
  return rule;
}

Rule read_unique_in_row(const Entry& entry) {
  return UniqueInRow{read_ignore_rows(entry, IgnoreRows::all_missing)};
}

Rule read_expression(const Entry& entry) {
  const Node* sql = entry.find("sql");
  if (sql == nullptr) {
    entry.error(entry.options.mark, "`sql` is missing", "for example `{sql: \"a <= b\"}`");
    return Expression{};
  }
  check_sql(entry, *sql, "sql");
  return Expression{sql->text};
}

Rule read_unique(const Entry& entry) {
  return Unique{read_ignore_rows(entry, IgnoreRows::all_missing)};
}

Rule read_primary_key(const Entry&) {
  return PrimaryKey{};
}

Rule read_duplicates(const Entry& entry) {
  const Node* except = entry.find("except");
  if (except != nullptr && (entry.find("columns") != nullptr || entry.find("column") != nullptr)) {
    entry.error(except->mark, "`except` and `columns` exclude each other", "keep one of them");
  }
  return DuplicateRows{except == nullptr ? std::vector<std::string>{}
                                         : read_names(entry, *except, "except")};
}

struct Labelled {
  std::string label;
  std::vector<std::string> features;
};

Labelled read_labelled(const Entry& entry) {
  Labelled labelled{read_text(entry, "label"), {}};
  if (const Node* features = entry.find("features")) {
    labelled.features = read_names(entry, *features, "features");
    if (std::find(labelled.features.begin(), labelled.features.end(), labelled.label) !=
        labelled.features.end()) {
      entry.error(features->mark, "the label cannot be one of the features");
    }
  }
  return labelled;
}

Rule read_conflicts(const Entry& entry) {
  Labelled labelled = read_labelled(entry);
  return ConflictingLabels{std::move(labelled.label), std::move(labelled.features)};
}

Rule read_leakage(const Entry& entry) {
  Labelled labelled = read_labelled(entry);
  LabelLeakage rule{std::move(labelled.label), std::move(labelled.features)};
  rule.max = read_number(entry, "max").value_or(rule.max);
  return rule;
}

// A name of `tables`, or a map of it and the columns there.
Other read_other(const Entry& entry, std::string_view key) {
  const Node* node = entry.find(key);
  if (node != nullptr && node->kind == NodeKind::string && !node->text.empty()) {
    return {node->text, {}};
  }
  if (node == nullptr) {
    entry.error(entry.options.mark, fmt::format("`{}` is missing", key),
                fmt::format("for example `{}: customers`, a name of `tables`", key));
    return {};
  }
  const auto below = read_below(entry, key, {"table", "column", "columns"});
  if (!below) {
    return {};
  }
  Other other{read_text(*below, "table"), {}};
  if (below->find("column") != nullptr || below->find("columns") != nullptr) {
    other.columns = read_columns(*below);
  }
  const Node* own = entry.find("columns");
  const std::size_t width = own != nullptr && own->kind == NodeKind::list ? own->items.size() : 1;
  if (!other.columns.empty() && other.columns.size() != width) {
    entry.error(node->mark,
                fmt::format("`{}` must name as many columns as the check, {}", key, width));
  }
  return other;
}

Rule read_foreign_key(const Entry& entry) {
  return ForeignKey{read_other(entry, "references")};
}
Rule read_overlap(const Entry& entry) {
  return NoOverlap{read_other(entry, "with")};
}
Rule read_known(const Entry& entry) {
  return KnownValues{read_other(entry, "in")};
}
Rule read_later(const Entry& entry) {
  return LaterThan{read_other(entry, "than")};
}

}  // namespace

std::span<const RuleReader> record_rule_readers() {
  static const std::vector<RuleReader> readers{
      {"compare", Form::rows, Takes::pair, {"is", "ignore_rows"}, &read_compare},
      {"pair_values", Form::rows, Takes::several, {"values", "ignore_rows"}, &read_pair_values},
      {"row_sum",
       Form::rows,
       Takes::several,
       {"min", "max", "equals", "tolerance", "ignore_rows"},
       &read_row_sum},
      {"unique_in_row", Form::rows, Takes::several, {"ignore_rows"}, &read_unique_in_row},
      {"expression", Form::rows, Takes::none, {"sql"}, &read_expression},
      {"unique", Form::rows, Takes::together, {"ignore_rows"}, &read_unique},
      {"primary_key", Form::rows, Takes::together, {}, &read_primary_key},
      {"duplicate_rows", Form::rows, Takes::together_or_all, {"except"}, &read_duplicates},
      {"conflicting_labels", Form::rows, Takes::none, {"label", "features"}, &read_conflicts},
      {"label_leakage", Form::numbers, Takes::none, {"label", "features", "max"}, &read_leakage},
      {"foreign_key", Form::rows, Takes::together, {"references"}, &read_foreign_key},
      {"no_overlap", Form::rows, Takes::together_or_all, {"with"}, &read_overlap},
      {"known_values", Form::rows, Takes::each, {"in"}, &read_known},
      {"later_than", Form::rows, Takes::each, {"than"}, &read_later}};
  return readers;
}

}  // namespace mlpipe::stages::data_check
