// The columns of a table as samples: numbers as tallies, everything else as counts of texts. Knows
// SQL only through the table, and nothing of what the samples are for.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"
#include "stages/kind.hpp"
#include "stages/statistics/distances.hpp"
#include "stages/statistics/tally.hpp"
#include "stages/table/source.hpp"
#include "stages/table/table.hpp"

namespace mlpipe::stages::profile {

struct NumberColumn {
  statistics::Tally tally;
  std::uint64_t missing = 0;                    // NULL or NaN
  std::uint64_t infinite = 0;                   // left out of the tally
  std::vector<statistics::Bucket> histogram{};  // where a profile brought one
  bool exact = true;  // false: from a profile that holds the column in outline
};

struct CategoryColumn {
  std::vector<std::string> keys;  // distinct, ascending by bytes
  std::vector<std::uint64_t> counts;
  std::uint64_t total = 0;  // of counts
  std::uint64_t missing = 0;
};

// Whether a column of this family can be read as numbers. Dates and times become microseconds since
// 1970.
[[nodiscard]] bool is_number(table::Family family);
[[nodiscard]] bool is_time(table::Family family);

class Columns {
 public:
  // not_found, invalid: there is no such table, or not all of it can be read. Malformed lines of a
  // CSV are an error: what they hold would be missing from every number.
  static Result<Columns> open(Host& host, const port::EngineLimits& limits,
                              const table::Source& source, const std::string& root);

  [[nodiscard]] const std::vector<table::TableColumn>& list() const { return table_.columns(); }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  // How many columns to ask for at once, so that their values fit into a fair part of memory.
  [[nodiscard]] std::size_t batch() const;

  // In the order asked for. invalid: a column that is neither number nor time.
  Result<std::vector<NumberColumn>> numbers(std::span<const std::size_t> columns);
  Result<CategoryColumn> categories(std::size_t column);
  // Every text in file order; for text drift.
  Result<std::vector<std::string>> texts(std::size_t column);

 private:
  Columns(std::unique_ptr<port::TableEngine> engine, table::Table table)
      : engine_(std::move(engine)), table_(std::move(table)) {}
  Status count_rows();

  std::unique_ptr<port::TableEngine> engine_;
  table::Table table_;
  std::uint64_t rows_ = 0;
};

}  // namespace mlpipe::stages::profile
