#include "stages/table/source.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "stages/shared/options.hpp"

namespace mlpipe::stages::table {
namespace {

using spec::Diagnostics;
using spec::Node;
using spec::NodeKind;

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
      const auto& known = pandas_null_values();
      csv.null_values.insert(csv.null_values.end(), known.begin(), known.end());
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

}  // namespace

const std::vector<std::string>& pandas_null_values() {
  static const std::vector<std::string> values{"",         "#N/A", "#N/A N/A", "#NA",    "-1.#IND",
                                               "-1.#QNAN", "-NaN", "-nan",     "1.#IND", "1.#QNAN",
                                               "<NA>",     "N/A",  "NA",       "NULL",   "NaN",
                                               "None",     "n/a",  "nan",      "null"};
  return values;
}

Format read_format(const Node& node, Diagnostics& diagnostics) {
  static constexpr std::array<std::pair<std::string_view, Format>, 5> names{
      {{"csv", Format::csv},
       {"jsonl", Format::jsonl},
       {"json", Format::json},
       {"parquet", Format::parquet},
       {"delta", Format::delta}}};
  for (const auto& [name, format] : names) {
    if (node.kind == NodeKind::string && node.text == name) {
      return format;
    }
  }
  diagnostics.error(
      node.mark,
      fmt::format("`format` must be csv, jsonl, json, parquet or delta, not {}", shown(node)));
  return Format::csv;
}

std::optional<delta::At> read_at(const Node& node, Diagnostics& diagnostics) {
  auto at = node.is_scalar() ? delta::parse_at(node.text) : std::nullopt;
  if (!at) {
    diagnostics.error(node.mark,
                      fmt::format("`at` must be latest, a version or a time, not {}", shown(node)),
                      "for example `at: v12` or `at: 2024-01-01T00:00:00Z`");
  }
  return at;
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

std::vector<std::string> read_tables(const Node& node, Diagnostics& diagnostics) {
  std::vector<std::string> tables;
  const auto add = [&](const Node& item) {
    if (item.kind != NodeKind::string || item.text.empty()) {
      diagnostics.error(item.mark, "`table` must be a path, a folder, a glob, or a list of them");
    } else {
      tables.push_back(item.text);
    }
  };
  if (node.kind == NodeKind::list && !node.items.empty()) {
    for (const Node& item : node.items) {
      add(item);
    }
  } else {
    add(node);
  }
  return tables;
}

}  // namespace mlpipe::stages::table
