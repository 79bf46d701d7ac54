#include "runner/adapter/duckdb/engine.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "runner/adapter/duckdb/cells.hpp"

namespace mlpipe::adapter::duckdb {
namespace {

// Buffers and thread stacks stand outside memory_limit; measured 200 to 300 MiB above it.
constexpr std::uint64_t overshoot = 300'000'000;
constexpr std::uint64_t least_memory = 64'000'000;

std::string first_line(const char* message) {
  const std::string_view text = message == nullptr ? "unknown error" : message;
  return std::string(text.substr(0, text.find('\n')));
}

Code code_of(duckdb_error_type type, std::string_view message) {
  const auto says = [&](std::string_view part) {
    return message.find(part) != std::string_view::npos;
  };
  switch (type) {
    case DUCKDB_ERROR_OUT_OF_MEMORY:
      return Code::no_space;
    case DUCKDB_ERROR_IO:
      return says("No space left") || says("Disk quota") ? Code::no_space : Code::io;
    case DUCKDB_ERROR_FATAL:
    case DUCKDB_ERROR_INTERNAL:
      return Code::internal;
    case DUCKDB_ERROR_INTERRUPT:
      return Code::interrupted;
    default:
      return Code::invalid;
  }
}

std::string literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c;
    if (c == '\'') {
      quoted += c;
    }
  }
  return quoted + '\'';
}

std::string selected(Access access, idx_t column) {
  switch (access) {
    case Access::as_double:
      return fmt::format("CAST(c{} AS DOUBLE)", column);
    case Access::as_text:
      return fmt::format("CAST(c{} AS VARCHAR)", column);
    case Access::direct:
      break;
  }
  return fmt::format("c{}", column);
}

// One pass over a result's chunks, freed on every way out.
class Outcome {
 public:
  explicit Outcome(const Library& lib) : lib_(lib) {}
  ~Outcome() { lib_.destroy_result(&result); }
  Outcome(const Outcome&) = delete;
  Outcome& operator=(const Outcome&) = delete;
  duckdb_result result{};

 private:
  const Library& lib_;
};

class Chunk {
 public:
  Chunk(const Library& lib, duckdb_result result) : lib_(lib), handle(lib.fetch_chunk(result)) {}
  ~Chunk() {
    if (handle != nullptr) {
      lib_.destroy_data_chunk(&handle);
    }
  }
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;

 private:
  const Library& lib_;

 public:
  duckdb_data_chunk handle;
};

}  // namespace

class Engine::Prepared {
 public:
  explicit Prepared(const Library& lib) : lib_(&lib) {}
  ~Prepared() {
    if (handle != nullptr) {
      lib_->destroy_prepare(&handle);
    }
  }
  Prepared(Prepared&& other) noexcept
      : handle(std::exchange(other.handle, nullptr)), lib_(other.lib_) {}
  Prepared& operator=(Prepared&& other) noexcept {
    std::swap(handle, other.handle);
    return *this;
  }
  duckdb_prepared_statement handle = nullptr;

 private:
  const Library* lib_;
};

Result<std::unique_ptr<Engine>> Engine::open(const port::EngineLimits& limits) {
  TRY(const Library* lib, load_library());
  std::unique_ptr<Engine> engine(new Engine(*lib));
  TRY_OK(engine->configure(limits));
  return engine;
}

Engine::~Engine() {
  if (connection_ != nullptr) {
    lib_.disconnect(&connection_);
  }
  if (database_ != nullptr) {
    lib_.close(&database_);
  }
}

Status Engine::configure(const port::EngineLimits& limits) {
  std::vector<std::pair<const char*, std::string>> settings{
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"allow_persistent_secrets", "false"},
      {"preserve_insertion_order", "true"},
      {"threads", fmt::to_string(limits.threads == 0 ? 1 : limits.threads)},
      {"temp_directory", limits.scratch},
  };
  if (!limits.scratch.empty()) {
    settings.emplace_back("extension_directory", limits.scratch + "/extensions");
    settings.emplace_back("home_directory", limits.scratch);
    settings.emplace_back("secret_directory", limits.scratch + "/secrets");
  }
  if (limits.memory > 0) {
    const std::uint64_t memory =
        limits.memory > overshoot + least_memory ? limits.memory - overshoot : least_memory;
    settings.emplace_back("memory_limit", fmt::format("{}KiB", memory / 1024));
  }
  duckdb_config config = nullptr;
  if (lib_.create_config(&config) != DuckDBSuccess) {
    return fail(Code::unavailable, "the table engine cannot be configured");
  }
  for (const auto& [name, value] : settings) {
    if (lib_.set_config(config, name, value.c_str()) != DuckDBSuccess) {
      lib_.destroy_config(&config);
      return fail(Code::unavailable,
                  fmt::format("the table engine does not know the setting {}", name));
    }
  }
  char* why = nullptr;
  const auto opened = lib_.open_ext(":memory:", &database_, config, &why);
  lib_.destroy_config(&config);
  if (opened != DuckDBSuccess) {
    const std::string message = first_line(why);
    lib_.free(why);
    return fail(Code::unavailable, "the table engine cannot be opened: " + message);
  }
  if (lib_.connect(database_, &connection_) != DuckDBSuccess) {
    return fail(Code::unavailable, "the table engine accepts no connection");
  }
  for (const char* sql : {"SET TimeZone = 'UTC'", "SET enable_progress_bar = false"}) {
    TRY_OK(query(sql));
  }
  return {};
}

Result<Engine::Prepared> Engine::prepare(const std::string& sql) {
  // A NUL would end the text early for the engine, and so hide what stands behind it.
  if (sql.find('\0') != std::string::npos) {
    return fail(Code::invalid, "the SQL holds a NUL character");
  }
  duckdb_extracted_statements statements = nullptr;
  const idx_t count = lib_.extract_statements(connection_, sql.c_str(), &statements);
  Prepared prepared(lib_);
  Status status;
  if (count == 0) {
    const char* why = lib_.extract_statements_error(statements);
    status = fail(Code::invalid, why == nullptr ? "there is no SQL statement" : first_line(why));
  } else if (count > 1) {
    status = fail(Code::invalid, fmt::format("{} SQL statements where one is allowed", count));
  } else if (lib_.prepare_extracted_statement(connection_, statements, 0, &prepared.handle) !=
             DuckDBSuccess) {
    status = fail(Code::invalid, first_line(lib_.prepare_error(prepared.handle)));
  }
  lib_.destroy_extracted(&statements);
  if (!status) {
    return tl::make_unexpected(status.error());
  }
  return prepared;
}

// Nested and temporal values have no flat layout here: the engine itself turns them into text. A
// semicolon that ends the statement has no place in parentheses; which one it is, the parser knows
// best.
Result<Engine::Prepared> Engine::prepare_cast(const std::string& sql, const std::string& before,
                                              const std::string& after) {
  auto wrapped = prepare(before + sql + after);
  for (auto end = sql.find(';'); !wrapped && end != std::string::npos;
       end = sql.find(';', end + 1)) {
    wrapped = prepare(before + sql.substr(0, end) + after);
  }
  return wrapped;
}

Result<port::Rows> Engine::query(const std::string& sql) {
  TRY(Prepared statement, prepare(sql));
  const bool selects =
      lib_.prepared_statement_type(statement.handle) == DUCKDB_STATEMENT_TYPE_SELECT;
  if (locked_ && !selects) {
    return fail(Code::refused, "only a SELECT is allowed here");
  }
  const idx_t columns = selects ? lib_.prepared_column_count(statement.handle) : 0;
  std::string list;
  std::string names;
  std::vector<std::string> types;
  bool cast = false;
  for (idx_t i = 0; i < columns; ++i) {
    const duckdb_type type = lib_.prepared_column_type(statement.handle, i);
    const Access access = access_of(type);
    cast = cast || access != Access::direct;
    types.push_back(type_name(type));
    list += (i == 0 ? "" : ", ") + selected(access, i);
    names += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
  }
  if (!cast) {
    return execute(statement);
  }
  TRY(Prepared wrapped, prepare_cast(sql, fmt::format("SELECT {} FROM (\n", list),
                                     fmt::format("\n) AS t({})", names)));
  TRY(port::Rows rows, execute(wrapped));
  for (idx_t i = 0; i < columns; ++i) {
    const char* name = lib_.prepared_column_name(statement.handle, i);
    rows.columns[i].name = name == nullptr ? "" : name;
    lib_.free(const_cast<char*>(name));
    rows.columns[i].type = types[i];
  }
  return rows;
}

Result<port::Rows> Engine::execute(Prepared& statement) {
  Outcome outcome(lib_);
  if (lib_.execute_prepared(statement.handle, &outcome.result) != DuckDBSuccess) {
    std::string message = first_line(lib_.result_error(&outcome.result));
    const Code code = code_of(lib_.result_error_type(&outcome.result), message);
    return fail(code, std::move(message));
  }
  port::Rows rows;
  const idx_t columns = lib_.column_count(&outcome.result);
  std::vector<duckdb_type> types;
  for (idx_t i = 0; i < columns; ++i) {
    types.push_back(lib_.column_type(&outcome.result, i));
    rows.columns.push_back({lib_.column_name(&outcome.result, i), type_name(types.back())});
  }
  for (;;) {
    const Chunk chunk(lib_, outcome.result);
    if (chunk.handle == nullptr) {
      return rows;
    }
    const idx_t size = lib_.data_chunk_get_size(chunk.handle);
    for (idx_t row = 0; row < size; ++row) {
      auto& cells = rows.rows.emplace_back();
      cells.reserve(columns);
      for (idx_t i = 0; i < columns; ++i) {
        cells.push_back(
            read_cell(lib_, types[i], lib_.data_chunk_get_vector(chunk.handle, i), row));
      }
    }
  }
}

Status Engine::numbers(const std::string& sql,
                       const std::function<Status(const port::NumberBlock&)>& take) {
  TRY(Prepared statement, prepare(sql));
  if (lib_.prepared_statement_type(statement.handle) != DUCKDB_STATEMENT_TYPE_SELECT) {
    return fail(Code::refused, "only a SELECT gives numbers");
  }
  Outcome outcome(lib_);
  if (lib_.execute_prepared(statement.handle, &outcome.result) != DuckDBSuccess) {
    std::string message = first_line(lib_.result_error(&outcome.result));
    const Code code = code_of(lib_.result_error_type(&outcome.result), message);
    return fail(code, std::move(message));
  }
  const idx_t columns = lib_.column_count(&outcome.result);
  for (idx_t i = 0; i < columns; ++i) {
    if (lib_.column_type(&outcome.result, i) != DUCKDB_TYPE_DOUBLE) {
      return fail(Code::internal, fmt::format("column {} is no DOUBLE: {}", i + 1, sql));
    }
  }
  port::NumberBlock block(columns);
  for (;;) {
    const Chunk chunk(lib_, outcome.result);
    if (chunk.handle == nullptr) {
      return {};
    }
    const idx_t size = lib_.data_chunk_get_size(chunk.handle);
    for (idx_t i = 0; i < columns; ++i) {
      block[i] = read_numbers(lib_, lib_.data_chunk_get_vector(chunk.handle, i), size);
    }
    TRY_OK(take(block));
  }
}

Status Engine::lock_down(const std::vector<std::string>& readable) {
  std::string paths;
  for (const std::string& path : readable) {
    paths += (paths.empty() ? "" : ", ") + literal(path);
  }
  TRY_OK(query("SET allowed_paths = [" + paths + "]"));
  TRY_OK(query("SET enable_external_access = false"));
  TRY_OK(query("SET lock_configuration = true"));
  locked_ = true;
  return {};
}

}  // namespace mlpipe::adapter::duckdb
