#include "runner/delta/at.hpp"

#include <charconv>
#include <chrono>

namespace mlpipe::delta {
namespace {

// Reads digits and separators off the front of a text; each step fails for good once one did.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int value = 0;
    if (rest_.size() < count || !all_digits(rest_.substr(0, count))) {
      good_ = false;
      return 0;
    }
    std::from_chars(rest_.data(), rest_.data() + count, value);
    rest_.remove_prefix(count);
    return value;
  }
  bool skip(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  void expect(std::string_view any_of) { good_ = skip(any_of) && good_; }
  // "5" -> 500: what stands behind the point of a second, cut to milliseconds.
  int milliseconds() {
    int value = 0;
    std::size_t count = 0;
    for (; !rest_.empty() && all_digits(rest_.substr(0, 1)); rest_.remove_prefix(1), ++count) {
      value = count < 3 ? value * 10 + (rest_.front() - '0') : value;
    }
    good_ = good_ && count > 0;
    for (; count < 3; ++count) {
      value *= 10;
    }
    return value;
  }
  bool negative() {
    const bool minus = !rest_.empty() && rest_.front() == '-';
    expect("+-");
    return minus;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool good() const { return good_; }

 private:
  static bool all_digits(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
  }
  std::string_view rest_;
  bool good_ = true;
};

std::optional<std::int64_t> parse_time(std::string_view text) {
  using namespace std::chrono;
  Reader in(text);
  const year_month_day date = [&] {
    const int y = in.digits(4);
    in.expect("-");
    const int m = in.digits(2);
    in.expect("-");
    const int d = in.digits(2);
    return year(y) / m / d;
  }();
  milliseconds time{0};
  minutes offset{0};
  if (in.good() && !in.at_end()) {
    in.expect("T ");
    time += hours(in.digits(2));
    in.expect(":");
    time += minutes(in.digits(2));
    if (in.skip(":")) {
      time += seconds(in.digits(2));
      time += milliseconds(in.skip(".") ? in.milliseconds() : 0);
    }
    if (!in.skip("Z") && !in.at_end()) {
      const bool west = in.negative();
      offset = hours(in.digits(2));
      in.skip(":");
      offset += minutes(in.digits(2));
      offset = west ? -offset : offset;
    }
  }
  if (!in.good() || !in.at_end() || !date.ok() || time >= days(1) || offset >= days(1) ||
      offset <= -days(1)) {
    return std::nullopt;
  }
  return duration_cast<milliseconds>(sys_days(date).time_since_epoch() + time - offset).count();
}

}  // namespace

std::optional<At> parse_at(std::string_view text) {
  if (text == "latest") {
    return Latest{};
  }
  if (text.starts_with('v')) {
    AtVersion at;
    const auto [end, problem] =
        std::from_chars(text.data() + 1, text.data() + text.size(), at.version);
    const bool whole = problem == std::errc() && end == text.data() + text.size();
    return whole && at.version >= 0 ? std::optional<At>(at) : std::nullopt;
  }
  const auto ms = parse_time(text);
  return ms ? std::optional<At>(AtTime{*ms, std::string(text)}) : std::nullopt;
}

std::pair<std::string, At> split_at(std::string_view table) {
  const auto sign = table.rfind('@');
  if (sign != std::string_view::npos && sign > 0) {
    if (const auto at = parse_at(table.substr(sign + 1))) {
      return {std::string(table.substr(0, sign)), *at};
    }
  }
  return {std::string(table), Latest{}};
}

}  // namespace mlpipe::delta
