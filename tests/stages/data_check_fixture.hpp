// A temporary folder of tables, an engine loaded from the built module, and checks written as JSON.
#pragma once

#include <dlfcn.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "stages/data_check/check_table.hpp"
#include "stages/data_check/data_check.hpp"
#include "stages/data_check/json_node.hpp"

namespace mlpipe::stages::data_check {

inline Result<std::unique_ptr<port::TableEngine>> load_engine(const port::EngineLimits& limits) {
  const char* path = MLPIPE_BINARY_DIR "/lib/mlpipe/mlpipe_duckdb.so";
  void* module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    return fail(Code::unavailable, dlerror());
  }
  using Open = port::TableEngine* (*)(const port::EngineLimits*, Error*);
  const auto open = reinterpret_cast<Open>(dlsym(module, "mlpipe_open_tables"));
  Error error;
  std::unique_ptr<port::TableEngine> engine(open(&limits, &error));
  if (engine == nullptr) {
    return tl::make_unexpected(error);
  }
  return engine;
}

class TableTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "data_check.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    std::filesystem::create_directories(root_ / "scratch");
    host_.open_tables = &load_engine;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string write(const std::string& name, std::string_view text) {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << text;
    return name;
  }

  plan::StepInput input(const nlohmann::json& config) const {
    plan::StepInput in;
    in.kind = "data_check";
    in.root = root_.string();
    in.scratch = (root_ / "scratch").string();
    in.run_started = "2026-03-01T12:00:00Z";
    in.config = config.dump();
    in.threads = 2;
    return in;
  }

  // The step's result on `table` with a list of checks; `more` adds keys such as csv.
  plan::StepResult run(const std::string& table, const nlohmann::json& checks,
                       nlohmann::json more = {}) {
    nlohmann::json config = more.is_null() ? nlohmann::json::object() : std::move(more);
    config["table"] = table;
    config["checks"] = checks;
    auto result = kind().step(input(config), host_);
    if (!result) {
      ADD_FAILURE() << result.error().message;
      return {};
    }
    details_ = nlohmann::json::parse(result->details);
    return std::move(*result);
  }

  nlohmann::json check(std::size_t i = 0) const { return details_.at("checks").at(i); }
  std::string status(std::size_t i = 0) const { return check(i).at("status"); }
  std::string message(std::size_t i = 0) const { return check(i).at("message"); }

  std::filesystem::path root_;
  Host host_;
  nlohmann::json details_;
};

}  // namespace mlpipe::stages::data_check
