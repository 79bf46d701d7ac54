#include "stages/data_check/date_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <vector>

#include "stages/data_check/suite_value.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::data_check {
namespace {

using std::chrono::microseconds;

struct Token {
  enum class Kind : std::uint8_t { number, word, sign };
  Kind kind = Kind::sign;
  std::string text;  // words in lower case
};

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> out;
  const auto is = [&](std::size_t i, int (*test)(int)) {
    return i < text.size() && test(static_cast<unsigned char>(text[i])) != 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    Token token;
    if (is(at, std::isdigit)) {
      token.kind = Token::Kind::number;
      while (is(at, std::isdigit)) {
        token.text += text[at++];
      }
    } else if (is(at, std::isalpha)) {
      token.kind = Token::Kind::word;
      while (is(at, std::isalpha)) {
        token.text += static_cast<char>(std::tolower(static_cast<unsigned char>(text[at++])));
      }
    } else {
      token.text = text[at++];
    }
    if (token.text != " " && token.text != "\t") {
      out.push_back(std::move(token));
    }
  }
  return out;
}

// 1 to 12 where the word names a month, full or by its first three letters ("sept" too).
unsigned month_of(const std::string& word) {
  static constexpr std::array<std::string_view, 12> months{
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  for (unsigned i = 0; i < months.size(); ++i) {
    if (word == months[i] || (word.size() == 3 && months[i].starts_with(word)) ||
        (word == "sept" && i == 8)) {
      return i + 1;
    }
  }
  return 0;
}

bool is_weekday(const std::string& word) {
  static constexpr std::array<std::string_view, 7> days{
      "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
  return std::any_of(days.begin(), days.end(), [&](std::string_view day) {
    return word == day || (word.size() == 3 && day.starts_with(word));
  });
}

// Words that dateutil skips, and those of zones.
bool is_filler(const std::string& word) {
  static constexpr std::array<std::string_view, 13> known{
      "t", "at", "on", "and", "ad", "of", "st", "nd", "rd", "th", "m", "utc", "gmt"};
  return word == "z" || std::find(known.begin(), known.end(), word) != known.end();
}

struct Parts {
  std::vector<std::string> numbers;  // of the date, in the order they stand
  unsigned month = 0;                // named
  std::size_t month_at = 0;          // how many numbers stand before it
  std::optional<int> hour;
  int minute = 0;
  int second = 0;
  std::int64_t fraction_us = 0;
  int ahead_minutes = 0;
  bool weekday = false;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : tokens_(tokens_of(text)) {}

  std::optional<Parts> read() {
    if (tokens_.empty()) {
      return std::nullopt;
    }
    while (at_ < tokens_.size()) {
      if (!step()) {
        return std::nullopt;
      }
    }
    const bool any = !parts_.numbers.empty() || parts_.month != 0 || parts_.hour || parts_.weekday;
    return any && parts_.numbers.size() <= 3 ? std::optional(parts_) : std::nullopt;
  }

 private:
  [[nodiscard]] const Token* peek(std::size_t ahead) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  [[nodiscard]] bool is_sign(std::size_t ahead, char c) const {
    const Token* token = peek(ahead);
    return token != nullptr && token->kind == Token::Kind::sign && token->text[0] == c;
  }
  [[nodiscard]] bool is_number(std::size_t ahead) const {
    const Token* token = peek(ahead);
    return token != nullptr && token->kind == Token::Kind::number;
  }

  bool step() {
    const Token& token = tokens_[at_];
    if (token.kind == Token::Kind::word) {
      return word(token.text);
    }
    if (token.kind == Token::Kind::number) {
      return is_sign(1, ':') && is_number(2) ? clock() : number();
    }
    const bool zone = (token.text == "+" || token.text == "-") && parts_.hour && is_number(1);
    if (zone) {
      return offset(token.text == "-" ? -1 : 1);
    }
    ++at_;
    return std::string_view(",/-.;").find(token.text[0]) != std::string_view::npos;
  }

  bool word(const std::string& word) {
    ++at_;
    if (const unsigned month = month_of(word)) {
      const bool first = parts_.month == 0;
      parts_.month = month;
      parts_.month_at = parts_.numbers.size();
      return first;
    }
    if (word == "am" || word == "pm") {
      if (!parts_.hour || *parts_.hour > 12) {
        return false;
      }
      parts_.hour = *parts_.hour % 12 + (word == "pm" ? 12 : 0);
      return true;
    }
    if (is_weekday(word)) {
      parts_.weekday = true;
      return true;
    }
    return is_filler(word);
  }

  bool clock() {
    parts_.hour = value(0, 23);
    parts_.minute = value(2, 59);
    at_ += 3;
    if (is_sign(0, ':') && is_number(1)) {
      parts_.second = value(1, 59);
      at_ += 2;
      if ((is_sign(0, '.') || is_sign(0, ',')) && is_number(1)) {
        std::string digits = tokens_[at_ + 1].text;
        digits.resize(6, '0');
        parts_.fraction_us = std::stoll(digits);
        at_ += 2;
      }
    }
    return *parts_.hour >= 0 && parts_.minute >= 0 && parts_.second >= 0;
  }

  // The number at `ahead`, or -1 where it is above `most`.
  int value(std::size_t ahead, int most) {
    const std::string& digits = tokens_[at_ + ahead].text;
    const int number = digits.size() > 2 ? -1 : std::stoi(digits);
    return number > most ? -1 : number;
  }

  bool offset(int sign) {
    const std::string& digits = tokens_[at_ + 1].text;
    at_ += 2;
    int hours = 0;
    int minutes = 0;
    if (digits.size() == 4) {
      hours = std::stoi(digits.substr(0, 2));
      minutes = std::stoi(digits.substr(2));
    } else if (digits.size() <= 2) {
      hours = std::stoi(digits);
      if (is_sign(0, ':') && is_number(1)) {
        minutes = value(1, 59);
        at_ += 2;
      }
    } else {
      return false;
    }
    parts_.ahead_minutes = sign * (hours * 60 + minutes);
    return hours < 24 && minutes >= 0;
  }

  bool number() {
    const std::string& digits = tokens_[at_].text;
    ++at_;
    const Token* next = peek(0);
    if (next != nullptr && next->kind == Token::Kind::word &&
        (next->text == "am" || next->text == "pm") && !parts_.hour) {
      parts_.hour = std::stoi(digits.substr(0, 2));
      return digits.size() <= 2 && *parts_.hour <= 12;
    }
    if (digits.size() == 8) {  // 20160131
      parts_.numbers.insert(parts_.numbers.end(),
                            {digits.substr(0, 4), digits.substr(4, 2), digits.substr(6)});
      return true;
    }
    parts_.numbers.push_back(digits);
    return digits.size() <= 4;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Parts parts_;
};

struct Date {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
};

int full_year(const std::string& digits) {
  const int year = std::stoi(digits);
  return digits.size() > 2 ? year : year < 70 ? year + 2000 : year + 1900;
}

// Year, month and day out of the numbers; nullopt where no order of them is a date.
std::optional<Date> date_of(const Parts& parts) {
  std::vector<std::string> numbers = parts.numbers;
  if (parts.month != 0) {
    if (numbers.size() != 2) {
      return std::nullopt;
    }
    const bool year_first = numbers[0].size() > 2 || std::stoi(numbers[0]) > 31;
    const std::string& year = numbers[year_first ? 0 : 1];
    const std::string& day = numbers[year_first ? 1 : 0];
    return Date{full_year(year), parts.month, static_cast<unsigned>(std::stoi(day))};
  }
  if (numbers.size() != 3) {
    return std::nullopt;
  }
  if (numbers[0].size() > 2 || std::stoi(numbers[0]) > 31) {
    return Date{full_year(numbers[0]), static_cast<unsigned>(std::stoi(numbers[1])),
                static_cast<unsigned>(std::stoi(numbers[2]))};
  }
  // Month first, unless it can only be the day.
  unsigned month = static_cast<unsigned>(std::stoi(numbers[0]));
  unsigned day = static_cast<unsigned>(std::stoi(numbers[1]));
  if (month > 12) {
    std::swap(month, day);
  }
  return Date{full_year(numbers[2]), month, day};
}

bool exists(const Date& date) {
  return date.year > 0 &&
         std::chrono::year_month_day{std::chrono::year(date.year), std::chrono::month(date.month),
                                     std::chrono::day(date.day)}
             .ok();
}

// A part of a date: a day, a month, a year, or two of them.
bool partial_exists(const Parts& parts) {
  const auto fits = [&](const std::string& digits) {
    return digits.size() > 2 || (std::stoi(digits) >= 1 || digits.size() == 2);
  };
  return parts.numbers.size() <= 2 && std::all_of(parts.numbers.begin(), parts.numbers.end(), fits);
}

}  // namespace

std::optional<std::int64_t> read_date_text(std::string_view text) {
  if (const auto iso = suite_value::parse_iso_time(text)) {
    return iso;
  }
  const auto parts = Reader(text).read();
  const auto date = parts ? date_of(*parts) : std::nullopt;
  if (!date || !exists(*date)) {
    return std::nullopt;
  }
  const auto days =
      std::chrono::sys_days(std::chrono::year_month_day{std::chrono::year(date->year),
                                                        std::chrono::month(date->month),
                                                        std::chrono::day(date->day)})
          .time_since_epoch();
  const std::int64_t minutes = parts->hour.value_or(0) * 60 + parts->minute - parts->ahead_minutes;
  return std::chrono::duration_cast<microseconds>(days).count() +
         (minutes * 60 + parts->second) * 1'000'000 + parts->fraction_us;
}

bool is_dateutil_text(std::string_view text) {
  const auto parts = Reader(text).read();
  if (!parts) {
    return false;
  }
  if (const auto date = date_of(*parts)) {
    return exists(*date);
  }
  return partial_exists(*parts);
}

std::string sql_timestamp(std::int64_t us) {
  const std::chrono::sys_time<microseconds> time{microseconds(us)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::int64_t rest = (time - day).count();
  const std::int64_t second = rest / 1'000'000;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}{}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     second / 3600, second / 60 % 60, second % 60,
                     rest % 1'000'000 == 0 ? "" : fmt::format(".{:06}", rest % 1'000'000));
}

std::string sql_time_of_text(const std::string& text) {
  std::string formats;
  for (const char* date : {"%m/%d/%Y", "%Y/%m/%d", "%m-%d-%Y", "%b %d %Y", "%B %d %Y", "%b %d, %Y",
                           "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%Y%m%d", "%m/%d/%y"}) {
    for (const char* time : {"", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p"}) {
      formats += fmt::format("{}{}", formats.empty() ? "" : ", ",
                             table::quote_literal(std::string(date) + time));
    }
  }
  return fmt::format(
      "coalesce(CASE WHEN length({0}) = 19 AND {0}[17] = ':' THEN TRY_CAST({0} AS TIMESTAMP) END, "
      "TRY_CAST({0} AS TIMESTAMPTZ) AT TIME ZONE 'UTC', try_strptime({0}, [{1}]))",
      text, formats);
}

}  // namespace mlpipe::stages::data_check
