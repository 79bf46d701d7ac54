// The functions of libduckdb.so that the engine calls, found with dlopen. Knows nothing of tables
// or checks.
#pragma once

#include <duckdb.h>

#include "runner/base/error.hpp"

namespace mlpipe::adapter::duckdb {

struct Library {
  decltype(&duckdb_create_config) create_config = nullptr;
  decltype(&duckdb_set_config) set_config = nullptr;
  decltype(&duckdb_destroy_config) destroy_config = nullptr;
  decltype(&duckdb_open_ext) open_ext = nullptr;
  decltype(&duckdb_close) close = nullptr;
  decltype(&duckdb_connect) connect = nullptr;
  decltype(&duckdb_disconnect) disconnect = nullptr;
  decltype(&duckdb_free) free = nullptr;
  decltype(&duckdb_extract_statements) extract_statements = nullptr;
  decltype(&duckdb_extract_statements_error) extract_statements_error = nullptr;
  decltype(&duckdb_destroy_extracted) destroy_extracted = nullptr;
  decltype(&duckdb_prepare_extracted_statement) prepare_extracted_statement = nullptr;
  decltype(&duckdb_prepare_error) prepare_error = nullptr;
  decltype(&duckdb_destroy_prepare) destroy_prepare = nullptr;
  decltype(&duckdb_prepared_statement_type) prepared_statement_type = nullptr;
  decltype(&duckdb_execute_prepared) execute_prepared = nullptr;
  decltype(&duckdb_prepared_statement_column_count) prepared_column_count = nullptr;
  decltype(&duckdb_prepared_statement_column_name) prepared_column_name = nullptr;
  decltype(&duckdb_prepared_statement_column_type) prepared_column_type = nullptr;
  decltype(&duckdb_result_error) result_error = nullptr;
  decltype(&duckdb_result_error_type) result_error_type = nullptr;
  decltype(&duckdb_destroy_result) destroy_result = nullptr;
  decltype(&duckdb_column_count) column_count = nullptr;
  decltype(&duckdb_column_name) column_name = nullptr;
  decltype(&duckdb_column_type) column_type = nullptr;
  decltype(&duckdb_fetch_chunk) fetch_chunk = nullptr;
  decltype(&duckdb_destroy_data_chunk) destroy_data_chunk = nullptr;
  decltype(&duckdb_data_chunk_get_size) data_chunk_get_size = nullptr;
  decltype(&duckdb_data_chunk_get_vector) data_chunk_get_vector = nullptr;
  decltype(&duckdb_vector_get_data) vector_get_data = nullptr;
  decltype(&duckdb_vector_get_validity) vector_get_validity = nullptr;
  decltype(&duckdb_string_t_length) string_t_length = nullptr;
  decltype(&duckdb_string_t_data) string_t_data = nullptr;
  decltype(&duckdb_hugeint_to_double) hugeint_to_double = nullptr;
};

// MLPIPE_DUCKDB names the library; else it lies beside this module. Loaded once per process and
// never unloaded. unavailable: it is not there, or is not a DuckDB that has these functions.
Result<const Library*> load_library();

}  // namespace mlpipe::adapter::duckdb
