// An in-memory DuckDB behind the TableEngine port: no network, no extensions to fetch, UTC, its own
// scratch folder. Knows nothing of checks. One connection; not for use from several threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runner/adapter/duckdb/library.hpp"
#include "runner/port/table_engine.hpp"

namespace mlpipe::adapter::duckdb {

class Engine final : public port::TableEngine {
 public:
  static Result<std::unique_ptr<Engine>> open(const port::EngineLimits& limits);
  ~Engine() override;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Result<port::Rows> query(const std::string& sql) override;
  Status numbers(const std::string& sql,
                 const std::function<Status(const port::NumberBlock&)>& take) override;
  Status lock_down(const std::vector<std::string>& readable) override;

 private:
  class Prepared;
  explicit Engine(const Library& lib) : lib_(lib) {}
  Status configure(const port::EngineLimits& limits);
  Result<Prepared> prepare(const std::string& sql);
  Result<Prepared> prepare_cast(const std::string& sql, const std::string& before,
                                const std::string& after);
  Result<port::Rows> execute(Prepared& statement);

  const Library& lib_;
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  bool locked_ = false;
};

}  // namespace mlpipe::adapter::duckdb
