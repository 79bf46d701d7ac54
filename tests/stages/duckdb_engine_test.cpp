

#include "tests/stages/data_check_fixture.hpp"

namespace mlpipe::stages::data_check {
namespace {

class EngineTest : public TableTest {
 protected:
  void SetUp() override {
    TableTest::SetUp();
    auto engine = load_engine({2, 0, (root_ / "scratch").string()});
    ASSERT_TRUE(engine) << engine.error().message;
    engine_ = std::move(*engine);
  }
  void TearDown() override {
    engine_.reset();
    TableTest::TearDown();
  }
  port::Cell cell(const std::string& sql) {
    auto rows = engine_->query(sql);
    EXPECT_TRUE(rows) << rows.error().message;
    return rows ? rows->rows.at(0).at(0) : port::Cell{};
  }
  Error error(const std::string& sql) {
    auto rows = engine_->query(sql);
    EXPECT_FALSE(rows) << sql;
    return rows ? Error{Code::internal, ""} : rows.error();
  }

  std::unique_ptr<port::TableEngine> engine_;
};

TEST_F(EngineTest, CellsOfEveryKind) {
  EXPECT_EQ(cell("SELECT NULL"), port::Cell{});
  EXPECT_EQ(cell("SELECT CAST(-1 AS TINYINT)"), port::Cell{std::int64_t{-1}});
  EXPECT_EQ(cell("SELECT CAST(65535 AS USMALLINT)"), port::Cell{std::int64_t{65535}});
  EXPECT_EQ(cell("SELECT CAST(18446744073709551615 AS UBIGINT)"),
            port::Cell{std::string("18446744073709551615")});
  EXPECT_EQ(cell("SELECT sum(x) FROM (VALUES (-1), (-2)) t(x)"), port::Cell{std::int64_t{-3}});
  EXPECT_EQ(cell("SELECT CAST('9223372036854775808' AS HUGEINT)"),
            port::Cell{9223372036854775808.0});
  EXPECT_EQ(cell("SELECT 2.5"), port::Cell{2.5});
  EXPECT_EQ(cell("SELECT CAST(0.5 AS FLOAT)"), port::Cell{0.5});
  EXPECT_EQ(cell("SELECT true"), port::Cell{std::string("true")});
  EXPECT_EQ(cell("SELECT DATE '2026-02-28'"), port::Cell{std::string("2026-02-28")});
  EXPECT_EQ(cell("SELECT TIMESTAMPTZ '2026-02-28 01:00:00+02'"),
            port::Cell{std::string("2026-02-27 23:00:00+00")});
  EXPECT_EQ(cell("SELECT [1, NULL]"), port::Cell{std::string("[1, NULL]")});
  EXPECT_EQ(cell("SELECT 'a long text that is not kept inline, \xC3\xA4'"),
            port::Cell{std::string("a long text that is not kept inline, \xC3\xA4")});
  EXPECT_EQ(cell("SELECT DATE '2026-02-28' -- not; yet\n; -- done; really"),
            port::Cell{std::string("2026-02-28")});
}

TEST_F(EngineTest, ManyChunksKeepTheirOrderAndTheirNulls) {
  const auto rows =
      engine_->query("SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE i END AS n FROM range(10000) t(i)");
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->rows.size(), 10'000U);
  for (std::int64_t i = 0; i < 10'000; ++i) {
    const port::Cell expected = i % 3 == 0 ? port::Cell{} : port::Cell{i};
    ASSERT_EQ(rows->rows[static_cast<std::size_t>(i)][0], expected);
  }
  EXPECT_EQ(rows->columns.at(0).name, "n");
  EXPECT_EQ(rows->columns.at(0).type, "BIGINT");
}

TEST_F(EngineTest, ExactlyOneStatement) {
  EXPECT_EQ(error("SELECT 1; SELECT 2").code, Code::invalid);
  EXPECT_EQ(error("").code, Code::invalid);
  EXPECT_EQ(error("-- nothing").code, Code::invalid);
  EXPECT_EQ(error(std::string("SELECT 1\0; DROP", 15)).code, Code::invalid);
  const Error wrong = error("SELECT nothing FROM nowhere");
  EXPECT_EQ(wrong.code, Code::invalid);
  EXPECT_EQ(wrong.message.find('\n'), std::string::npos);
}

TEST_F(EngineTest, NoNetworkNoExtensionsUtc) {
  EXPECT_EQ(cell("SELECT current_setting('TimeZone')"), port::Cell{std::string("UTC")});
  EXPECT_EQ(cell("SELECT current_setting('autoinstall_known_extensions')"),
            port::Cell{std::string("false")});
  EXPECT_EQ(cell("SELECT current_setting('autoload_known_extensions')"),
            port::Cell{std::string("false")});
  EXPECT_EQ(cell("SELECT current_setting('preserve_insertion_order')"),
            port::Cell{std::string("true")});
  EXPECT_EQ(cell("SELECT current_setting('temp_directory')"),
            port::Cell{(root_ / "scratch").string()});
  // Refused for want of the extension, before any name is looked up.
  EXPECT_NE(error("SELECT * FROM read_csv('https://127.0.0.1:9/x.csv')").message.find("httpfs"),
            std::string::npos);
}

TEST_F(EngineTest, LockedDownOnlySelectsAndOnlyItsFiles) {
  write("in.csv", "x\n1\n");
  write("other.csv", "x\n2\n");
  std::filesystem::create_symlink(root_ / "other.csv", root_ / "link.csv");
  const std::string in = (root_ / "in.csv").string();
  ASSERT_TRUE(engine_->query("CREATE VIEW v AS SELECT * FROM read_csv('" + in + "')"));
  ASSERT_TRUE(engine_->lock_down({in}));
  EXPECT_EQ(cell("SELECT x FROM v"), port::Cell{std::int64_t{1}});
  for (const std::string& sql :
       {"COPY (SELECT 9) TO '" + in + "'", std::string("SET enable_external_access = true"),
        std::string("INSTALL httpfs"), std::string("ATTACH 'x.db'"),
        std::string("CREATE TABLE t(x INT)"), std::string("DROP VIEW v"),
        std::string("PRAGMA threads = 1"), std::string("EXPORT DATABASE 'd'")}) {
    EXPECT_FALSE(engine_->query(sql)) << sql;
  }
  EXPECT_EQ(error("DROP VIEW v").code, Code::refused);
  for (const char* path : {"other.csv", "link.csv", "scratch/../other.csv"}) {
    EXPECT_FALSE(engine_->query("SELECT * FROM read_csv('" + (root_ / path).string() + "')"))
        << path;
  }
  EXPECT_FALSE(engine_->query("SELECT * FROM glob('" + root_.string() + "/*')"));
  EXPECT_EQ(cell("SELECT x FROM v"), port::Cell{std::int64_t{1}});
}

TEST_F(EngineTest, SpillsIntoItsScratchAndSaysWhenThereIsNone) {
  engine_.reset();
  const std::string sql = "SELECT count(*) FROM (SELECT i FROM range(4000000) t(i) GROUP BY i)";
  auto small = load_engine({1, 380'000'000, (root_ / "scratch").string()});
  ASSERT_TRUE(small) << small.error().message;
  EXPECT_EQ((*small)->query(sql)->rows.at(0).at(0), port::Cell{std::int64_t{4'000'000}});
  small->reset();
  auto without = load_engine({1, 380'000'000, ""});
  ASSERT_TRUE(without) << without.error().message;
  const auto failed = (*without)->query(sql);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::no_space) << failed.error().message;
}

TEST_F(EngineTest, NothingIsLeftInTheWorkingFolderOrHome) {
  const auto listing = [](const std::filesystem::path& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) {
      ++count;
    }
    return count;
  };
  const auto before = listing(std::filesystem::current_path());
  cell("SELECT count(*) FROM range(10)");
  engine_->query("INSTALL no_such_extension");
  EXPECT_EQ(listing(std::filesystem::current_path()), before);
}

// The library is chosen once per process, so a missing one is tried in a process of its own.
TEST(EngineLibrary, MissingLibraryNamesTheScript) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        setenv("MLPIPE_DUCKDB", "/nonexistent/libduckdb.so", 1);
        const auto engine = load_engine({1, 0, ""});
        const bool told = !engine && engine.error().code == Code::unavailable &&
                          engine.error().message.find("scripts/quickstart") != std::string::npos;
        std::_Exit(told ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(EngineLibrary, AnotherLibraryIsNoDuckDb) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        setenv("MLPIPE_DUCKDB", MLPIPE_BINARY_DIR "/lib/mlpipe/mlpipe_duckdb.so", 1);
        const auto engine = load_engine({1, 0, ""});
        const bool told = !engine && engine.error().code == Code::unavailable &&
                          engine.error().message.find("lacks") != std::string::npos;
        std::_Exit(told ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace mlpipe::stages::data_check
