#include "stages/data_check/rule_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "runner/base/text.hpp"
#include "stages/data_check/option_reader.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;

// Of a number, by its canonical form: 0x1F is 31, .inf and .nan are no finite numbers.
double value_of(const Node& node) {
  const std::string text = spec::canonical_json(node);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end == text.c_str() + text.size() && end != text.c_str() ? value : std::nan("");
}

bool is_number_node(const Node& node) {
  return node.kind == NodeKind::integer || node.kind == NodeKind::real;
}

bool is_absent(const Node* node) {
  return node == nullptr || node->kind == NodeKind::null;
}

Strict read_strict(const Entry& entry) {
  const Node* node = entry.find("strict");
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

std::optional<Scalar> read_limit(const Entry& entry, std::string_view key) {
  const Node* node = entry.find(key);
  if (is_absent(node)) {
    return std::nullopt;
  }
  const bool number = is_number_node(*node);
  if ((!number && node->kind != NodeKind::string) || (number && !std::isfinite(value_of(*node)))) {
    entry.error(node->mark,
                fmt::format("`{}` must be a number, a date or a text, not {}", key, shown(*node)));
    return std::nullopt;
  }
  return scalar_of(*node);
}

void must_be_whole(const Entry& entry, const Bounds& bounds) {
  for (const auto& [key, bound] :
       {std::pair{"min", bounds.min}, {"max", bounds.max}, {"equals", bounds.equals}}) {
    if (bound && (*bound < 0 || *bound != std::floor(*bound))) {
      entry.error(entry.find(key)->mark,
                  fmt::format("`{}` must be a whole number, 0 or more", key));
    }
  }
}

}  // namespace

Scalar scalar_of(const Node& node) {
  return {node.kind, is_number_node(node) ? spec::canonical_json(node) : node.text};
}

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

std::vector<std::string> read_columns(const Entry& entry) {
  const Node* one = entry.find("column");
  const Node* many = entry.find("columns");
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
  const Node* node = entry.find(key);
  if (is_absent(node)) {
    return std::nullopt;
  }
  const double value = is_number_node(*node) ? value_of(*node) : std::nan("");
  if (!std::isfinite(value)) {
    entry.error(node->mark, fmt::format("`{}` must be a number, not {}", key, shown(*node)));
    return std::nullopt;
  }
  return value;
}

bool read_flag_option(const Entry& entry, std::string_view key) {
  const Node* node = entry.find(key);
  return node != nullptr && read_flag(*node, key, entry.diagnostics);
}

Bounds read_bounds(const Entry& entry, Counts counts, Needed needed) {
  const Bounds bounds{read_number(entry, "min"), read_number(entry, "max"),
                      read_number(entry, "equals"), read_strict(entry)};
  if (counts == Counts::whole) {
    must_be_whole(entry, bounds);
  }
  const bool none = entry.find("min") == nullptr && entry.find("max") == nullptr &&
                    entry.find("equals") == nullptr;
  if (none && needed != Needed::no && !(needed == Needed::unless_zone && entry.has_zone())) {
    entry.error(entry.options.mark, "one of `min`, `max` and `equals` is needed");
  }
  if (bounds.equals && (bounds.min || bounds.max)) {
    entry.error(entry.options.mark, "`equals` excludes `min` and `max`");
  }
  if (bounds.min && bounds.max && *bounds.min > *bounds.max) {
    entry.error(entry.find("min")->mark,
                fmt::format("`min` ({}) is above `max` ({})", *bounds.min, *bounds.max));
  }
  if (bounds.min && bounds.max && bounds.strict != Strict::none && *bounds.min == *bounds.max) {
    entry.error(entry.find("strict")->mark, "nothing lies between equal bounds that are excluded");
  }
  return bounds;
}

Limits read_limits(const Entry& entry, Needed needed) {
  Limits limits{read_limit(entry, "min"), read_limit(entry, "max"), read_strict(entry)};
  const Node* min = entry.find("min");
  const Node* max = entry.find("max");
  if (is_absent(min) && is_absent(max) && !(needed == Needed::unless_zone && entry.has_zone())) {
    entry.error(entry.options.mark, "`min` or `max` is needed",
                "for example `{column: price, min: 0}`");
  }
  if (limits.min && limits.max) {
    const Scalar& low = *limits.min;
    const Scalar& high = *limits.max;
    if (low.is_number() != high.is_number()) {
      entry.error(max->mark, "`min` and `max` must be of one type",
                  "write both as numbers, or both as dates");
    } else if (low.is_number() ? std::strtod(low.text.c_str(), nullptr) >
                                     std::strtod(high.text.c_str(), nullptr)
                               : low.text > high.text) {
      entry.error(min->mark, fmt::format("`min` ({}) is above `max` ({})", low.text, high.text));
    }
  }
  return limits;
}

std::vector<Scalar> read_values(const Entry& entry, std::string_view key) {
  std::vector<Scalar> values;
  const Node* node = entry.find(key);
  if (node == nullptr || node->kind != NodeKind::list) {
    entry.error(node == nullptr ? entry.options.mark : node->mark,
                fmt::format("`{}` must be a list", key),
                fmt::format("for example `{}: [rain, sun]`", key));
    return values;
  }
  for (const Node& value : node->items) {
    if (!value.is_scalar()) {
      entry.error(value.mark, fmt::format("`{}` holds numbers, texts and booleans only", key));
    } else if (value.kind != NodeKind::null) {
      values.push_back(scalar_of(value));
    }
  }
  return values;
}

std::vector<std::string> read_texts(const Entry& entry, std::string_view key) {
  std::vector<std::string> texts;
  const Node* node = entry.find(key);
  const auto add = [&](const Node& item) {
    if (!item.is_scalar() || item.kind == NodeKind::null || item.text.empty()) {
      entry.error(item.mark, fmt::format("`{}` must be a text or a list of texts", key));
    } else {
      texts.push_back(item.text);
    }
  };
  if (node == nullptr) {
    return texts;
  }
  if (node->kind == NodeKind::list) {
    std::for_each(node->items.begin(), node->items.end(), add);
    if (node->items.empty()) {
      entry.error(node->mark, fmt::format("`{}` is empty", key));
    }
  } else {
    add(*node);
  }
  return texts;
}

std::string read_text(const Entry& entry, std::string_view key) {
  const Node* node = entry.find(key);
  if (node == nullptr || !node->is_scalar() || node->kind == NodeKind::null || node->text.empty()) {
    entry.error(node == nullptr ? entry.options.mark : node->mark,
                node == nullptr ? fmt::format("`{}` is missing", key)
                                : fmt::format("`{}` must be a text", key));
    return "";
  }
  return node->text;
}

std::size_t read_choice(const Entry& entry, std::string_view key,
                        std::span<const std::string_view> words, std::size_t otherwise) {
  const Node* node = entry.find(key);
  if (node == nullptr) {
    return otherwise;
  }
  const auto found = std::find(words.begin(), words.end(), node->text);
  if (!node->is_scalar() || found == words.end()) {
    const auto near = nearest(node->text, std::vector<std::string>(words.begin(), words.end()));
    entry.error(
        node->mark,
        fmt::format("`{}` must be one of {}, not {}", key, fmt::join(words, ", "), shown(*node)),
        near ? fmt::format("did you mean `{}`?", *near) : "");
    return otherwise;
  }
  return static_cast<std::size_t>(found - words.begin());
}

IgnoreRows read_ignore_rows(const Entry& entry, IgnoreRows otherwise) {
  static constexpr std::string_view words[] = {"any_missing", "all_missing", "never"};
  return static_cast<IgnoreRows>(
      read_choice(entry, "ignore_rows", words, static_cast<std::size_t>(otherwise)));
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

std::optional<Entry> read_below(const Entry& entry, std::string_view key,
                                std::initializer_list<std::string_view> keys) {
  const Node* node = entry.find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (node->kind != NodeKind::map) {
    entry.error(node->mark, fmt::format("`{}` must be a map of {}", key, fmt::join(keys, ", ")));
    return std::nullopt;
  }
  known_keys(*node, keys, key, entry.diagnostics);
  return Entry{entry.rule, *node, entry.diagnostics};
}

}  // namespace mlpipe::stages::data_check
