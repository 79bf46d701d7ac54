#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include "stages/deploy/deployments.hpp"
#include "tests/stages/deploy_fixture.hpp"

namespace mlpipe {
namespace {

namespace fs = std::filesystem;
using plan::Outcome;

class Manual : public testing::Test, protected DeployFolder {
 protected:
  [[nodiscard]] std::string history_file() const { return deploy::history_path(target().folder()); }
};

TEST_F(Manual, RollbackHoldsUntilResume) {
  const std::string one = deployed("one");
  const std::string two = deployed("two");
  const auto back = roll_back();
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->from, two);
  EXPECT_EQ(back->to, one);
  EXPECT_TRUE(back->trouble.empty());
  EXPECT_EQ(served(), "one");
  const auto refused = apply();
  EXPECT_EQ(refused.outcome, Outcome::failed);
  EXPECT_NE(refused.summary.find("bob holds it"), std::string::npos) << refused.summary;
  EXPECT_NE(refused.summary.find("why not"), std::string::npos);
  EXPECT_EQ(served(), "one");
  write("build/model", "one");
  EXPECT_EQ(apply().outcome, Outcome::passed) << "what is in place needs no deployment";
  const auto resumed = resume();
  ASSERT_TRUE(resumed);
  EXPECT_TRUE(resumed->was_held);
  EXPECT_FALSE(resume()->was_held);
  deployed("two");
  const auto records = history().records;
  EXPECT_EQ(records.back().id, two);
  EXPECT_EQ(records.back().previous, one);
}

TEST_F(Manual, RollbackToANamedRelease) {
  const std::string one = deployed("one");
  deployed("two");
  const std::string three = deployed("three");
  EXPECT_EQ(roll_back(three).error().code, Code::usage);
  EXPECT_EQ(roll_back("zz").error().code, Code::not_found);
  EXPECT_FALSE(fs::exists(root() + "/serving/hold")) << "nothing was rolled back";
  ASSERT_TRUE(roll_back(one.substr(0, 10)));
  EXPECT_EQ(served(), "one");
  EXPECT_EQ(roll_back().error().code, Code::not_found) << "nothing was there before the first";
}

TEST_F(Manual, RollbackRefusesWhatIsNoTargetOrDamaged) {
  EXPECT_EQ(roll_back().error().code, Code::not_found);
  EXPECT_FALSE(fs::exists(root() + "/serving"));
  const std::string one = deployed("one");
  deployed("two");
  const std::string file = target().release_path(one) + "/model";
  fs::permissions(file, fs::perms(0644));
  std::ofstream(file) << "edited";
  EXPECT_EQ(roll_back().error().code, Code::corrupt);
  EXPECT_EQ(served(), "two");
}

TEST_F(Manual, RepeatedRollbacksGoFurtherBack) {
  deployed("one");
  deployed("two");
  deployed("three");
  ASSERT_TRUE(roll_back());
  EXPECT_EQ(served(), "two");
  ASSERT_TRUE(roll_back());
  EXPECT_EQ(served(), "one");
}

TEST_F(Manual, DeploymentsNewestFirstAndWhatIsInPlaceBeforeThem) {
  spec::Stage stage = stage_of("deploy", config);
  const auto list = [&](const std::string& name) {
    std::vector<std::string> ids;
    const auto found = deploy::deployments_to(root(), stage.config, name);
    EXPECT_TRUE(found);
    for (const auto& each : *found) {
      ids.push_back(each.id);
    }
    return ids;
  };
  EXPECT_TRUE(list("p").empty());
  const std::string one = deployed("one");
  const std::string two = deployed("two");
  EXPECT_EQ(list("p"), (std::vector<std::string>{two, one}));
  EXPECT_TRUE(list("q").empty());
  ASSERT_TRUE(roll_back());
  EXPECT_EQ(list("p"), (std::vector<std::string>{one, two}));
}

// Every line changed or taken out, at every place: never ignored, and the way back stays open.
TEST_F(Manual, ADamagedHistoryIsReportedAndNeverUsed) {
  const std::string one = deployed("one");
  const std::string two = deployed("two");
  const std::string sound = text_of(history_file());
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < sound.size();) {
    const std::size_t end = sound.find('\n', at) + 1;
    lines.push_back(sound.substr(at, end - at));
    at = end;
  }
  ASSERT_EQ(lines.size(), 4U);
  write("build/model", "three");
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {  // the last line has no follower that tells
    for (const std::string& instead : {std::string(), std::string("no json\n"), std::string("{}\n"),
                                       std::string(100'000, '[') + "\n", [&] {
                                         std::string edited = lines[i];
                                         return edited.replace(edited.find("\"ann\""), 5,
                                                               "\"eve\"");
                                       }()}) {
      std::string damaged;
      for (std::size_t j = 0; j < lines.size(); ++j) {
        damaged += j == i ? instead : lines[j];
      }
      write("serving/history.jsonl", damaged);
      EXPECT_TRUE(history().damage) << damaged;
      const auto result = apply();
      EXPECT_EQ(result.outcome, Outcome::failed);
      EXPECT_NE(result.summary.find("damaged"), std::string::npos) << result.summary;
      EXPECT_EQ(text_of(history_file()), damaged) << "evidence is not written over";
      EXPECT_EQ(served(), "two");
      const auto list = deploy::deployments_to(root(), stage_of("deploy", config).config, "p");
      EXPECT_EQ(list.error().code, Code::corrupt);
    }
  }
  EXPECT_EQ(roll_back().error().code, Code::corrupt);
  const auto back = roll_back(one);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(served(), "one");
  EXPECT_FALSE(back->trouble.empty()) << "it could not be recorded, and that is said";
  const std::string damaged = text_of(history_file());
  const auto resumed = resume();
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(text_of(resumed->history_aside), damaged);
  EXPECT_FALSE(history().damage);
  deployed("three");
  EXPECT_TRUE(fs::exists(target().release_path(two)))
      << "what the new history does not know is not removed";
}

TEST_F(Manual, ALineThatWasCutOffIsKeptBesideAndDoesNotStopADeployment) {
  deployed("one");
  const std::string sound = text_of(history_file());
  write("serving/history.jsonl", sound + "{\"mlpipe_deploy");
  write("build/model", "two");
  const auto result = apply();
  EXPECT_EQ(result.outcome, Outcome::passed) << result.summary;
  EXPECT_FALSE(result.findings.empty());
  EXPECT_FALSE(history().damage);
  EXPECT_EQ(text_of(history_file()).substr(0, sound.size()), sound);
  EXPECT_EQ(text_of(history_file() + ".torn-" + sha256("{\"mlpipe_deploy").short_hex()),
            "{\"mlpipe_deploy");
}

// A file system of its own for the target, small enough to fill.
class SmallDisk {
 public:
  SmallDisk(std::string path, const char* options) : path_(std::move(path)) {
    fs::create_directories(path_);
    mounted_ = ::mount("none", path_.c_str(), "tmpfs", 0, options) == 0;
  }
  ~SmallDisk() {
    if (mounted_) {
      ::umount2(path_.c_str(), MNT_DETACH);
    }
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }
  bool make_read_only() const {
    return ::mount("none", path_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  std::string path_;
  bool mounted_ = false;
};

TEST_F(Manual, AFullDiskChangesNothingAndRollbackStillWorks) {
  const SmallDisk disk(root() + "/serving", "size=256k");
  ASSERT_TRUE(disk.mounted());
  deployed("one");
  deployed("two");
  write("build/model", std::string(1 << 20, 'x'));
  const auto full = step(input(), plan::Mode::apply);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::no_space);
  EXPECT_EQ(served(), "two");
  EXPECT_EQ(target().releases()->size(), 2U);
  EXPECT_FALSE(history().damage);
  {
    std::ofstream filler(root() + "/serving/filler");
    while (filler << std::string(4096, 'x') << std::flush) {
    }
  }
  const auto back = roll_back();
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(served(), "one");
  EXPECT_FALSE(history().damage);
  EXPECT_EQ(history().torn, "");
  EXPECT_FALSE(back->trouble.empty());
}

TEST_F(Manual, AReadOnlyTargetIsAnErrorThatSaysSo) {
  const SmallDisk disk(root() + "/serving", "size=1m");
  ASSERT_TRUE(disk.mounted());
  deployed("one");
  ASSERT_TRUE(disk.make_read_only());
  EXPECT_EQ(plan_only().outcome, Outcome::passed) << "a plan writes nothing";
  write("build/model", "two");
  const auto result = step(input(), plan::Mode::apply);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("Read-only"), std::string::npos) << result.error().message;
  EXPECT_EQ(roll_back().error().code, Code::permission);
  EXPECT_EQ(served(), "one");
}

TEST_F(Manual, ATargetBelowAFileIsAnError) {
  write("serving", "a file");
  EXPECT_FALSE(step(input(), plan::Mode::apply));
  config = "{artifacts: [build/model], target: {name: p, type: directory, path: serving/x}}";
  EXPECT_FALSE(step(input(), plan::Mode::apply));
  EXPECT_EQ(text_of(root() + "/serving"), "a file");
}

}  // namespace
}  // namespace mlpipe
