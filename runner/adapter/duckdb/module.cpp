// The one symbol of mlpipe_duckdb.so.
#include <exception>

#include "runner/adapter/duckdb/engine.hpp"

// The caller owns the engine; nullptr: *error says why.
extern "C" __attribute__((visibility("default"))) mlpipe::port::TableEngine* mlpipe_open_tables(
    const mlpipe::port::EngineLimits* limits, mlpipe::Error* error) {
  try {
    auto engine = mlpipe::adapter::duckdb::Engine::open(*limits);
    if (engine) {
      return engine->release();
    }
    *error = engine.error();
  } catch (const std::exception& problem) {
    *error = {mlpipe::Code::internal, problem.what()};
  }
  return nullptr;
}
