#include "stages/data_check/check_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "runner/base/text.hpp"
#include "stages/data_check/option_reader.hpp"
#include "stages/data_check/rule_reader.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Diagnostics;
using spec::Node;
using spec::NodeKind;

const std::vector<std::string>& rule_names() {
  static const std::vector<std::string> names{
      "row_count", "columns",         "not_null", "unique",    "primary_key",
      "between",   "accepted_values", "matches",  "freshness", "sql"};
  return names;
}

void only_keys(const Entry& entry) {
  const auto with = [&](std::initializer_list<std::string_view> own, bool of_columns) {
    std::vector<std::string> all{"where", "severity", "name", "on_empty", "owner"};
    all.insert(all.end(), own.begin(), own.end());
    if (of_columns) {
      all.insert(all.end(), {"column", "columns", "mostly"});
    }
    for (const Node::Key& key : entry.options.keys) {
      if (std::find(all.begin(), all.end(), key.text) == all.end()) {
        const auto near = nearest(key.text, all);
        entry.error(key.mark, fmt::format("unknown key `{}`", key.text),
                    near ? fmt::format("did you mean `{}`?", *near)
                         : fmt::format("it takes {}", fmt::join(all, ", ")));
      }
    }
  };
  const std::string& rule = entry.rule;
  if (rule == "row_count") {
    with({"min", "max", "equals"}, false);
  } else if (rule == "columns") {
    with({"required", "forbidden", "types", "exact", "ordered"}, false);
  } else if (rule == "between") {
    with({"min", "max", "strict"}, true);
  } else if (rule == "accepted_values") {
    with({"values"}, true);
  } else if (rule == "matches") {
    with({"regex"}, true);
  } else if (rule == "freshness") {
    with({"max_age"}, true);
  } else if (rule == "sql") {
    with({"query", "expect", "mostly"}, false);
  } else {
    with({}, true);
  }
}

void read_common(const Entry& entry, Check& check) {
  const Node& options = entry.options;
  if (const auto mostly = read_number(entry, "mostly")) {
    check.mostly = *mostly;
    if (*mostly < 0 || *mostly > 1) {
      entry.error(options.find("mostly")->mark, "`mostly` must lie between 0 and 1");
    }
  }
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

}  // namespace

void read_check(const Node& item, OnEmpty on_empty, std::vector<Check>& checks,
                Diagnostics& diagnostics) {
  if (item.kind != NodeKind::map || item.keys.size() != 1) {
    diagnostics.error(item.mark, "a check is a map of one name to its options",
                      "for example `- not_null: {column: price}`");
    return;
  }
  const std::string& rule = item.keys[0].text;
  if (std::find(rule_names().begin(), rule_names().end(), rule) == rule_names().end()) {
    const auto near = nearest(rule, rule_names());
    diagnostics.error(item.keys[0].mark, fmt::format("unknown check `{}`", rule),
                      near ? fmt::format("did you mean `{}`?", *near)
                           : fmt::format("the checks are {}", fmt::join(rule_names(), ", ")));
    return;
  }
  const Entry entry{rule, item.items[0], diagnostics};
  if (entry.options.kind != NodeKind::map) {
    entry.error(entry.options.mark, "its options must be a map",
                fmt::format("for example `{}: {{...}}`", rule));
    return;
  }
  only_keys(entry);
  Check check;
  check.on_empty = on_empty;
  check.rule = read_rule(entry);
  read_common(entry, check);
  const bool of_table = rule == "row_count" || rule == "columns" || rule == "sql";
  if (!of_table) {
    check.columns = read_columns(entry);
  }
  const bool together = of_table || rule == "unique" || rule == "primary_key";
  const bool named = !check.name.empty();
  if (together || check.columns.size() <= 1) {
    if (!named) {
      check.name = of_table ? rule : fmt::format("{}({})", rule, fmt::join(check.columns, ", "));
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
