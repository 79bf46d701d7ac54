// The lines of a CSV that are no rows, as the engine recorded them. Knows nothing of checks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"

namespace mlpipe::stages::table {

struct Malformed {
  std::int64_t lines = 0;
  bool more = false;      // the limit of recorded lines was reached: there may be more
  bool encoding = false;  // some are not in the encoding that was declared
  struct Line {
    std::string file;
    std::int64_t line = 0;
    std::string why;
  };
  std::vector<Line> sample;  // at most the first `shown`
};

// What the last scan of a CSV's Table::logged_rows() met.
[[nodiscard]] Result<Malformed> read_malformed(port::TableEngine& engine, int shown);

}  // namespace mlpipe::stages::table
