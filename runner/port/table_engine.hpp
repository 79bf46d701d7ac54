// A SQL engine over files, as far as data checks need one. The only implementation is a module
// opened on first use.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::port {

using Cell =
    std::variant<std::monostate, std::int64_t, double, std::string>;  // monostate: SQL NULL

struct Column {
  std::string name;
  std::string type;  // the engine's name, e.g. BIGINT, DOUBLE, VARCHAR, DATE, TIMESTAMP
};

struct Rows {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
};

struct EngineLimits {
  std::uint32_t threads = 1;
  std::uint64_t memory = 0;  // bytes; 0: the engine's own choice
  std::string scratch;       // absolute folder for spilling
};

// Some rows of a result whose columns are all DOUBLE, column by column; NULL comes as NaN.
using NumberBlock = std::vector<std::span<const double>>;

class TableEngine {
 public:
  virtual ~TableEngine() = default;
  // One statement. Errors: invalid (SQL or data is wrong; the message is the engine's own, first
  // line), no_space, io.
  virtual Result<Rows> query(const std::string& sql) = 0;
  // One SELECT whose columns are all DOUBLE, handed over block by block: a column of numbers
  // without a cell each. An error of `take` ends it.
  virtual Status numbers(const std::string& sql,
                         const std::function<Status(const NumberBlock&)>& take) = 0;
  // From now on: only SELECT, only the files already registered as views, no settings, no
  // extensions.
  virtual Status lock_down(const std::vector<std::string>& readable) = 0;
};

}  // namespace mlpipe::port
