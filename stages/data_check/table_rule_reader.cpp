#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "runner/base/text.hpp"
#include "stages/data_check/column_set.hpp"
#include "stages/data_check/option_reader.hpp"
#include "stages/data_check/rule_reader.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;

template <class T>
Rule counted(const Entry& entry) {
  return T{read_bounds(entry, Counts::whole)};
}

Rule read_change(const Entry& entry) {
  return RowCountChange{read_bounds(entry, Counts::any)};
}

std::vector<std::string> read_types(const Entry& entry, const Node& node) {
  std::vector<std::string> types;
  const auto add = [&](const Node& item) {
    if (!item.is_scalar() || !is_known_type(item.text)) {
      entry.error(
          item.mark, fmt::format("unknown type {}", shown(item)),
          "integer, number, text, boolean, date, timestamp, or a type of DuckDB such as BIGINT");
    } else {
      types.push_back(item.text);
    }
  };
  if (node.kind == NodeKind::list) {
    std::for_each(node.items.begin(), node.items.end(), add);
  } else {
    add(node);
  }
  return types;
}

void read_typed(const Entry& entry, ColumnSet& set) {
  const Node* types = entry.find("types");
  if (types == nullptr) {
    return;
  }
  if (types->kind != NodeKind::map) {
    entry.error(types->mark, "`types` must be a map from column to type");
    return;
  }
  for (std::size_t i = 0; i < types->keys.size(); ++i) {
    set.types.push_back({types->keys[i].text, read_types(entry, types->items[i])});
  }
}

// {integer: [number, text]}: where number or text is declared, integer serves too.
void read_widenings(const Entry& entry, ColumnSet& set) {
  const Node* widenings = entry.find("widenings");
  if (widenings == nullptr) {
    return;
  }
  if (widenings->kind != NodeKind::map) {
    entry.error(widenings->mark, "`widenings` must be a map from a type to those it serves for",
                "for example `widenings: {integer: number}`");
    return;
  }
  for (std::size_t i = 0; i < widenings->keys.size(); ++i) {
    if (!is_known_type(widenings->keys[i].text)) {
      entry.error(widenings->keys[i].mark,
                  fmt::format("unknown type `{}`", widenings->keys[i].text));
    }
    for (std::string& wide : read_types(entry, widenings->items[i])) {
      set.widenings.emplace_back(widenings->keys[i].text, std::move(wide));
    }
  }
}

void read_positions(const Entry& entry, ColumnSet& set) {
  const Node* positions = entry.find("positions");
  if (positions == nullptr) {
    return;
  }
  if (positions->kind != NodeKind::map) {
    entry.error(positions->mark, "`positions` must be a map from column to its place, from 0");
    return;
  }
  for (const Node::Key& key : positions->keys) {
    const Entry below{entry.rule, *positions, entry.diagnostics};
    const double place = read_number(below, key.text).value_or(-1);
    if (place < 0 || place != std::floor(place)) {
      entry.error(key.mark,
                  fmt::format("the place of {} must be a whole number, from 0", key.text));
    } else {
      set.positions.emplace_back(key.text, static_cast<std::int64_t>(place));
    }
  }
}

Rule read_columns_rule(const Entry& entry) {
  ColumnSet set;
  const auto names = [&](const char* key) {
    const Node* node = entry.find(key);
    return node == nullptr ? std::vector<std::string>{} : read_names(entry, *node, key);
  };
  set.required = names("required");
  set.forbidden = names("forbidden");
  set.not_null = names("not_null");
  read_typed(entry, set);
  read_widenings(entry, set);
  read_positions(entry, set);
  set.exact = read_flag_option(entry, "exact") ? Exact::yes : Exact::no;
  set.ordered = read_flag_option(entry, "ordered") ? Ordered::yes : Ordered::no;
  if (entry.options.keys.empty()) {
    entry.error(entry.options.mark, "one of `required`, `forbidden` and `types` is needed");
  }
  for (const std::string& name : set.forbidden) {
    if (std::find(set.required.begin(), set.required.end(), name) != set.required.end()) {
      entry.error(entry.options.mark,
                  fmt::format("the column {} is both required and forbidden", name));
    }
  }
  return set;
}

Rule read_freshness(const Entry& entry) {
  const Node* age = entry.find("max_age");
  const auto duration =
      age == nullptr || !age->is_scalar() ? std::nullopt : parse_duration(age->text);
  if (!duration || duration->count() <= 0) {
    entry.error(age == nullptr ? entry.options.mark : age->mark,
                age == nullptr ? "`max_age` is missing"
                               : fmt::format("`max_age` must be a duration, not {}", shown(*age)),
                "for example `max_age: 7d` or `max_age: 36h`");
    return Freshness{};
  }
  return Freshness{*duration, age->text};
}

Rule read_periods(const Entry& entry) {
  static constexpr std::array<std::string_view, 5> words{"hour", "day", "week", "month", "year"};
  Periods rule;
  rule.every = static_cast<Period>(read_choice(entry, "every", words, 1));
  const double least = read_number(entry, "at_least").value_or(1);
  if (least < 1 || least != std::floor(least)) {
    entry.error(entry.find("at_least")->mark, "`at_least` must be a whole number, 1 or more");
  }
  rule.min_rows = static_cast<std::int64_t>(least);
  for (const auto& [key, to] : {std::pair{"from", &rule.from}, {"to", &rule.to}}) {
    if (const Node* node = entry.find(key)) {
      *to = scalar_of(*node);
      if (node->kind != NodeKind::string) {
        entry.error(node->mark, fmt::format("`{}` must be a date such as 2024-01-31", key));
      }
    }
  }
  return rule;
}

Rule read_files(const Entry& entry) {
  Files rule;
  for (const auto& [key, to] :
       {std::pair{"parts", &rule.parts}, {"bytes", &rule.bytes}, {"malformed", &rule.malformed}}) {
    if (const auto below = read_below(entry, key, {"min", "max", "equals"})) {
      *to = read_bounds(*below, Counts::whole, Needed::yes);
    }
  }
  if (entry.find("parts") == nullptr && entry.find("bytes") == nullptr &&
      entry.find("malformed") == nullptr) {
    entry.error(entry.options.mark, "one of `parts`, `bytes` and `malformed` is needed");
  }
  return rule;
}

Rule read_sql(const Entry& entry) {
  Sql sql;
  const Node* query = entry.find("query");
  if (query == nullptr) {
    entry.error(entry.options.mark, "`query` is missing",
                "a SELECT over the view `data` that returns the rows at fault");
    return sql;
  }
  check_sql(entry, *query, "query");
  sql.query = query->text;
  if (const auto expect = read_below(entry, "expect", {"min", "max", "equals"})) {
    sql.expect = read_bounds(*expect, Counts::any, Needed::yes);
  }
  return sql;
}

Rule read_anomaly(const Entry& entry) {
  static constexpr std::array<std::string_view, 3> words{"sigma", "mad", "change"};
  Anomaly rule;
  rule.of = read_text(entry, "of");
  rule.method = static_cast<Anomaly::Method>(read_choice(entry, "method", words, 0));
  if (const auto k = read_number(entry, "k")) {
    rule.k = *k;
  } else if (rule.method == Anomaly::Method::change) {
    entry.error(entry.options.mark, "`k` is missing: the change that is still usual",
                "for example `k: 0.2` for 20 %");
  }
  const double runs = read_number(entry, "min_runs").value_or(5);
  if (rule.k <= 0 || runs < 1 || runs != std::floor(runs)) {
    entry.error(entry.options.mark, "`k` must be above 0 and `min_runs` a whole number from 1");
  }
  rule.min_runs = static_cast<std::int64_t>(runs);
  return rule;
}

Rule read_ratio(const Entry& entry) {
  return RowRatio{read_text(entry, "to"), read_bounds(entry, Counts::any)};
}

}  // namespace

std::span<const RuleReader> table_rule_readers() {
  static const std::vector<std::string_view> bounds{"min", "max", "equals"};
  static const std::vector<RuleReader> readers{
      {"row_count", Form::numbers, Takes::none, bounds, &counted<RowCount>},
      {"row_count_change", Form::history, Takes::none, {"min", "max"}, &read_change},
      {"column_count", Form::bare, Takes::none, bounds, &counted<ColumnCount>},
      {"columns",
       Form::bare,
       Takes::none,
       {"required", "forbidden", "types", "exact", "ordered", "not_null", "widenings", "positions"},
       &read_columns_rule},
      {"freshness", Form::numbers, Takes::each, {"max_age"}, &read_freshness},
      {"periods", Form::numbers, Takes::each, {"every", "at_least", "from", "to"}, &read_periods},
      {"files", Form::bare, Takes::none, {"parts", "bytes", "malformed"}, &read_files},
      {"sql", Form::query, Takes::none, {"query", "expect"}, &read_sql},
      {"anomaly", Form::bare, Takes::none, {"of", "method", "k", "min_runs"}, &read_anomaly},
      {"row_ratio", Form::numbers, Takes::none, {"to", "min", "max", "equals"}, &read_ratio}};
  return readers;
}

}  // namespace mlpipe::stages::data_check
