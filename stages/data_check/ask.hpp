// What a check asks of the engine, round by round. Asks of one round with one source share one
// SELECT: that is the fused scan. Knows nothing of rules.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"

namespace mlpipe::stages::data_check {

// Aggregates over a relation, and who takes their values: one cell for each.
struct Ask {
  std::string source;
  std::vector<std::string> columns;
  std::function<Status(std::span<const port::Cell>)> take;
};

// A statement of its own: several rows, or one that nothing can share.
struct Query {
  std::string sql;
  std::function<Status(const port::Rows&)> take;
};

// cheap: reads some rows at most. Those of all checks go first, so that the scans meet in one.
enum class Cost : std::uint8_t { cheap, scan };

// One round. `then` is asked for the next one when every value was taken; empty: that was all.
struct Round {
  Cost cost = Cost::scan;
  std::vector<Ask> asks;
  std::vector<Query> queries;
  std::function<Result<Round>()> then;
};

// Both side by side; what is cheap in either goes first.
[[nodiscard]] Round both(Round one, Round other);

[[nodiscard]] std::int64_t count_of(const port::Cell& cell);  // 0 of what is no whole number
[[nodiscard]] double number_of(const port::Cell& cell);       // NaN of what is no number
[[nodiscard]] std::string text_of(const port::Cell& cell);    // "NULL" of nothing

}  // namespace mlpipe::stages::data_check
