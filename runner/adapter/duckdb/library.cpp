#include "runner/adapter/duckdb/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace mlpipe::adapter::duckdb {
namespace {

std::string library_path() {
  if (const char* named = std::getenv("MLPIPE_DUCKDB"); named != nullptr && *named != '\0') {
    return named;
  }
  Dl_info self{};
  static const int anchor = 0;
  if (dladdr(&anchor, &self) == 0 || self.dli_fname == nullptr) {
    return "libduckdb.so";
  }
  const std::string module = self.dli_fname;
  const auto slash = module.rfind('/');
  return slash == std::string::npos ? "./libduckdb.so" : module.substr(0, slash) + "/libduckdb.so";
}

template <class Function>
bool bind(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(handle, name));
  return function != nullptr;
}

// The name of the first function that is missing, or nullptr.
const char* bind_statements(void* handle, Library& lib) {
  const char* missing = nullptr;
  const auto need = [&](const char* name, auto& function) {
    if (!bind(handle, name, function) && missing == nullptr) {
      missing = name;
    }
  };
  need("duckdb_create_config", lib.create_config);
  need("duckdb_set_config", lib.set_config);
  need("duckdb_destroy_config", lib.destroy_config);
  need("duckdb_open_ext", lib.open_ext);
  need("duckdb_close", lib.close);
  need("duckdb_connect", lib.connect);
  need("duckdb_disconnect", lib.disconnect);
  need("duckdb_free", lib.free);
  need("duckdb_extract_statements", lib.extract_statements);
  need("duckdb_extract_statements_error", lib.extract_statements_error);
  need("duckdb_destroy_extracted", lib.destroy_extracted);
  need("duckdb_prepare_extracted_statement", lib.prepare_extracted_statement);
  need("duckdb_prepare_error", lib.prepare_error);
  need("duckdb_destroy_prepare", lib.destroy_prepare);
  need("duckdb_prepared_statement_type", lib.prepared_statement_type);
  need("duckdb_execute_prepared", lib.execute_prepared);
  need("duckdb_prepared_statement_column_count", lib.prepared_column_count);
  need("duckdb_prepared_statement_column_name", lib.prepared_column_name);
  need("duckdb_prepared_statement_column_type", lib.prepared_column_type);
  return missing;
}

const char* bind_results(void* handle, Library& lib) {
  const char* missing = nullptr;
  const auto need = [&](const char* name, auto& function) {
    if (!bind(handle, name, function) && missing == nullptr) {
      missing = name;
    }
  };
  need("duckdb_result_error", lib.result_error);
  need("duckdb_result_error_type", lib.result_error_type);
  need("duckdb_destroy_result", lib.destroy_result);
  need("duckdb_column_count", lib.column_count);
  need("duckdb_column_name", lib.column_name);
  need("duckdb_column_type", lib.column_type);
  need("duckdb_fetch_chunk", lib.fetch_chunk);
  need("duckdb_destroy_data_chunk", lib.destroy_data_chunk);
  need("duckdb_data_chunk_get_size", lib.data_chunk_get_size);
  need("duckdb_data_chunk_get_vector", lib.data_chunk_get_vector);
  need("duckdb_vector_get_data", lib.vector_get_data);
  need("duckdb_vector_get_validity", lib.vector_get_validity);
  need("duckdb_string_t_length", lib.string_t_length);
  need("duckdb_string_t_data", lib.string_t_data);
  need("duckdb_hugeint_to_double", lib.hugeint_to_double);
  return missing;
}

Result<Library> open_library() {
  const std::string path = library_path();
  constexpr const char* advice =
      "run scripts/quickstart to fetch it, or name a libduckdb.so in MLPIPE_DUCKDB";
  if (access(path.c_str(), R_OK) != 0) {
    return fail(Code::unavailable,
                fmt::format("the table engine is not installed: no readable {}; {}", path, advice));
  }
  void* handle = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = dlerror();
    return fail(Code::unavailable, fmt::format("the table engine cannot be loaded: {}; {}",
                                               why == nullptr ? path.c_str() : why, advice));
  }
  Library lib;
  const char* missing = bind_statements(handle, lib);
  if (missing == nullptr) {
    missing = bind_results(handle, lib);
  }
  if (missing != nullptr) {
    return fail(Code::unavailable,
                fmt::format("{} is no DuckDB 1.5: it lacks {}; {}", path, missing, advice));
  }
  return lib;
}

}  // namespace

Result<const Library*> load_library() {
  static const Result<Library> library = open_library();
  if (!library) {
    return tl::make_unexpected(library.error());
  }
  return &*library;
}

}  // namespace mlpipe::adapter::duckdb
