#include "runner/adapter/modules.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/adapter/children.hpp"

namespace mlpipe {
namespace {

class ModulesTest : public testing::Test {
 protected:
  void SetUp() override { ::setenv("MLPIPE_MODULE_DIR", folder_.path().c_str(), 1); }
  void TearDown() override { ::unsetenv("MLPIPE_MODULE_DIR"); }
  TemporaryFolder folder_;
};

TEST_F(ModulesTest, AMissingModuleNamesWhereItWasLookedFor) {
  const auto vcs = adapter::open_vcs("/");
  ASSERT_FALSE(vcs);
  EXPECT_EQ(vcs.error().code, Code::unavailable);
  EXPECT_NE(vcs.error().message.find(folder_.path()), std::string::npos) << vcs.error().message;
  EXPECT_NE(vcs.error().message.find("mlpipe_git.so"), std::string::npos);
}

TEST_F(ModulesTest, ADamagedModuleIsAnError) {
  std::ofstream(folder_ / "mlpipe_git.so") << "not a shared object";
  std::ofstream(folder_ / "mlpipe_duckdb.so") << "";
  for (const Error& error : {adapter::open_vcs("/").error(), adapter::open_tables({}).error()}) {
    EXPECT_EQ(error.code, Code::unavailable);
    EXPECT_NE(error.message.find("cannot load"), std::string::npos) << error.message;
  }
}

TEST_F(ModulesTest, AModuleOfAnotherVersionIsAnError) {
  std::filesystem::copy_file(MLPIPE_BINARY_DIR "/lib/mlpipe/mlpipe_git.so",
                             folder_ / "mlpipe_duckdb.so");
  const auto tables = adapter::open_tables({});
  ASSERT_FALSE(tables);
  EXPECT_EQ(tables.error().code, Code::unavailable);
  EXPECT_NE(tables.error().message.find("another version"), std::string::npos);
}

}  // namespace
}  // namespace mlpipe
