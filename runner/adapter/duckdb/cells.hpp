// From DuckDB's vectors to Cells. Knows the memory layout of the flat types, and which types have
// to be cast first.
#pragma once

#include <span>
#include <string>

#include "runner/adapter/duckdb/library.hpp"
#include "runner/port/table_engine.hpp"

namespace mlpipe::adapter::duckdb {

// The engine's name of a type; of a DECIMAL without its width.
[[nodiscard]] std::string type_name(duckdb_type type);

// How a column of this type has to be selected: as it is, or cast to a type that read_cell knows.
enum class Access : std::uint8_t { direct, as_double, as_text };
[[nodiscard]] Access access_of(duckdb_type type);

// BOOLEAN becomes "true" or "false"; integers beyond 64 bits the nearest double (UBIGINT: its
// digits).
[[nodiscard]] port::Cell read_cell(const Library& lib, duckdb_type type, duckdb_vector vector,
                                   idx_t row);

// The values of a DOUBLE vector; NULLs are overwritten with NaN. They live as long as the vector.
[[nodiscard]] std::span<const double> read_numbers(const Library& lib, duckdb_vector vector,
                                                   idx_t rows);

}  // namespace mlpipe::adapter::duckdb
