#include "runner/port/content.hpp"

#include <gtest/gtest.h>

#include <random>

namespace mlpipe {
namespace {

using port::Content;
using port::EntryType;
using port::TreeEntry;

TEST(Content, TextFormsRoundTrip) {
  const Digest digest = sha256("x");
  for (const EntryType type :
       {EntryType::file, EntryType::executable, EntryType::link, EntryType::tree}) {
    const Content content{type, digest, 7};
    const auto back = port::content_from_text(port::to_text(content));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, content);
  }
  EXPECT_EQ(port::to_text({EntryType::executable, digest, 0}), "exec:" + digest.hex());
  EXPECT_EQ(port::to_text({}), "missing");
  EXPECT_EQ(port::content_from_text("missing")->type, EntryType::missing);
}

TEST(Content, RefusesOtherText) {
  const std::string hex = sha256("x").hex();
  std::string upper = hex;
  upper[0] = 'A';
  for (const std::string& text : {std::string(), std::string("file"), std::string("file:"),
                                  "file:" + hex + "0", "file:" + hex.substr(1), "dir:" + hex,
                                  " file:" + hex, "file:" + upper, std::string("missing ")}) {
    EXPECT_FALSE(port::content_from_text(text)) << text;
  }
}

std::vector<TreeEntry> sample() {
  return {{"a", {EntryType::file, sha256("a"), 1}},
          {"a\nb", {EntryType::link, sha256("b"), 2}},
          {"b", {EntryType::tree, sha256("c"), 1ULL << 40U}},
          {"\xC3\xBC\xFF", {EntryType::executable, sha256("d"), 0}}};
}

TEST(Tree, RoundTripsAndIsGolden) {
  const auto bytes = port::encode_tree(sample());
  const auto back = port::decode_tree(bytes);
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), 4U);
  for (std::size_t i = 0; i < back->size(); ++i) {
    EXPECT_EQ((*back)[i].name, sample()[i].name);
    EXPECT_EQ((*back)[i].content, sample()[i].content);
    EXPECT_EQ((*back)[i].content.size, sample()[i].content.size);
  }
  EXPECT_TRUE(port::decode_tree(port::encode_tree({}))->empty());
  // An empty folder, and the form of one entry, byte for byte: these digests stand in lock files.
  EXPECT_EQ(port::encode_tree({}), "mlpipe-tree\x01");
  const Digest digest = sha256("a");
  const std::string entry = std::string("\x01\x01\0\0\0", 5) + "a" +
                            std::string(digest.bytes.begin(), digest.bytes.end()) +
                            std::string("\x01\0\0\0\0\0\0\0", 8);
  EXPECT_EQ(port::encode_tree({{"a", {EntryType::file, digest, 1}}}), "mlpipe-tree\x01" + entry);
}

TEST(Tree, RefusesEveryPrefixAndBadNames) {
  const auto bytes = port::encode_tree(sample());
  std::size_t good = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    good += port::decode_tree(std::string_view(bytes).substr(0, size)) ? 1 : 0;
  }
  EXPECT_EQ(good, 4U);  // the ends of the magic and of three entries
  for (const std::string& name : {std::string(), std::string("."), std::string(".."),
                                  std::string("a/b"), std::string("a\0b", 3)}) {
    EXPECT_FALSE(port::decode_tree(port::encode_tree({{name, {EntryType::file, {}, 0}}})));
  }
  EXPECT_FALSE(port::decode_tree(port::encode_tree({{"a", {}}})));
  const TreeEntry a{"a", {EntryType::file, {}, 0}};
  const TreeEntry b{"b", {EntryType::file, {}, 0}};
  EXPECT_FALSE(port::decode_tree(port::encode_tree({a, a})));
  EXPECT_FALSE(port::decode_tree(port::encode_tree({b, a})));
  std::string huge = port::encode_tree({a});
  huge.replace(13, 4, "\xFF\xFF\xFF\xFF");
  EXPECT_EQ(port::decode_tree(huge).error().code, Code::corrupt);
}

// What decodes encodes to the same bytes: there is one form only, and damage never passes as
// another valid one.
TEST(Tree, DecodingIsTheInverseOrAnError) {
  std::mt19937 random(7);
  const auto bytes = port::encode_tree(sample());
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = bytes;
    for (unsigned i = 0; i <= random() % 3; ++i) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    if (const auto entries = port::decode_tree(damaged)) {
      EXPECT_EQ(port::encode_tree(*entries), damaged);
    }
  }
}

}  // namespace
}  // namespace mlpipe
