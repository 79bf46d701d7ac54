// Expectations that take more than one pass, or none: keys, order, z-scores, sets, quantiles,
// distributions, columns. Runs SQL; knows nothing of verdicts.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"
#include "stages/data_check/config.hpp"
#include "stages/data_check/expectation_column.hpp"
#include "stages/data_check/measure.hpp"
#include "stages/data_check/row_rule.hpp"

namespace mlpipe::stages::data_check {

// What the measuring of one expectation works with.
struct Probe {
  port::TableEngine& engine;
  const table::Table& table;
  const Check& check;
  const std::vector<SuiteColumn>& columns;
  RowRule rule;  // its scope, ignored rows and shown values
  std::int64_t rows = 0;
  Measured& measured;

  // SQL: this condition on rows that count.
  [[nodiscard]] std::string counts() const;
};

// Errors: invalid where it cannot be evaluated on this table, others are the engine's.
[[nodiscard]] Status measure_expectation(port::TableEngine& engine, const table::Table& table,
                                         const Check& check, std::int64_t rows, Measured& measured);

// considered and missing.
[[nodiscard]] Status measure_counts(const Probe& probe);

[[nodiscard]] Status measure_expected(const Probe& probe, const expect::Quantiles& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::DistinctSet& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::MostCommon& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::KlDivergence& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::ChiSquare& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::KsDistribution& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::KsBootstrap& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::CramersPhi& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::ColumnCount& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::ColumnOrder& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::ColumnNames& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::HasColumn& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::NoRows& asked);
[[nodiscard]] Status measure_expected(const Probe& probe, const expect::RowCountOfOther& asked);

// A value and how often it occurs.
struct CountedValue {
  std::string json;
  Scalar scalar;
  std::int64_t count = 0;
};
inline constexpr std::int64_t most_distinct = 1'000'000;
// In ascending order. Error: there are more than most_distinct.
[[nodiscard]] Result<std::vector<CountedValue>> count_values(const Probe& probe);
// Equal for what Python calls equal: numbers and truth values by value, texts by their characters.
[[nodiscard]] std::string value_key(const Scalar& value);
[[nodiscard]] std::string json_list(const std::vector<std::string>& items);
[[nodiscard]] std::string json_text(const std::string& text);

}  // namespace mlpipe::stages::data_check
