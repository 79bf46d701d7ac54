#include "stages/data_check/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "runner/base/text.hpp"
#include "stages/data_check/check_reader.hpp"
#include "stages/data_check/option_reader.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Diagnostics;
using spec::Node;
using spec::NodeKind;

Format read_format(const Node& node, Diagnostics& diagnostics) {
  if (node.text == "jsonl") {
    return Format::jsonl;
  }
  if (node.text == "parquet") {
    return Format::parquet;
  }
  if (node.kind != NodeKind::string || node.text != "csv") {
    diagnostics.error(node.mark,
                      fmt::format("`format` must be csv, jsonl or parquet, not {}", shown(node)));
  }
  return Format::csv;
}

std::optional<char> read_character(const Node& node, std::string_view key,
                                   Diagnostics& diagnostics) {
  if (node.is_scalar() && (node.text == "\\t" || node.text == "tab")) {
    return '\t';
  }
  if (!node.is_scalar() || node.text.size() != 1 ||
      static_cast<unsigned char>(node.text[0]) >= 0x80 || node.text[0] == '\n' ||
      node.text[0] == '\r') {
    diagnostics.error(node.mark,
                      fmt::format("`csv.{}` must be one ASCII character, not {}", key, shown(node)),
                      R"(write a tab as "\t")");
    return std::nullopt;
  }
  return node.text[0];
}

void read_null_values(const Node& node, CsvOptions& csv, Diagnostics& diagnostics) {
  csv.null_values.clear();
  const auto add = [&](const Node& item) {
    if (!item.is_scalar() || item.kind == NodeKind::null) {
      diagnostics.error(item.mark, "`csv.null_values` must be a list of texts",
                        "quote values such as \"null\"");
    } else if (item.text == "pandas") {
      csv.null_values.insert(
          csv.null_values.end(),
          {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND",
           "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"});
    } else {
      csv.null_values.push_back(item.text);
    }
  };
  if (node.kind != NodeKind::list) {
    return add(node);
  }
  for (const Node& item : node.items) {
    add(item);
  }
}

CsvOptions read_csv_options(const Node& node, Diagnostics& diagnostics) {
  CsvOptions csv;
  if (node.kind != NodeKind::map) {
    diagnostics.error(node.mark, "`csv` must be a map of options");
    return csv;
  }
  known_keys(node, {"delimiter", "quote", "header", "null_values", "encoding"}, "csv", diagnostics);
  if (const Node* delimiter = node.find("delimiter")) {
    csv.delimiter = read_character(*delimiter, "delimiter", diagnostics);
  }
  if (const Node* quote = node.find("quote")) {
    csv.quote = quote->kind == NodeKind::string && quote->text.empty()
                    ? '\0'
                    : read_character(*quote, "quote", diagnostics).value_or('"');
  }
  if (csv.delimiter.value_or(',') == csv.quote) {
    diagnostics.error(node.mark, "`csv.delimiter` and `csv.quote` are the same character");
  }
  if (const Node* header = node.find("header")) {
    csv.header = read_flag(*header, "csv.header", diagnostics);
  }
  if (const Node* values = node.find("null_values")) {
    read_null_values(*values, csv, diagnostics);
  }
  if (const Node* encoding = node.find("encoding")) {
    csv.encoding = encoding->text;
    if (csv.encoding != "utf-8" && csv.encoding != "latin-1" && csv.encoding != "utf-16") {
      diagnostics.error(
          encoding->mark,
          fmt::format("`csv.encoding` must be utf-8, latin-1 or utf-16, not {}", shown(*encoding)));
    }
  }
  return csv;
}

void read_tables(const Node& node, Config& config, Diagnostics& diagnostics) {
  const auto add = [&](const Node& item) {
    if (item.kind != NodeKind::string || item.text.empty()) {
      diagnostics.error(item.mark, "`table` must be a path, a folder, a glob, or a list of them");
    } else {
      config.tables.push_back(item.text);
    }
  };
  if (node.kind == NodeKind::list && !node.items.empty()) {
    for (const Node& item : node.items) {
      add(item);
    }
  } else {
    add(node);
  }
}

// Two checks with one name could not be told apart in reports.
void number_names(std::vector<Check>& checks) {
  for (std::size_t i = 1; i < checks.size(); ++i) {
    const std::string base = checks[i].name;
    const auto taken = [&](const std::string& name) {
      return std::any_of(checks.begin(), checks.begin() + static_cast<std::ptrdiff_t>(i),
                         [&](const Check& other) { return other.name == name; });
    };
    for (int n = 2; taken(checks[i].name); ++n) {
      checks[i].name = fmt::format("{} #{}", base, n);
    }
  }
}

void read_body(const Node& node, spec::Mark where, Config& config, Diagnostics& diagnostics) {
  if (const Node* format = node.find("format")) {
    config.format = read_format(*format, diagnostics);
  }
  if (const Node* csv = node.find("csv")) {
    config.csv = read_csv_options(*csv, diagnostics);
  }
  OnEmpty on_empty = OnEmpty::pass;
  if (const Node* empty = node.find("on_empty")) {
    on_empty = read_on_empty(*empty, diagnostics);
  }
  const Node* checks = node.find("checks");
  if (checks == nullptr || checks->kind != NodeKind::list || checks->items.empty()) {
    diagnostics.error(checks == nullptr ? where : checks->mark,
                      "`checks` must be a list with at least one check",
                      "for example `checks: [{row_count: {min: 1}}]`");
    return;
  }
  for (const Node& item : checks->items) {
    read_check(item, on_empty, config.checks, diagnostics);
  }
  number_names(config.checks);
}

}  // namespace

Config read_config(const Node& node, spec::Mark where, Diagnostics& diagnostics) {
  Config config;
  known_keys(node, {"table", "format", "csv", "checks", "on_empty"}, "data_check", diagnostics);
  if (const Node* table = node.find("table")) {
    read_tables(*table, config, diagnostics);
  } else {
    diagnostics.error(where, "a data_check needs `table`", "for example `table: build/train.csv`");
  }
  read_body(node, where, config, diagnostics);
  return config;
}

Config read_checks_file(const Node& document, Diagnostics& diagnostics) {
  Config config;
  if (document.kind == NodeKind::list) {
    Node wrapped;
    wrapped.kind = NodeKind::map;
    wrapped.mark = document.mark;
    wrapped.keys.push_back({"checks", document.mark});
    wrapped.items.push_back(document);
    read_body(wrapped, document.mark, config, diagnostics);
  } else if (document.kind == NodeKind::map) {
    known_keys(document, {"table", "format", "csv", "checks", "on_empty"}, "a file of checks",
               diagnostics);
    read_body(document, document.mark, config, diagnostics);
  } else {
    diagnostics.error(document.mark,
                      "a file of checks holds a list of checks, or a map with `checks`");
  }
  return config;
}

}  // namespace mlpipe::stages::data_check
