#include "stages/data_check/rule_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "runner/base/text.hpp"
#include "stages/data_check/column_set.hpp"
#include "stages/data_check/option_reader.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Diagnostics;
using spec::Node;
using spec::NodeKind;

std::vector<std::string> read_names(const Entry& entry, const Node& node, std::string_view key) {
  std::vector<std::string> names;
  const auto add = [&](const Node& item) {
    if (!item.is_scalar() || item.kind == NodeKind::null) {
      entry.error(item.mark, fmt::format("`{}` must be a column name or a list of them", key));
    } else if (std::find(names.begin(), names.end(), item.text) != names.end()) {
      entry.error(item.mark, fmt::format("`{}` names the column {} twice", key, item.text));
    } else {
      names.push_back(item.text);
    }
  };
  if (node.kind == NodeKind::list) {
    std::for_each(node.items.begin(), node.items.end(), add);
  } else {
    add(node);
  }
  return names;
}

// Of a number, by its canonical form: 0x1F is 31, .inf and .nan are no finite numbers.
double value_of(const Node& node) {
  const std::string text = spec::canonical_json(node);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end == text.c_str() + text.size() && end != text.c_str() ? value : std::nan("");
}

enum class Counts : std::uint8_t { whole, any };

Bounds read_bounds(const Entry& entry, Counts counts) {
  Bounds bounds{read_number(entry, "min"), read_number(entry, "max"), read_number(entry, "equals"),
                Strict::none};
  for (const auto& [key, bound] :
       {std::pair{"min", bounds.min}, {"max", bounds.max}, {"equals", bounds.equals}}) {
    if (counts == Counts::whole && bound && (*bound < 0 || *bound != std::floor(*bound))) {
      entry.error(entry.options.find(key)->mark,
                  fmt::format("`{}` must be a whole number, 0 or more", key));
    }
  }
  const bool none = entry.options.find("min") == nullptr && entry.options.find("max") == nullptr &&
                    entry.options.find("equals") == nullptr;
  if (none) {
    entry.error(entry.options.mark, "one of `min`, `max` and `equals` is needed");
  }
  if (bounds.equals && (bounds.min || bounds.max)) {
    entry.error(entry.options.mark, "`equals` excludes `min` and `max`");
  }
  if (bounds.min && bounds.max && *bounds.min > *bounds.max) {
    entry.error(entry.options.find("min")->mark,
                fmt::format("`min` ({}) is above `max` ({})", *bounds.min, *bounds.max));
  }
  return bounds;
}

std::optional<Scalar> read_limit(const Entry& entry, std::string_view key) {
  const Node* node = entry.options.find(key);
  if (node == nullptr || node->kind == NodeKind::null) {
    return std::nullopt;
  }
  const bool number = node->kind == NodeKind::integer || node->kind == NodeKind::real;
  if ((!number && node->kind != NodeKind::string) || (number && !std::isfinite(value_of(*node)))) {
    entry.error(node->mark,
                fmt::format("`{}` must be a number, a date or a text, not {}", key, shown(*node)));
    return std::nullopt;
  }
  return Scalar{node->kind, number ? spec::canonical_json(*node) : node->text};
}

Strict read_strict(const Entry& entry) {
  const Node* node = entry.options.find("strict");
  if (node == nullptr) {
    return Strict::none;
  }
  if (node->kind == NodeKind::boolean) {
    return node->text == "true" ? Strict::both : Strict::none;
  }
  if (node->text == "min" || node->text == "max") {
    return node->text == "min" ? Strict::min : Strict::max;
  }
  entry.error(node->mark,
              fmt::format("`strict` must be true, false, min or max, not {}", shown(*node)));
  return Strict::none;
}

Rule read_between(const Entry& entry) {
  Limits between{read_limit(entry, "min"), read_limit(entry, "max"), read_strict(entry)};
  const Node* min = entry.options.find("min");
  const Node* max = entry.options.find("max");
  const auto absent = [](const Node* node) {
    return node == nullptr || node->kind == NodeKind::null;
  };
  if (absent(min) && absent(max)) {
    entry.error(entry.options.mark, "`min` or `max` is needed",
                "for example `{column: price, min: 0}`");
  }
  if (between.min && between.max) {
    const Scalar& low = *between.min;
    const Scalar& high = *between.max;
    if (low.is_number() != high.is_number()) {
      entry.error(max->mark, "`min` and `max` must be of one type",
                  "write both as numbers, or both as dates");
    } else if (low.is_number() ? std::strtod(low.text.c_str(), nullptr) >
                                     std::strtod(high.text.c_str(), nullptr)
                               : low.text > high.text) {
      entry.error(min->mark, fmt::format("`min` ({}) is above `max` ({})", low.text, high.text));
    }
  }
  return Between{std::move(between)};
}

Rule read_accepted(const Entry& entry) {
  AcceptedValues rule;
  const Node* values = entry.options.find("values");
  if (values == nullptr || values->kind != NodeKind::list) {
    entry.error(values == nullptr ? entry.options.mark : values->mark, "`values` must be a list",
                "for example `values: [rain, sun]`");
    return rule;
  }
  for (const Node& value : values->items) {
    if (!value.is_scalar()) {
      entry.error(value.mark, "`values` holds numbers, texts and booleans only");
    } else if (value.kind != NodeKind::null) {
      const bool number = value.kind == NodeKind::integer || value.kind == NodeKind::real;
      rule.values.push_back({value.kind, number ? spec::canonical_json(value) : value.text});
    }
  }
  return rule;
}

Rule read_matches(const Entry& entry) {
  const Node* regex = entry.options.find("regex");
  if (regex == nullptr || !regex->is_scalar() || regex->text.empty()) {
    entry.error(regex == nullptr ? entry.options.mark : regex->mark,
                "`regex` must be a regular expression");
    return Matches{};
  }
  if (const auto problem = regex_problem(regex->text)) {
    entry.error(regex->mark, fmt::format("`regex` cannot be used: {}", *problem),
                "split it into several checks, or use an `sql` check");
  }
  return Matches{{regex->text}};
}

Rule read_freshness(const Entry& entry) {
  const Node* age = entry.options.find("max_age");
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

Rule read_sql(const Entry& entry) {
  Sql sql;
  const Node* query = entry.options.find("query");
  if (query == nullptr) {
    entry.error(entry.options.mark, "`query` is missing",
                "a SELECT over the view `data` that returns the rows at fault");
    return sql;
  }
  check_sql(entry, *query, "query");
  sql.query = query->text;
  if (const Node* expect = entry.options.find("expect")) {
    if (expect->kind != NodeKind::map) {
      entry.error(expect->mark, "`expect` must be a map of `min`, `max` or `equals`");
    } else {
      known_keys(*expect, {"min", "max", "equals"}, "expect", entry.diagnostics);
      sql.expect = read_bounds({entry.rule, *expect, entry.diagnostics}, Counts::any);
    }
  }
  return sql;
}

Rule read_column_set(const Entry& entry) {
  ColumnSet set;
  if (const Node* required = entry.options.find("required")) {
    set.required = read_names(entry, *required, "required");
  }
  if (const Node* forbidden = entry.options.find("forbidden")) {
    set.forbidden = read_names(entry, *forbidden, "forbidden");
  }
  if (const Node* types = entry.options.find("types")) {
    if (types->kind != NodeKind::map) {
      entry.error(types->mark, "`types` must be a map from column to type");
    }
    for (std::size_t i = 0; i < types->keys.size(); ++i) {
      if (!types->items[i].is_scalar() || !is_known_type(types->items[i].text)) {
        entry.error(
            types->items[i].mark, fmt::format("unknown type {}", shown(types->items[i])),
            "integer, number, text, boolean, date, timestamp, or a type of DuckDB such as BIGINT");
      }
      set.types.push_back({types->keys[i].text, {types->items[i].text}});
    }
  }
  const auto flag = [&](const char* key) {
    const Node* node = entry.options.find(key);
    return node != nullptr && read_flag(*node, key, entry.diagnostics);
  };
  set.exact = flag("exact") ? Exact::yes : Exact::no;
  set.ordered = flag("ordered") ? Ordered::yes : Ordered::no;
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

}  // namespace

std::vector<std::string> read_columns(const Entry& entry) {
  const Node* one = entry.options.find("column");
  const Node* many = entry.options.find("columns");
  if (one != nullptr && many != nullptr) {
    entry.error(many->mark, "`column` and `columns` exclude each other", "keep one of them");
  }
  if (one == nullptr && many == nullptr) {
    entry.error(entry.options.mark, "`column` is missing",
                "for example `{column: price}` or `{columns: [a, b]}`");
    return {};
  }
  auto names =
      many == nullptr ? read_names(entry, *one, "column") : read_names(entry, *many, "columns");
  if (names.empty() && many != nullptr && many->kind == NodeKind::list) {
    entry.error(many->mark, "`columns` is empty");
  }
  return names;
}

std::optional<double> read_number(const Entry& entry, std::string_view key) {
  const Node* node = entry.options.find(key);
  if (node == nullptr || node->kind == NodeKind::null) {
    return std::nullopt;
  }
  const bool is_number = node->kind == NodeKind::integer || node->kind == NodeKind::real;
  const double value = is_number ? value_of(*node) : 0.0;
  if (!is_number || !std::isfinite(value)) {
    entry.error(node->mark, fmt::format("`{}` must be a number, not {}", key, shown(*node)));
    return std::nullopt;
  }
  return value;
}

void check_sql(const Entry& entry, const Node& node, std::string_view key) {
  const SqlFacts facts = sql_facts(node.text);
  if (!node.is_scalar() || facts.empty) {
    entry.error(node.mark, fmt::format("`{}` must be SQL", key));
  } else if (facts.unterminated) {
    entry.error(node.mark, fmt::format("`{}` has a quote or comment that is not closed", key));
  } else if (facts.several) {
    entry.error(node.mark, fmt::format("`{}` must be one statement", key),
                "remove what follows the semicolon");
  }
}

Rule read_rule(const Entry& entry) {
  const std::string& rule = entry.rule;
  if (rule == "row_count") {
    return RowCount{read_bounds(entry, Counts::whole)};
  }
  if (rule == "columns") {
    return read_column_set(entry);
  }
  if (rule == "between") {
    return read_between(entry);
  }
  if (rule == "accepted_values") {
    return read_accepted(entry);
  }
  if (rule == "matches") {
    return read_matches(entry);
  }
  if (rule == "freshness") {
    return read_freshness(entry);
  }
  if (rule == "sql") {
    return read_sql(entry);
  }
  if (rule == "unique") {
    return Unique{};
  }
  if (rule == "primary_key") {
    return PrimaryKey{};
  }
  return NotNull{};
}

}  // namespace mlpipe::stages::data_check
