#include "runner/plan/manifest.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace mlpipe::plan {
namespace {

const std::string digest_a = sha256("a").hex();
const std::string digest_b = sha256("b").hex();

std::vector<Item> sample_items() {
  return {
      {Tag::kind, "train", "1"},
      {Tag::config, "", R"({"seeds":3})"},
      {Tag::command, "cmd", "python3 src/train.py --seed 0"},
      {Tag::command, "shell", "/bin/sh"},
      {Tag::command, "working_dir", "."},
      {Tag::out, "build/model-0.joblib", "out"},
      {Tag::out, "build/metrics-0.json", "metrics nocache"},
      {Tag::dep, "src/train.py", "file:" + digest_a},
      {Tag::dep, "data/füße\n.csv", "tree:" + digest_b},
      {Tag::param, "params.yaml:train.depth", "6"},
      {Tag::env, "PYTHONHASHSEED", "=0"},
      {Tag::env, "WEATHER_API", "#" + digest_a},
      {Tag::environment, "requirements.lock", digest_b},
      {Tag::platform, "linux-x86_64", ""},
      {Tag::baseline, "", "missing"},
      {Tag::seed, "", "0"},
  };
}

Manifest manifest_of(const std::vector<Item>& items) {
  Manifest manifest;
  for (const Item& item : items) {
    manifest.add(item.tag, item.name, item.value);
  }
  return manifest;
}

// The sample with one item's value replaced; an empty optional removes it.
Manifest sample_with(Tag tag, std::string_view name, std::optional<std::string> value) {
  Manifest manifest;
  bool found = false;
  for (const Item& item : sample_items()) {
    if (item.tag != tag || item.name != name) {
      manifest.add(item.tag, item.name, item.value);
    } else {
      found = true;
      if (value) {
        manifest.add(tag, name, *value);
      }
    }
  }
  if (!found && value) {
    manifest.add(tag, name, *value);
  }
  return manifest;
}

std::string line(const Change& change) {
  return std::string(name(change.kind)) + " " + change.item + " " +
         std::string(name(change.change)) + " [" + change.old_value + "] [" + change.new_value +
         "]";
}

std::vector<std::string> lines(const Manifest& then, const Manifest& now) {
  std::vector<std::string> text;
  for (const Change& change : diff(then, now)) {
    text.push_back(line(change));
  }
  return text;
}

using Lines = std::vector<std::string>;

// Every user's cache depends on these bytes: where this fails, the format has changed and needs a
// new version.
TEST(Manifest, GoldenFingerprint) {
  EXPECT_EQ(manifest_of(sample_items()).fingerprint().hex(),
            "3c13a99932f9b95c0e9be40f8b5a3a071f2653900dae1bfb898ded9a17d7f0fb");
  EXPECT_EQ(Manifest().bytes(), std::string("mlpipe-manifest\x01"));
  Manifest one;
  one.add(Tag::seed, "s", "42");
  EXPECT_EQ(one.bytes(), std::string("mlpipe-manifest\x01"
                                     "\x0b\x01\0\0\0s\x02\0\0\0"
                                     "42",
                                     28));
}

TEST(Manifest, OrderOfAddingDoesNotCount) {
  auto items = sample_items();
  const auto expected = manifest_of(items).bytes();
  std::mt19937 random(7);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(items.begin(), items.end(), random);
    ASSERT_EQ(manifest_of(items).bytes(), expected);
  }
}

TEST(Manifest, AddingAfterReadingSortsAgain) {
  Manifest manifest;
  manifest.add(Tag::dep, "z", "file:" + digest_a);
  ASSERT_EQ(manifest.items().size(), 1U);
  manifest.add(Tag::dep, "a", "file:" + digest_a);
  EXPECT_EQ(manifest.items().front().name, "a");
}

TEST(Manifest, EqualItemsStandOnceDifferentOnesBothCount) {
  Manifest once = manifest_of(sample_items());
  Manifest twice = manifest_of(sample_items());
  twice.add(Tag::dep, "src/train.py", "file:" + digest_a);
  EXPECT_EQ(once.bytes(), twice.bytes());
  twice.add(Tag::dep, "src/train.py", "file:" + digest_b);
  EXPECT_NE(once.bytes(), twice.bytes());
  EXPECT_FALSE(diff(once, twice).empty());
}

TEST(Manifest, EveryFieldCounts) {
  const auto items = sample_items();
  const auto fingerprint = manifest_of(items).fingerprint();
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto changed = items;
    changed[i].value += "x";
    EXPECT_NE(manifest_of(changed).fingerprint(), fingerprint) << items[i].name;
    EXPECT_FALSE(diff(manifest_of(items), manifest_of(changed)).empty()) << items[i].name;
    changed = items;
    changed[i].name += "x";
    EXPECT_NE(manifest_of(changed).fingerprint(), fingerprint) << items[i].name;
    EXPECT_FALSE(diff(manifest_of(items), manifest_of(changed)).empty()) << items[i].name;
    changed = items;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_NE(manifest_of(changed).fingerprint(), fingerprint) << items[i].name;
    EXPECT_FALSE(diff(manifest_of(items), manifest_of(changed)).empty()) << items[i].name;
  }
}

TEST(Manifest, MovingABoundaryBetweenNameAndValueCounts) {
  Manifest a;
  a.add(Tag::env, "AB", "=c");
  Manifest b;
  b.add(Tag::env, "A", "B=c");
  EXPECT_NE(a.fingerprint(), b.fingerprint());
}

TEST(Manifest, ParseGivesBackWhatWasWritten) {
  const std::string bytes = manifest_of(sample_items()).bytes();
  const auto parsed = Manifest::parse(bytes);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->bytes(), bytes);
  EXPECT_TRUE(Manifest::parse(Manifest().bytes()));
}

TEST(Manifest, ParseRefusesEveryPrefixThatEndsInsideAnItem) {
  const Manifest manifest = manifest_of(sample_items());
  const std::string bytes = manifest.bytes();
  std::vector<std::size_t> boundaries{16};
  for (const Item& item : manifest.items()) {
    boundaries.push_back(boundaries.back() + 9 + item.name.size() + item.value.size());
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const bool whole = std::count(boundaries.begin(), boundaries.end(), size) != 0;
    EXPECT_EQ(Manifest::parse(std::string_view(bytes).substr(0, size)).has_value(), whole) << size;
  }
}

TEST(Manifest, ParseRefusesWhatItWouldNotWrite) {
  const std::string magic("mlpipe-manifest\x01");
  const std::string item_a("\x05\x01\0\0\0a\0\0\0\0", 10);
  const std::string item_b("\x05\x01\0\0\0b\0\0\0\0", 10);
  EXPECT_TRUE(Manifest::parse(magic + item_a + item_b));
  for (const std::string& bytes :
       {std::string(), std::string("mlpipe-manifest\x02"), magic + item_b + item_a,
        magic + item_a + item_a, magic + std::string("\0\0\0\0\0\0\0\0\0", 9),
        magic + std::string("\x0c\0\0\0\0\0\0\0\0", 9),
        magic + std::string("\x05\xff\xff\xff\xff", 5)}) {
    const auto parsed = Manifest::parse(bytes);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Code::corrupt);
    EXPECT_NE(parsed.error().message.find("at byte"), std::string::npos);
  }
}

TEST(Diff, EqualManifestsDoNotDiffer) {
  EXPECT_TRUE(diff(manifest_of(sample_items()), manifest_of(sample_items())).empty());
  EXPECT_TRUE(diff(Manifest(), Manifest()).empty());
}

TEST(Diff, SaysWhatChanged) {
  const Manifest sample = manifest_of(sample_items());
  const std::string a = digest_a.substr(0, 12);
  const std::string b = digest_b.substr(0, 12);
  const auto check = [&](Tag tag, std::string_view item, std::optional<std::string> value,
                         const Lines& expected) {
    EXPECT_EQ(lines(sample, sample_with(tag, item, std::move(value))), expected);
  };
  check(Tag::kind, "train", "2", {"kind train modified [train 1] [train 2]"});
  check(Tag::command, "cmd", "true",
        {"command cmd modified [python3 src/train.py --seed 0] [true]"});
  check(Tag::param, "params.yaml:train.depth", "8", {"param train.depth modified [6] [8]"});
  check(Tag::param, "params.yaml:train.depth", std::nullopt, {"param train.depth removed [6] []"});
  check(Tag::dep, "src/train.py", "exec:" + digest_b,
        {"dep src/train.py modified [file " + a + "] [exec " + b + "]"});
  check(Tag::dep, "src/train.py", "missing", {"dep src/train.py missing [file " + a + "] []"});
  check(Tag::dep, "src/new.py", "file:" + digest_a, {"dep src/new.py added [] [file " + a + "]"});
  check(Tag::out, "build/model-0.joblib", "out persist",
        {"out build/model-0.joblib modified [out] [out persist]"});
  check(Tag::environment, "requirements.lock", digest_a,
        {"environment requirements.lock modified [" + b + "] [" + a + "]"});
  check(Tag::baseline, "", digest_a, {"baseline baseline added [] [" + a + "]"});
  check(Tag::seed, "", "1", {"param seed modified [0] [1]"});
}

TEST(Diff, AnotherKindOrPlatformIsOneChange) {
  Manifest then;
  then.add(Tag::kind, "command", "1");
  then.add(Tag::platform, "linux-x86_64", "");
  Manifest now;
  now.add(Tag::kind, "train", "1");
  now.add(Tag::platform, "linux-aarch64", "");
  EXPECT_EQ(lines(then, now), (Lines{"kind train modified [command 1] [train 1]",
                                     "platform platform modified [linux-x86_64] [linux-aarch64]"}));
}

TEST(Diff, PassedVariablesAreNamedNotShown) {
  const Manifest sample = manifest_of(sample_items());
  EXPECT_EQ(lines(sample, sample_with(Tag::env, "PYTHONHASHSEED", "=1")),
            (Lines{"env PYTHONHASHSEED modified [0] [1]"}));
  EXPECT_EQ(lines(sample, sample_with(Tag::env, "WEATHER_API", "#" + digest_b)),
            (Lines{"env WEATHER_API modified [] []"}));
  EXPECT_EQ(lines(sample, sample_with(Tag::env, "WEATHER_API", "no mark")),
            (Lines{"env WEATHER_API modified [] []"}));
  EXPECT_EQ(lines(sample, sample_with(Tag::env, "WEATHER_API", "=public")),
            (Lines{"env WEATHER_API modified [] [public]"}));
}

TEST(Diff, ConfigurationIsComparedLeafByLeaf) {
  const auto with = [](const std::string& config) {
    Manifest manifest;
    manifest.add(Tag::config, "", config);
    return manifest;
  };
  EXPECT_EQ(lines(with(R"({"checks":[{"min":1},{"a/b":true}],"t":"x"})"),
                  with(R"({"checks":[{"min":2},{"a/b":false},3],"u":null})")),
            (Lines{"config /checks/0/min modified [1] [2]",
                   "config /checks/1/a~1b modified [true] [false]", "config /checks/2 added [] [3]",
                   "config /t removed [\"x\"] []", "config /u added [] [null]"}));
  EXPECT_EQ(lines(with("{}"), with("[]")), (Lines{"config / modified [{}] [[]]"}));
  EXPECT_EQ(lines(with("1"), with("1.0")), (Lines{"config config modified [1] [1.0]"}));
  EXPECT_EQ(lines(with("not json"), with("{}")), (Lines{"config config modified [not json] [{}]"}));
  const std::string deep(1'000'000, '[');
  EXPECT_EQ(diff(with(deep + std::string(1'000'000, ']')), with("{}")).size(), 1U);
}

TEST(Diff, OneParameterNameInTwoFilesKeepsTheFiles) {
  Manifest then;
  then.add(Tag::param, "a.yaml:x", "1");
  then.add(Tag::param, "b.yaml:x", "1");
  Manifest now;
  now.add(Tag::param, "a.yaml:x", "2");
  now.add(Tag::param, "b.yaml:x", "2");
  EXPECT_EQ(lines(then, now),
            (Lines{"param a.yaml:x modified [1] [2]", "param b.yaml:x modified [1] [2]"}));
}

TEST(Diff, LongTextsAreCutAroundTheDifference) {
  std::string before;
  for (int i = 0; i < 5000; ++i) {
    before += "ü";
  }
  const std::string after = before + "END";
  Manifest then;
  then.add(Tag::command, "cmd", before + before);
  Manifest now;
  now.add(Tag::command, "cmd", after + before);
  const auto changes = diff(then, now);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_LT(changes[0].new_value.size(), 200U);
  EXPECT_NE(changes[0].new_value.find("üENDü"), std::string::npos);
  EXPECT_EQ(changes[0].old_value.find("END"), std::string::npos);
}

TEST(Decision, EveryKindHasAName) {
  for (int i = 0; i <= static_cast<int>(ItemKind::age); ++i) {
    EXPECT_NE(name(static_cast<ItemKind>(i)), "unknown") << i;
  }
  for (int i = 0; i <= static_cast<int>(ChangeKind::aged); ++i) {
    EXPECT_NE(name(static_cast<ChangeKind>(i)), "unknown") << i;
  }
}

}  // namespace
}  // namespace mlpipe::plan
