// Every expectation type that is known here, and how its kwargs become an Expected. One explicit
// list. Knows nothing of suites as files.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/data_check/expectation.hpp"
#include "stages/data_check/suite_kwargs.hpp"

namespace mlpipe::stages::data_check {

// What the kwargs of one expectation say beside its Expected.
struct ExpectationTarget {
  std::vector<std::string> columns;
  IgnoreRows ignore = IgnoreRows::all_missing;
};

struct ExpectationKind {
  enum class Domain : std::uint8_t { table, column, pair, record };  // record: several columns
  enum class Mostly : std::uint8_t { none, taken };
  std::string_view type;
  Domain domain = Domain::column;
  Mostly mostly = Mostly::none;
  Expected (*read)(Kwargs& kwargs) = nullptr;
};

[[nodiscard]] std::span<const ExpectationKind> row_expectations();
[[nodiscard]] std::span<const ExpectationKind> column_expectations();
[[nodiscard]] std::span<const ExpectationKind> distribution_expectations();
[[nodiscard]] std::span<const ExpectationKind> table_expectations();

// nullptr: there is none of this name.
[[nodiscard]] const ExpectationKind* find_expectation(std::string_view type);
// The name nearest to it, or nothing.
[[nodiscard]] std::string nearest_expectation(std::string_view type);

// The kwargs that name columns, by the kind's domain.
[[nodiscard]] ExpectationTarget read_target(const ExpectationKind& kind, Kwargs& kwargs);

}  // namespace mlpipe::stages::data_check
