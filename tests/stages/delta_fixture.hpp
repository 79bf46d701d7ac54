// A Delta table written by hand: the engine writes its Parquet files, the test its log.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "stages/table/show.hpp"
#include "stages/table/table.hpp"
#include "tests/stages/data_check_fixture.hpp"

namespace mlpipe::stages::table {

class DeltaTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "delta.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    std::filesystem::create_directories(root_ / "scratch");
    std::filesystem::create_directories(root_ / "t/_delta_log");
    auto engine = open_engine();
    ASSERT_NE(engine, nullptr);
    writer_ = std::move(engine);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::unique_ptr<port::TableEngine> open_engine() const {
    auto engine = data_check::load_engine({2, 0, (root_ / "scratch").string()});
    EXPECT_TRUE(engine) << (engine ? "" : engine.error().message);
    return engine ? std::move(*engine) : nullptr;
  }

  std::string at(const std::string& name) const { return (root_ / "t" / name).string(); }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
    std::ofstream(at(name), std::ios::binary) << text;
  }
  static std::string version_name(int version) { return fmt::format("_delta_log/{:020}", version); }
  void commit(int version, const std::vector<std::string>& lines) const {
    std::string text;
    for (const std::string& line : lines) {
      text += line + "\n";
    }
    write(version_name(version) + ".json", text);
  }
  // A Parquet file of the rows of a query; `options` as in ", FIELD_IDS {a: 1}".
  void parquet(const std::string& name, const std::string& query, const std::string& options = "") {
    std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
    const auto done = writer_->query(
        fmt::format("COPY ({}) TO '{}' (FORMAT parquet{})", query, at(name), options));
    ASSERT_TRUE(done) << done.error().message;
  }

  static std::string protocol(int reader = 1, const std::string& features = "") {
    return fmt::format(R"({{"protocol":{{"minReaderVersion":{},"minWriterVersion":7{}}}}})", reader,
                       features.empty() ? "" : fmt::format(R"(,"readerFeatures":[{}])", features));
  }
  // `fields` as in R"({"name":"a","type":"long"})".
  static std::string metadata(const std::string& fields, const std::string& partition = "",
                              const std::string& configuration = "") {
    const nlohmann::json schema = R"({"type":"struct","fields":[)" + fields + "]}";
    return fmt::format(
        R"({{"metaData":{{"id":"x","format":{{"provider":"parquet"}},"schemaString":{},)"
        R"("partitionColumns":[{}],"configuration":{{{}}}}}}})",
        schema.dump(), partition, configuration);
  }
  static std::string field(const std::string& name, const std::string& type) {
    return fmt::format(R"({{"name":"{}","type":"{}","nullable":true,"metadata":{{}}}})", name,
                       type);
  }
  static std::string add(const std::string& path, const std::string& partition = "",
                         const std::string& vector = "") {
    return fmt::format(
        R"({{"add":{{"path":"{}","partitionValues":{{{}}},"size":1,"dataChange":true{}}}}})", path,
        partition, vector.empty() ? "" : R"(,"deletionVector":)" + vector);
  }
  static std::string remove(const std::string& path) {
    return fmt::format(R"({{"remove":{{"path":"{}","dataChange":true}}}})", path);
  }
  static std::string info(std::int64_t timestamp) {
    return fmt::format(R"({{"commitInfo":{{"timestamp":{}}}}})", timestamp);
  }

  Result<Table> open(port::TableEngine& engine, const std::string& table = "t") const {
    Source source;
    source.tables = {table};
    TRY(const auto files, find_table_files(source, root_.string()));
    return Table::open(engine, files, source.csv, Types::infer);
  }
  // Every row as JSON, or one line with the error.
  std::vector<std::string> rows(const std::string& table = "t") const {
    const auto engine = open_engine();
    const auto opened = open(*engine, table);
    if (!opened) {
      return {opened.error().message};
    }
    const auto lines = first_rows(*engine, *opened, 1'000'000);
    return lines ? *lines : std::vector<std::string>{lines.error().message};
  }
  // The message of a table that cannot be opened.
  std::string refusal(const std::string& table = "t") const {
    const auto engine = open_engine();
    const auto opened = open(*engine, table);
    return opened ? "opened" : opened.error().message;
  }

  std::filesystem::path root_;
  std::unique_ptr<port::TableEngine> writer_;
};

}  // namespace mlpipe::stages::table
