// Which table is meant and how it is written, as values, and their reader from the keys of a stage:
// `table`, `format`, `at`, `csv`. Looks at no file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"
#include "stages/table/delta/log.hpp"

namespace mlpipe::stages::table {

enum class Format : std::uint8_t { csv, jsonl, json, parquet, delta };

struct CsvOptions {
  std::optional<char> delimiter;  // absent: a tab for .tsv, else a comma
  char quote = '"';
  bool header = true;
  std::vector<std::string> null_values{""};
  std::string encoding = "utf-8";
};

struct Source {
  std::vector<std::string> tables;  // paths, folders and globs; together one table
  std::optional<Format> format;     // absent: told by the file names
  std::optional<delta::At> at;      // of a Delta table; absent: what its name says, or the latest
  CsvOptions csv;
};

// Each complains about its node; what it returns then is of no use.
[[nodiscard]] std::vector<std::string> read_tables(const spec::Node& node,
                                                   spec::Diagnostics& diagnostics);
[[nodiscard]] Format read_format(const spec::Node& node, spec::Diagnostics& diagnostics);
[[nodiscard]] std::optional<delta::At> read_at(const spec::Node& node,
                                               spec::Diagnostics& diagnostics);
[[nodiscard]] CsvOptions read_csv_options(const spec::Node& node, spec::Diagnostics& diagnostics);

}  // namespace mlpipe::stages::table
