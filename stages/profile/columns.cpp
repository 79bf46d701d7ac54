#include "stages/profile/columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stages/table/table_files.hpp"

namespace mlpipe::stages::profile {
namespace {

std::uint64_t count_of(const port::Cell& cell) {
  const auto* integer = std::get_if<std::int64_t>(&cell);
  return integer == nullptr ? 0 : static_cast<std::uint64_t>(*integer);
}

std::string text_of(const port::Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text == nullptr ? std::string() : *text;
}

}  // namespace

bool is_number(table::Family family) {
  return family == table::Family::integer || family == table::Family::real;
}
bool is_time(table::Family family) {
  return family == table::Family::date || family == table::Family::timestamp;
}

Result<Columns> Columns::open(Host& host, const port::EngineLimits& limits,
                              const table::Source& source, const std::string& root) {
  TRY(const table::TableFiles files, table::find_table_files(source, root));
  TRY(auto engine, host.open_tables(limits));
  TRY(auto opened, table::Table::open(*engine, files, source.csv, table::Types::infer));
  Columns columns(std::move(engine), std::move(opened));
  TRY_OK(columns.count_rows());
  return columns;
}

Status Columns::count_rows() {
  TRY(const port::Rows rows,
      engine_->query("SELECT count(*) FROM " + std::string(table_.logged_rows())));
  rows_ = count_of(rows.rows.at(0).at(0));
  if (table_.format() != table::Format::csv) {
    return {};
  }
  TRY(const port::Rows bad,
      engine_->query("SELECT count(DISTINCT (file_id, line)), min(line), "
                     "any_value(error_message ORDER BY file_id, line) FROM reject_errors WHERE "
                     "scan_id = (SELECT max(scan_id) FROM reject_scans)"));
  const std::uint64_t lines = count_of(bad.rows.at(0).at(0));
  if (lines > 0) {
    return fail(Code::invalid,
                fmt::format("{} malformed {}, first in line {}: {}; `mlpipe check` lists them",
                            lines, lines == 1 ? "line" : "lines", count_of(bad.rows.at(0).at(1)),
                            text_of(bad.rows.at(0).at(2))));
  }
  return {};
}

std::size_t Columns::batch() const {
  constexpr std::uint64_t values_at_once = 32'000'000;
  return static_cast<std::size_t>(
      std::max<std::uint64_t>(1, values_at_once / std::max<std::uint64_t>(1, rows_)));
}

Result<std::vector<NumberColumn>> Columns::numbers(std::span<const std::size_t> columns) {
  std::string select;
  for (const std::size_t column : columns) {
    const table::TableColumn& one = list()[column];
    if (!is_number(one.family) && !is_time(one.family)) {
      return fail(Code::invalid, fmt::format("`{}` is {}, no number", one.name, one.type));
    }
    const std::string value = is_time(one.family) ? fmt::format("epoch_us({})", table_.time(column))
                                                  : table_.number(column);
    select += fmt::format("{}CAST({} AS DOUBLE)", select.empty() ? "" : ", ", value);
  }
  std::vector<std::vector<double>> samples(columns.size());
  std::vector<NumberColumn> result(columns.size());
  for (auto& sample : samples) {
    sample.reserve(rows_);
  }
  TRY_OK(engine_->numbers(fmt::format("SELECT {} FROM {}", select, table_.rows()),
                          [&](const port::NumberBlock& block) -> Status {
                            for (std::size_t i = 0; i < block.size(); ++i) {
                              for (const double value : block[i]) {
                                if (std::isfinite(value)) {
                                  samples[i].push_back(value);
                                } else {
                                  ++(std::isnan(value) ? result[i].missing : result[i].infinite);
                                }
                              }
                            }
                            return {};
                          }));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    result[i].tally = statistics::tally_of(std::move(samples[i]));
  }
  return result;
}

Result<CategoryColumn> Columns::categories(std::size_t column) {
  TRY(const port::Rows rows,
      engine_->query(fmt::format("SELECT {0} AS k, count(*) FROM {1} WHERE NOT {2} GROUP BY k",
                                 table_.text(column), table_.rows(), table_.missing(column))));
  std::vector<std::size_t> order(rows.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::get<std::string>(rows.rows[a][0]) < std::get<std::string>(rows.rows[b][0]);
  });
  CategoryColumn result;
  for (const std::size_t i : order) {
    result.keys.push_back(text_of(rows.rows[i][0]));
    result.counts.push_back(count_of(rows.rows[i][1]));
    result.total += result.counts.back();
  }
  result.missing = rows_ - result.total;
  return result;
}

Result<std::vector<std::string>> Columns::texts(std::size_t column) {
  TRY(const port::Rows rows,
      engine_->query(fmt::format("SELECT {} FROM {} WHERE NOT {}", table_.text(column),
                                 table_.rows(), table_.missing(column))));
  std::vector<std::string> texts;
  texts.reserve(rows.rows.size());
  for (const auto& row : rows.rows) {
    texts.push_back(text_of(row[0]));
  }
  return texts;
}

}  // namespace mlpipe::stages::profile
