#include "stages/data_check/check_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "runner/base/text.hpp"
#include "stages/data_check/metric.hpp"
#include "stages/data_check/option_reader.hpp"
#include "stages/data_check/rule_reader.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Diagnostics;
using spec::Node;
using spec::NodeKind;

const std::vector<RuleReader>& all_readers() {
  static const std::vector<RuleReader> readers = [] {
    std::vector<RuleReader> all;
    for (const auto& some : {row_rule_readers(), record_rule_readers(), aggregate_rule_readers(),
                             table_rule_readers()}) {
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  return readers;
}

std::vector<std::string> keys_of(const RuleReader& reader) {
  std::vector<std::string> all{"severity", "name", "owner"};
  const auto add = [&](std::initializer_list<std::string_view> more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  all.insert(all.end(), reader.keys.begin(), reader.keys.end());
  switch (reader.form) {
    case Form::rows:
      add({"mostly", "where", "group_by", "min_rows", "on_empty", "warn", "fail"});
      break;
    case Form::numbers:
      add({"where", "group_by", "min_rows", "on_empty", "warn", "fail"});
      break;
    case Form::history:
      add({"where", "warn", "fail"});
      break;
    case Form::query:
      add({"mostly", "where", "on_empty", "warn", "fail"});
      break;
    case Form::bare:
      break;
  }
  if (reader.takes == Takes::pair || reader.takes == Takes::several) {
    add({"columns"});
  } else if (reader.takes != Takes::none) {
    add({"column", "columns"});
  }
  return all;
}

void only_keys(const Entry& entry, const RuleReader& reader) {
  const std::vector<std::string> all = keys_of(reader);
  for (const Node::Key& key : entry.options.keys) {
    if (std::find(all.begin(), all.end(), key.text) == all.end()) {
      const auto near = nearest(key.text, all);
      entry.error(key.mark, fmt::format("unknown key `{}`", key.text),
                  near ? fmt::format("did you mean `{}`?", *near)
                       : fmt::format("it takes {}", fmt::join(all, ", ")));
    }
  }
}

std::optional<Zone> read_zone(const Entry& entry, std::string_view key) {
  const Node* node = entry.find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  auto zone = node->kind == NodeKind::string ? parse_zone(node->text) : std::nullopt;
  if (!zone) {
    entry.error(node->mark, fmt::format("`{}` is no zone: {}", key, shown(*node)),
                fmt::format("for example `{0}: \"> 5\"`, `{0}: \"> 1%\"` or `{0}: \"not between 10 "
                            "and 20\"`",
                            key));
  }
  return zone;
}

void read_thresholds(const Entry& entry, Check& check) {
  if (const auto mostly = read_number(entry, "mostly")) {
    check.mostly = *mostly;
    if (*mostly < 0 || *mostly > 1) {
      entry.error(entry.find("mostly")->mark, "`mostly` must lie between 0 and 1");
    }
  }
  check.zones.warn = read_zone(entry, "warn");
  check.zones.fail = read_zone(entry, "fail");
  const Node* mostly = entry.find("mostly");
  if (mostly != nullptr && entry.find("fail") != nullptr) {
    entry.error(mostly->mark, "`mostly` and `fail` exclude each other", "keep one of them");
  } else if (mostly != nullptr && check.mostly == 1.0 && entry.find("warn") != nullptr) {
    entry.error(mostly->mark, "`mostly: 1` fails before `warn` can warn",
                "leave it out: with `warn` alone, rows at fault do not fail");
  }
}

void read_segments(const Entry& entry, Check& check) {
  if (const Node* group = entry.find("group_by")) {
    check.group_by = read_names(entry, *group, "group_by");
    if (check.group_by.empty() && group->kind == NodeKind::list) {
      entry.error(group->mark, "`group_by` is empty");
    }
  }
  if (const auto least = read_number(entry, "min_rows")) {
    check.min_rows = static_cast<std::int64_t>(*least);
    if (*least < 0 || *least != std::floor(*least)) {
      entry.error(entry.find("min_rows")->mark, "`min_rows` must be a whole number, 0 or more");
    } else if (check.group_by.empty()) {
      entry.error(entry.find("min_rows")->mark, "`min_rows` belongs to `group_by`",
                  "add `group_by: COLUMN`, or remove it");
    }
  }
}

void read_common(const Entry& entry, Check& check) {
  const Node& options = entry.options;
  read_thresholds(entry, check);
  read_segments(entry, check);
  if (const Node* where = options.find("where")) {
    check_sql(entry, *where, "where");
    check.where = where->text;
  }
  if (const Node* severity = options.find("severity")) {
    check.severity = severity->text == "warning" ? Severity::warning : Severity::error;
    if (severity->text != "warning" && severity->text != "error") {
      entry.error(severity->mark,
                  fmt::format("`severity` must be error or warning, not {}", shown(*severity)));
    }
  }
  if (const Node* empty = options.find("on_empty")) {
    check.on_empty = read_on_empty(*empty, entry.diagnostics);
  }
  if (const Node* owner = options.find("owner")) {
    check.owner = owner->text;
  }
  if (const Node* name = options.find("name")) {
    check.name = name->text;
    if (!name->is_scalar() || name->text.empty()) {
      entry.error(name->mark, "`name` must be a text");
    }
  }
}

void read_check_columns(const Entry& entry, Takes takes, Check& check) {
  const bool named = entry.find("column") != nullptr || entry.find("columns") != nullptr;
  if (takes == Takes::none || (takes == Takes::together_or_all && !named)) {
    return;
  }
  check.columns = read_columns(entry);
  const Node* columns = entry.find("columns");
  if (takes == Takes::pair && check.columns.size() != 2) {
    entry.error(columns == nullptr ? entry.options.mark : columns->mark,
                "`columns` must name two columns");
  }
  if (takes == Takes::several && check.columns.size() < 2) {
    entry.error(columns == nullptr ? entry.options.mark : columns->mark,
                "`columns` must name two columns or more");
  }
}

const RuleReader* find_reader(const Node& item, Diagnostics& diagnostics) {
  const std::string& rule = item.keys[0].text;
  std::vector<std::string> names;
  for (const RuleReader& reader : all_readers()) {
    if (reader.name == rule) {
      return &reader;
    }
    names.emplace_back(reader.name);
  }
  const auto near = nearest(rule, names);
  diagnostics.error(item.keys[0].mark, fmt::format("unknown check `{}`", rule),
                    near ? fmt::format("did you mean `{}`?", *near)
                         : fmt::format("the checks are {}", fmt::join(names, ", ")));
  return nullptr;
}

}  // namespace

void read_check(const Node& item, OnEmpty on_empty, std::vector<Check>& checks,
                Diagnostics& diagnostics) {
  if (item.kind != NodeKind::map || item.keys.size() != 1) {
    diagnostics.error(item.mark, "a check is a map of one name to its options",
                      "for example `- not_null: {column: price}`");
    return;
  }
  const RuleReader* reader = find_reader(item, diagnostics);
  if (reader == nullptr) {
    return;
  }
  const std::string& rule = item.keys[0].text;
  const Entry entry{rule, item.items[0], diagnostics};
  if (entry.options.kind != NodeKind::map) {
    entry.error(entry.options.mark, "its options must be a map",
                fmt::format("for example `{}: {{...}}`", rule));
    return;
  }
  only_keys(entry, *reader);
  Check check;
  check.on_empty = on_empty;
  check.mark = item.keys[0].mark;
  check.rule = reader->read(entry);
  read_common(entry, check);
  read_check_columns(entry, reader->takes, check);
  const bool named = !check.name.empty();
  if (reader->takes != Takes::each || check.columns.size() <= 1) {
    if (!named) {
      check.name = check.columns.empty()
                       ? rule
                       : fmt::format("{}({})", rule, fmt::join(check.columns, ", "));
    }
    checks.push_back(std::move(check));
    return;
  }
  for (const std::string& column : check.columns) {
    Check one = check;
    one.columns = {column};
    one.name =
        named ? fmt::format("{} ({})", check.name, column) : fmt::format("{}({})", rule, column);
    checks.push_back(std::move(one));
  }
}

}  // namespace mlpipe::stages::data_check
