#include "runner/cache/notebook.hpp"

#include <gtest/gtest.h>

#include "tests/cache/workspace.hpp"

namespace mlpipe {
namespace {

Digest digest_of(const std::string& text) {
  const auto digest = cache::notebook_digest(text, "n.ipynb");
  EXPECT_TRUE(digest) << (digest ? "" : digest.error().message);
  return digest ? *digest : Digest{};
}

std::string notebook(const std::string& cells) {
  return R"({"cells": [)" + cells + R"(], "nbformat": 4})";
}

TEST(Notebook, OnlyCodeCounts) {
  const Digest plain = digest_of(notebook(R"({"cell_type": "code", "source": "x = 1\ny"})"));
  EXPECT_EQ(plain, digest_of(notebook(R"({"cell_type": "markdown", "source": "hi"},
      {"outputs": [1, 2], "execution_count": 9, "cell_type": "code", "source": ["x = 1\n", "y"]})")));
  EXPECT_NE(plain, digest_of(notebook(R"({"cell_type": "code", "source": "x = 2\ny"})")));
  // Where a cell ends counts.
  EXPECT_NE(
      plain,
      digest_of(notebook(
          R"({"cell_type": "code", "source": "x = 1\n"}, {"cell_type": "code", "source": "y"})")));
  EXPECT_EQ(digest_of(notebook("")), sha256(""));
}

TEST(Notebook, OtherFilesAreRefusedByName) {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("{}"),
        std::string(R"({"cells": 1})"), notebook("1"), notebook("{}"),
        notebook(R"({"cell_type": "code"})"), notebook(R"({"cell_type": "code", "source": [1]})"),
        notebook(R"({"cell_type": "code", "source": {}})"), std::string(100'000, '['),
        std::string("\xFF\xFE{}")}) {
    const auto digest = cache::notebook_digest(text, "n.ipynb");
    ASSERT_FALSE(digest) << text.substr(0, 50);
    EXPECT_EQ(digest.error().code, Code::invalid);
    EXPECT_NE(digest.error().message.find("n.ipynb"), std::string::npos);
  }
}

TEST(Notebook, LookSeesCodeChangesOnly) {
  const Workspace space;
  auto store = space.store();
  const std::string code = R"({"cell_type": "code", "source": "a"})";
  const auto look = [&](const std::string& text) {
    space.write("n.ipynb", text);
    cache::Index index(space.state(), space.root(), store);
    const auto content = index.look_notebook("n.ipynb");
    EXPECT_TRUE(content) << (content ? "" : content.error().message);
    EXPECT_TRUE(index.save());
    return content ? *content : port::Content{};
  };
  const auto first = look(notebook(code));
  EXPECT_EQ(first.type, port::EntryType::file);
  EXPECT_EQ(first, look(notebook(code + R"(, {"cell_type": "raw", "source": "b"})")));
  EXPECT_NE(first, look(notebook(R"({"cell_type": "code", "source": "c"})")));
  cache::Index index(space.state(), space.root(), store);
  EXPECT_EQ(index.look_notebook("none.ipynb")->type, port::EntryType::missing);
  space.write("bad.ipynb", "{");
  EXPECT_EQ(index.look_notebook("bad.ipynb").error().code, Code::invalid);
}

}  // namespace
}  // namespace mlpipe
