#include "runner/base/redactor.hpp"

#include <gtest/gtest.h>

#include <random>

namespace mlpipe {
namespace {

Redactor make(const std::vector<std::string>& values) {
  std::vector<Secret> secrets;
  for (const auto& value : values) {
    secrets.push_back({"S", value});
  }
  auto made = Redactor::make(secrets);
  EXPECT_TRUE(made) << made.error().message;
  return std::move(*made);
}

// Slow and obvious: mark every byte of every occurrence, then write each marked run as one mask.
std::string oracle(const std::vector<std::string>& values, const std::string& text) {
  std::vector<bool> masked(text.size(), false);
  for (const auto& value : values) {
    for (const auto& form : secret_forms(value)) {
      for (auto at = text.find(form); at != std::string::npos; at = text.find(form, at + 1)) {
        std::fill_n(masked.begin() + static_cast<std::ptrdiff_t>(at), form.size(), true);
      }
    }
  }
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!masked[i]) {
      result += text[i];
    } else if (i == 0 || !masked[i - 1]) {
      result += "***";
    }
  }
  return result;
}

TEST(RedactorTest, MasksEverySpelling) {
  const Redactor redactor = make({"pass/wo+rd \"ä\""});
  for (const char* const text : {
           "pass/wo+rd \"ä\"",
           "cGFzcy93bytyZCAiw6Qi",           // base64
           "pass%2Fwo%2Brd%20%22%C3%A4%22",  // URL
           "pass%2fwo%2brd%20%22%c3%a4%22",  // URL, lower case
           "pass%2Fwo%2Brd+%22%C3%A4%22",    // form
           "pass/wo+rd \\\"ä\\\"",           // JSON
           "pass/wo+rd \\\"\\u00e4\\\"",     // JSON in ASCII
           "pass\\/wo+rd \\\"ä\\\"",         // JSON with escaped slashes
       }) {
    EXPECT_EQ(redactor.redact(std::string("<") + text + ">"), "<***>") << text;
  }
}

TEST(RedactorTest, MasksInsideLongerBase64) {
  const Redactor redactor = make({"hunter2hunter2"});
  // base64 of "user:hunter2hunter2", "x:hunter2hunter2!", "ab:hunter2hunter2": each alignment once.
  for (const std::string text :
       {"dXNlcjpodW50ZXIyaHVudGVyMg==", "eDpodW50ZXIyaHVudGVyMiE=", "YWI6aHVudGVyMmh1bnRlcjI="}) {
    const std::string masked = redactor.redact(text);
    EXPECT_NE(masked.find("***"), std::string::npos) << text;
    EXPECT_LT(masked.size(), 14U) << masked;
  }
}

TEST(RedactorTest, MasksMultiLineSecretsLineByLine) {
  const Redactor redactor = make({"-----BEGIN-----\r\nAAAABBBB\nab\nCCCCDDDD\n"});
  EXPECT_EQ(redactor.redact("x AAAABBBB y"), "x *** y");
  EXPECT_EQ(redactor.redact("    CCCCDDDD\n"), "    ***\n");
  EXPECT_EQ(redactor.redact("ab"), "ab");  // too short to stand for the secret
}

TEST(RedactorTest, RefusesShortValues) {
  for (const char* const value : {"", "abc", "abc\n", "äöü", "   \n  "}) {
    const auto made = Redactor::make({{"API_TOKEN", value}});
    ASSERT_FALSE(made) << value;
    EXPECT_EQ(made.error().code, Code::invalid);
    EXPECT_NE(made.error().message.find("API_TOKEN"), std::string::npos);
  }
  EXPECT_TRUE(Redactor::make({{"S", "abcd"}}));
}

TEST(RedactorTest, HoldsBackOnlyWhatCouldBeASecret) {
  const Redactor redactor = make({"secret-value"});
  RedactedStream stream(redactor);
  EXPECT_EQ(stream.write("loss 0.1\n"), "loss 0.1\n");
  EXPECT_EQ(stream.write("a sec"), "a ");
  EXPECT_EQ(stream.write("ond"), "second");
  EXPECT_EQ(stream.write("secret-valu"), "");
  EXPECT_EQ(stream.write("e"), "***");
  EXPECT_EQ(stream.write("secret"), "");
  EXPECT_EQ(stream.flush(), "secret");
  EXPECT_EQ(stream.write("-value"), "-value");
}

TEST(RedactorTest, OverlapsLeakNothing) {
  const Redactor redactor = make({"abcabc", "cabcd", "xabcabcabcx"});
  EXPECT_EQ(redactor.redact("abcabcd"), "***");
  EXPECT_EQ(redactor.redact("abcabcabc"), "***");
  EXPECT_EQ(redactor.redact("xabcabcabc"), "x***");
}

TEST(RedactorTest, WithoutSecretsAllPasses) {
  const Redactor redactor = make({});
  const std::string bytes("\0\xff binary \n", 11);
  EXPECT_EQ(redactor.redact(bytes), bytes);
}

TEST(RedactorTest, AgreesWithTheOracleHoweverTheStreamIsCut) {
  std::mt19937 random(20240917);  // NOLINT: the same cases each time
  const auto pick = [&](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  const auto letters = [&](std::size_t length) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) {
      text += "ab\n\"%"[pick(5)];
    }
    return text;
  };
  std::size_t masked = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> values;
    while (values.size() < 1 + pick(3)) {
      const std::string value = "a" + letters(2 + pick(8)) + "b";
      values.push_back(value);
    }
    std::string text;
    while (text.size() < 100) {
      const auto& value = values[pick(values.size())];
      const auto forms = secret_forms(value);
      const auto& form = forms[pick(forms.size())];
      text += pick(2) == 0 ? letters(pick(12)) : form.substr(0, pick(form.size() + 1));
    }
    const Redactor redactor = make(values);
    RedactedStream stream(redactor);
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + pick(12);
      result += stream.write(std::string_view(text).substr(at, size));
      at += size;
    }
    result += stream.flush();
    const std::string expected = oracle(values, text);
    ASSERT_EQ(result, expected) << "round " << round;
    masked += expected != text ? 1 : 0;
  }
  EXPECT_GT(masked, 1000U) << "the cases hardly ever hold a secret";
}

TEST(RedactorTest, StaysLinearOnRepetition) {
  // Quadratic work would take hours here.
  const Redactor redactor = make({std::string(10'000, 'a')});
  EXPECT_EQ(redactor.redact(std::string(5'000'000, 'a')), "***");
  EXPECT_EQ(redactor.redact(std::string(9'999, 'a')), std::string(9'999, 'a'));
}

}  // namespace
}  // namespace mlpipe
