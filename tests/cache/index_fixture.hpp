// A repository with its store, and short ways to ask an Index about it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runner/cache/index.hpp"
#include "tests/cache/workspace.hpp"

namespace mlpipe {

class IndexTest : public testing::Test {
 protected:
  port::Content look(cache::Index& index, const std::string& path,
                     cache::View view = cache::View::dependency) {
    const auto content = index.look(path, view);
    EXPECT_TRUE(content) << (content ? "" : content.error().message);
    return content ? *content : port::Content{};
  }
  [[nodiscard]] cache::Index open() { return cache::Index(space_.state(), space_.root(), store_); }
  [[nodiscard]] std::vector<std::string> names(const port::Content& tree) const {
    std::vector<std::string> names;
    const auto entries = port::decode_tree(*store_.read(tree.digest));
    for (const auto& entry : *entries) {
      names.push_back(entry.name);
    }
    return names;
  }
  [[nodiscard]] port::Content child(const port::Content& tree, const std::string& name) const {
    const auto entries = port::decode_tree(*store_.read(tree.digest));
    for (const auto& entry : *entries) {
      if (entry.name == name) {
        return entry.content;
      }
    }
    return {};
  }

  Workspace space_;
  cache::ObjectStore store_ = space_.store();
};

}  // namespace mlpipe
