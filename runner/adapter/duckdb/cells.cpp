#include "runner/adapter/duckdb/cells.hpp"

#include <fmt/format.h>

#include <limits>

namespace mlpipe::adapter::duckdb {
namespace {

template <class T>
T at(void* data, idx_t row) {
  return static_cast<const T*>(data)[row];
}

port::Cell from_unsigned(std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return static_cast<std::int64_t>(value);
  }
  return fmt::to_string(value);
}

port::Cell from_hugeint(const Library& lib, duckdb_hugeint value) {
  const auto low = static_cast<std::int64_t>(value.lower);
  const bool fits = (value.upper == 0 && low >= 0) || (value.upper == -1 && low < 0);
  return fits ? port::Cell{low} : port::Cell{lib.hugeint_to_double(value)};
}

port::Cell from_text(const Library& lib, void* data, idx_t row) {
  auto& text = static_cast<duckdb_string_t*>(data)[row];
  return std::string(lib.string_t_data(&text), lib.string_t_length(text));
}

}  // namespace

std::string type_name(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
      return "BOOLEAN";
    case DUCKDB_TYPE_TINYINT:
      return "TINYINT";
    case DUCKDB_TYPE_SMALLINT:
      return "SMALLINT";
    case DUCKDB_TYPE_INTEGER:
      return "INTEGER";
    case DUCKDB_TYPE_BIGINT:
      return "BIGINT";
    case DUCKDB_TYPE_UTINYINT:
      return "UTINYINT";
    case DUCKDB_TYPE_USMALLINT:
      return "USMALLINT";
    case DUCKDB_TYPE_UINTEGER:
      return "UINTEGER";
    case DUCKDB_TYPE_UBIGINT:
      return "UBIGINT";
    case DUCKDB_TYPE_HUGEINT:
      return "HUGEINT";
    case DUCKDB_TYPE_UHUGEINT:
      return "UHUGEINT";
    case DUCKDB_TYPE_FLOAT:
      return "FLOAT";
    case DUCKDB_TYPE_DOUBLE:
      return "DOUBLE";
    case DUCKDB_TYPE_DECIMAL:
      return "DECIMAL";
    case DUCKDB_TYPE_VARCHAR:
      return "VARCHAR";
    case DUCKDB_TYPE_BLOB:
      return "BLOB";
    case DUCKDB_TYPE_DATE:
      return "DATE";
    case DUCKDB_TYPE_TIME:
      return "TIME";
    case DUCKDB_TYPE_TIME_TZ:
      return "TIME WITH TIME ZONE";
    case DUCKDB_TYPE_TIMESTAMP:
      return "TIMESTAMP";
    case DUCKDB_TYPE_TIMESTAMP_S:
      return "TIMESTAMP_S";
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return "TIMESTAMP_MS";
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return "TIMESTAMP_NS";
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return "TIMESTAMP WITH TIME ZONE";
    case DUCKDB_TYPE_INTERVAL:
      return "INTERVAL";
    case DUCKDB_TYPE_UUID:
      return "UUID";
    case DUCKDB_TYPE_ENUM:
      return "ENUM";
    case DUCKDB_TYPE_LIST:
      return "LIST";
    case DUCKDB_TYPE_ARRAY:
      return "ARRAY";
    case DUCKDB_TYPE_STRUCT:
      return "STRUCT";
    case DUCKDB_TYPE_MAP:
      return "MAP";
    case DUCKDB_TYPE_SQLNULL:
      return "NULL";
    default:
      return fmt::format("type {}", static_cast<int>(type));
  }
}

Access access_of(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_VARCHAR:
      return Access::direct;
    case DUCKDB_TYPE_DECIMAL:
      return Access::as_double;
    default:
      return Access::as_text;
  }
}

port::Cell read_cell(const Library& lib, duckdb_type type, duckdb_vector vector, idx_t row) {
  const std::uint64_t* validity = lib.vector_get_validity(vector);
  if (validity != nullptr && (validity[row / 64] >> (row % 64) & 1U) == 0) {
    return {};
  }
  void* data = lib.vector_get_data(vector);
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
      return std::string(at<bool>(data, row) ? "true" : "false");
    case DUCKDB_TYPE_TINYINT:
      return std::int64_t{at<std::int8_t>(data, row)};
    case DUCKDB_TYPE_SMALLINT:
      return std::int64_t{at<std::int16_t>(data, row)};
    case DUCKDB_TYPE_INTEGER:
      return std::int64_t{at<std::int32_t>(data, row)};
    case DUCKDB_TYPE_BIGINT:
      return at<std::int64_t>(data, row);
    case DUCKDB_TYPE_UTINYINT:
      return std::int64_t{at<std::uint8_t>(data, row)};
    case DUCKDB_TYPE_USMALLINT:
      return std::int64_t{at<std::uint16_t>(data, row)};
    case DUCKDB_TYPE_UINTEGER:
      return std::int64_t{at<std::uint32_t>(data, row)};
    case DUCKDB_TYPE_UBIGINT:
      return from_unsigned(at<std::uint64_t>(data, row));
    case DUCKDB_TYPE_HUGEINT:
      return from_hugeint(lib, at<duckdb_hugeint>(data, row));
    case DUCKDB_TYPE_FLOAT:
      return static_cast<double>(at<float>(data, row));
    case DUCKDB_TYPE_DOUBLE:
      return at<double>(data, row);
    case DUCKDB_TYPE_VARCHAR:
      return from_text(lib, data, row);
    default:
      return {};
  }
}

std::span<const double> read_numbers(const Library& lib, duckdb_vector vector, idx_t rows) {
  auto* data = static_cast<double*>(lib.vector_get_data(vector));
  const std::uint64_t* validity = lib.vector_get_validity(vector);
  for (idx_t row = 0; validity != nullptr && row < rows; ++row) {
    if ((validity[row / 64] >> (row % 64) & 1U) == 0) {
      data[row] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  return {data, rows};
}

}  // namespace mlpipe::adapter::duckdb
