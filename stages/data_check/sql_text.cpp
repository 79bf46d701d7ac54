#include "stages/data_check/sql_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace mlpipe::stages::data_check {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// Mean the clock or chance even without parentheses.
constexpr std::array<std::string_view, 6> bare_words{"current_date",      "current_time",
                                                     "current_timestamp", "localtime",
                                                     "localtimestamp",    "tablesample"};
// Mean it when called.
constexpr std::array<std::string_view, 22> called_words{"now",
                                                        "today",
                                                        "get_current_timestamp",
                                                        "get_current_time",
                                                        "random",
                                                        "uuid",
                                                        "transaction_timestamp",
                                                        "current_localtime",
                                                        "uuidv4",
                                                        "uuidv7",
                                                        "current_localtimestamp",
                                                        "gen_random_uuid",
                                                        "age",
                                                        "setseed",
                                                        "statement_timestamp",
                                                        "clock_timestamp",
                                                        "nextval",
                                                        "currval",
                                                        "txid_current",
                                                        "reservoir_quantile",
                                                        "getenv",
                                                        "pg_postmaster_start_time"};

template <class Words>
bool among(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  SqlFacts run() {
    while (at_ < sql_.size()) {
      step();
    }
    return facts_;
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }

  void step() {
    const char c = peek();
    if (is_blank(c)) {
      ++at_;
    } else if (c == '-' && peek(1) == '-') {
      const auto end = sql_.find('\n', at_);
      at_ = end == std::string_view::npos ? sql_.size() : end;
    } else if (c == '/' && peek(1) == '*') {
      block_comment();
    } else if (c == ';') {
      ended_ = ended_ || !facts_.empty;
      ++at_;
    } else {
      facts_.empty = false;
      facts_.several = facts_.several || ended_;
      token(c);
    }
  }

  void token(char c) {
    if (c == '\'') {
      quoted('\'', false);
    } else if (c == '"') {
      const auto start = at_ + 1;
      quoted('"', false);
      word(sql_.substr(start, at_ > start ? at_ - start - 1 : 0), true);
    } else if ((c == 'e' || c == 'E') && peek(1) == '\'') {
      ++at_;
      quoted('\'', true);
    } else if (c == '$' && dollar_quote()) {
    } else if (is_word(c)) {
      const auto start = at_;
      while (at_ < sql_.size() && is_word(sql_[at_])) {
        ++at_;
      }
      word(sql_.substr(start, at_ - start), false);
    } else {
      ++at_;
    }
  }

  // Doubled quotes need no care: they read as two strings side by side.
  void quoted(char quote, bool escapes) {
    for (++at_; at_ < sql_.size(); ++at_) {
      if (escapes && sql_[at_] == '\\') {
        ++at_;
      } else if (sql_[at_] == quote) {
        ++at_;
        return;
      }
    }
    at_ = std::min(at_, sql_.size());
    facts_.unterminated = true;
  }

  void block_comment() {
    int depth = 0;
    while (at_ < sql_.size()) {
      if (peek() == '/' && peek(1) == '*') {
        ++depth;
        at_ += 2;
      } else if (peek() == '*' && peek(1) == '/') {
        at_ += 2;
        if (--depth == 0) {
          return;
        }
      } else {
        ++at_;
      }
    }
    facts_.unterminated = true;
  }

  bool dollar_quote() {
    auto end = at_ + 1;
    while (end < sql_.size() && is_word(sql_[end])) {
      ++end;
    }
    if (end >= sql_.size() || sql_[end] != '$') {
      return false;
    }
    const std::string_view tag = sql_.substr(at_, end - at_ + 1);
    const auto close = sql_.find(tag, end + 1);
    facts_.unterminated = facts_.unterminated || close == std::string_view::npos;
    at_ = close == std::string_view::npos ? sql_.size() : close + tag.size();
    return true;
  }

  void word(std::string_view raw, bool in_quotes) {
    const std::string name = lower(raw);
    const bool sampling = name == "sample" && before_ == "using";
    const bool bare = !in_quotes && (sampling || among(bare_words, name));
    before_ = in_quotes ? "" : name;
    if (bare || (among(called_words, name) && called())) {
      facts_.clock_word = facts_.clock_word.value_or(bare ? name : name + "()");
    }
  }

  // Whether the next thing that is no blank or comment opens a parenthesis.
  bool called() {
    Scanner ahead(sql_);
    ahead.at_ = at_;
    while (ahead.at_ < sql_.size()) {
      const char c = ahead.peek();
      if (c == '(') {
        return true;
      }
      const bool skips =
          is_blank(c) || (c == '-' && ahead.peek(1) == '-') || (c == '/' && ahead.peek(1) == '*');
      if (!skips) {
        return false;
      }
      ahead.step();
    }
    return false;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  bool ended_ = false;
  std::string before_;  // the word read last
  SqlFacts facts_;
};

}  // namespace

SqlFacts sql_facts(std::string_view sql) {
  return Scanner(sql).run();
}

std::string_view strip_end(std::string_view sql) {
  while (!sql.empty() && (is_blank(sql.back()) || sql.back() == ';')) {
    sql.remove_suffix(1);
  }
  return sql;
}

std::optional<std::string> regex_problem(std::string_view pattern) {
  int depth = 0;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const std::string_view rest = pattern.substr(i);
    if (c == '\\') {
      if (i + 1 == pattern.size()) {
        return "it ends in a lone backslash";
      }
      const char next = pattern[++i];
      if (!in_class && next >= '1' && next <= '9') {
        return "back-references such as \\1 are not supported (the engine is RE2)";
      }
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      // A bracket that comes first in a class is a member of it.
      i += rest.starts_with("[^]") ? 2 : rest.starts_with("[]") ? 1 : 0;
    } else if (c == '(') {
      ++depth;
      for (const std::string_view around : {"(?=", "(?!", "(?<=", "(?<!"}) {
        if (rest.starts_with(around)) {
          return "look-ahead and look-behind are not supported (the engine is RE2)";
        }
      }
    } else if (c == ')' && --depth < 0) {
      return "a `)` has no `(`";
    }
  }
  if (in_class) {
    return "a `[` is not closed";
  }
  if (depth > 0) {
    return "a `(` is not closed";
  }
  return std::nullopt;
}

}  // namespace mlpipe::stages::data_check
