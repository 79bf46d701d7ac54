#include "runner/spec/pattern.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <string>

namespace mlpipe::spec {
namespace {

// std::regex is the slow oracle; every pattern with every text over a small alphabet.
TEST(Pattern, AgreesWithTheStandardLibrary) {
  const char* patterns[] = {
      "a",     "^a",       "a$",       "^a*$",         "a|b",  "^(a|bc)+$",   "^$",   "",
      "a.c",   "[^a]",     "^[a-b]?c", "(ab)*c",       "a+b+", "^(a*)*$",     "\\.",  "^(|a)b$",
      "a\\|b", "(?:a|b)c", "[a\\-c]",  "^((a|b)c?)+$", "[.c]", "^a?a?a?aaa$", "b$|^c"};
  const std::string alphabet = "abc.|-";
  for (const char* expression : patterns) {
    const auto ours = Pattern::compile(expression);
    ASSERT_TRUE(ours) << ours.error().message;
    const std::regex theirs(expression, std::regex::ECMAScript);
    std::vector<std::string> texts{""};
    for (std::size_t from = 0, length = 0; length < 4; ++length) {
      const std::size_t end = texts.size();
      for (; from < end; ++from) {
        for (const char c : alphabet) {
          texts.push_back(texts[from] + c);
        }
      }
    }
    for (const std::string& text : texts) {
      ASSERT_EQ(ours->found_in(text), std::regex_search(text, theirs))
          << expression << " in " << text;
    }
  }
}

TEST(Pattern, LongTextsNeitherRecurseNorBacktrack) {
  const auto nested = Pattern::compile("^(a*)*(a|aa)+b$");
  ASSERT_TRUE(nested);
  EXPECT_FALSE(nested->found_in(std::string(100'000, 'a')));
  EXPECT_TRUE(nested->found_in(std::string(100'000, 'a') + "b"));
}

TEST(Pattern, RefusesWhatIsNotBuilt) {
  for (const char* expression :
       {"a{2}", "(a", "a)", "[a", "*a", "\\d", "\\b", "[b-a]", "a\\", "(?=a)"}) {
    EXPECT_FALSE(Pattern::compile(expression)) << expression;
  }
  EXPECT_FALSE(Pattern::compile(std::string(10'000, '(')));
}

TEST(Pattern, BytesBeyondAscii) {
  const auto no_blank = Pattern::compile("^[^ ]+$");
  ASSERT_TRUE(no_blank);
  EXPECT_TRUE(no_blank->found_in("训练"));
  EXPECT_FALSE(no_blank->found_in("训 练"));
}

}  // namespace
}  // namespace mlpipe::spec
