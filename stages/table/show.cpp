#include "stages/table/show.hpp"

#include <fmt/format.h>

#include "stages/table/quoting.hpp"

namespace mlpipe::stages::table {
namespace {

constexpr int shown_lines = 10;

// JSON has no infinity, and the engine's JSON takes a decimal through a double.
std::string json_value(const TableColumn& column) {
  const std::string name = quote_identifier(column.name);
  if (column.type == "DOUBLE" || column.type == "FLOAT") {
    return fmt::format("CASE WHEN isfinite({0}) THEN to_json({0}) ELSE to_json({0}::VARCHAR) END",
                       name);
  }
  return column.type.starts_with("DECIMAL") && !column.type.ends_with("]")
             ? fmt::format("{}::VARCHAR::JSON", name)
             : name;
}

}  // namespace

std::string format_name(Format format) {
  switch (format) {
    case Format::csv:
      return "csv";
    case Format::jsonl:
      return "jsonl";
    case Format::json:
      return "json";
    case Format::parquet:
      return "parquet";
    case Format::delta:
      break;
  }
  return "delta";
}

Result<TableFacts> describe_table(port::TableEngine& engine, const Table& table) {
  TableFacts facts;
  facts.format = table.format();
  facts.files = table.files();
  facts.columns = table.columns();
  if (table.delta() != nullptr) {
    facts.delta_version = table.delta()->version;
  }
  // A column that no aggregate asks for would not be decoded, and its bad bytes not be seen.
  std::string counts;
  for (std::size_t i = 0; table.format() == Format::csv && i < table.columns().size(); ++i) {
    counts += fmt::format(", count({})", table.value(i));
  }
  TRY(const port::Rows rows,
      engine.query(fmt::format("SELECT count(*){} FROM {}", counts, table.logged_rows())));
  facts.rows = std::get<std::int64_t>(rows.rows.at(0).at(0));
  if (table.format() == Format::csv) {
    TRY(facts.malformed, read_malformed(engine, shown_lines));
  }
  return facts;
}

Result<std::vector<std::string>> first_rows(port::TableEngine& engine, const Table& table,
                                            std::int64_t count) {
  std::string fields;
  for (const TableColumn& column : table.columns()) {
    fields += fmt::format("{}{}: {}", fields.empty() ? "" : ", ", quote_literal(column.name),
                          json_value(column));
  }
  TRY(const port::Rows rows,
      engine.query(
          fmt::format("SELECT to_json({{{}}})::VARCHAR FROM data LIMIT {}", fields, count)));
  std::vector<std::string> lines;
  for (const auto& row : rows.rows) {
    lines.push_back(std::get<std::string>(row.at(0)));
  }
  return lines;
}

}  // namespace mlpipe::stages::table
