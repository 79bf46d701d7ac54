// How far two columns go together: Cramer's phi, as Great Expectations' legacy dataset has it: of
// every pair of values, a missing one counting as a value, with Yates' correction where both have
// two.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "runner/base/text.hpp"
#include "stages/data_check/expectation_measure.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr std::size_t most_values = 10;  // of a column; beyond, the rarer ones would be joined

struct Crosstab {
  std::map<std::pair<std::string, std::string>, double> cells;
  std::map<std::string, double> rows;
  std::map<std::string, double> columns;
  double total = 0;
};

Result<Crosstab> crosstab(const Probe& probe) {
  Crosstab out;
  const std::string& a = probe.columns[0].json;
  const std::string& b = probe.columns[1].json;
  TRY(const port::Rows rows,
      probe.engine.query(
          fmt::format("SELECT {0}, {1}, count(*) FROM {2} WHERE {3} GROUP BY ALL LIMIT "
                      "{4}",
                      a, b, probe.table.rows(), probe.rule.scope, most_values * most_values * 4)));
  for (const auto& row : rows.rows) {
    const auto* first = std::get_if<std::string>(&row.at(0));
    const auto* second = std::get_if<std::string>(&row.at(1));
    const auto* count = std::get_if<std::int64_t>(&row.at(2));
    if (first == nullptr || second == nullptr || count == nullptr) {
      continue;
    }
    const double n = static_cast<double>(*count);
    out.cells[{*first, *second}] += n;
    out.rows[*first] += n;
    out.columns[*second] += n;
    out.total += n;
  }
  return out;
}

// Pearson's statistic (scipy.stats.chi2_contingency).
double chi_square(const Crosstab& table) {
  const bool yates = table.rows.size() == 2 && table.columns.size() == 2;
  double sum = 0;
  for (const auto& [row, row_total] : table.rows) {
    for (const auto& [column, column_total] : table.columns) {
      const auto cell = table.cells.find({row, column});
      const double expected = row_total * column_total / table.total;
      const double off = std::fabs((cell == table.cells.end() ? 0.0 : cell->second) - expected);
      const double difference = yates ? off - std::min(0.5, off) : off;
      sum += difference * difference / expected;
    }
  }
  return sum;
}

}  // namespace

Status measure_expected(const Probe& probe, const expect::CramersPhi&) {
  TRY_OK(measure_counts(probe));
  for (const SuiteColumn& column : probe.columns) {
    if (column.kind == SuiteColumn::Kind::number) {
      return fail(Code::refused, fmt::format("the column {} holds numbers, whose bins are not "
                                             "supported here",
                                             printable(column.name)));
    }
  }
  TRY(const Crosstab table, crosstab(probe));
  if (table.rows.size() > most_values || table.columns.size() > most_values) {
    return fail(Code::refused,
                fmt::format("a column holds more than {} different values", most_values));
  }
  const double least = static_cast<double>(std::min(table.rows.size(), table.columns.size())) - 1;
  if (least > 0 && table.total > 0) {
    probe.measured.number =
        std::clamp(std::sqrt(chi_square(table) / table.total / least), 0.0, 1.0);
  }
  return {};
}

}  // namespace mlpipe::stages::data_check
