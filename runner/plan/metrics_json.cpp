#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runner/base/text.hpp"
#include "runner/plan/json_depth.hpp"
#include "runner/plan/metrics.hpp"

namespace mlpipe::plan {
namespace {

using Json = nlohmann::json;

// Python writes NaN and Infinity bare, which is not JSON. They become strings that no honest file
// holds.
constexpr std::string_view nan_mark = "\x01NaN";
constexpr std::string_view infinity_mark = "\x01Infinity";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string quote_bare_numbers(std::string_view text) {
  std::string result;
  result.reserve(text.size() + 16);
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\' && i + 1 < text.size()) {
      result += c;
      result += text[++i];
      continue;
    }
    in_string = c == '"' ? !in_string : in_string;
    const bool starts =
        !in_string && (c == 'N' || c == 'I' || c == '-') && (i == 0 || !is_word(text[i - 1]));
    std::size_t length = 0;
    for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      const std::size_t end = i + word.size();
      if (starts && text.substr(i).starts_with(word) &&
          (end == text.size() || !is_word(text[end]))) {
        length = word.size();
      }
    }
    if (length == 0) {
      result += c;
      continue;
    }
    const bool negative = c == '-';
    result += negative ? "\"-" : "\"";
    result += "\\u0001";
    result += text.substr(i + (negative ? 1 : 0), length - (negative ? 1 : 0));
    result += '"';
    i += length - 1;
  }
  return result;
}

// Receives the parser's events and flattens as it goes: no tree is built.
class Flattener final : public nlohmann::json_sax<Json> {
 public:
  explicit Flattener(MetricsBuilder& builder) : builder_(builder) {}

  bool null() override { return other("null"); }
  bool boolean(bool) override { return other("a boolean"); }
  bool number_integer(number_integer_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return number(value); }
  bool string(string_t& value) override {
    if (value == nan_mark) {
      return number(std::numeric_limits<double>::quiet_NaN());
    }
    if (value == infinity_mark) {
      return number(std::numeric_limits<double>::infinity());
    }
    if (value == "-" + std::string(infinity_mark)) {
      return number(-std::numeric_limits<double>::infinity());
    }
    return other("a string");
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override {
    if (lists_ == 0) {
      lengths_.push_back(name_.size());
      inside_ = true;
    }
    return true;
  }
  bool key(string_t& value) override {
    if (lists_ == 0) {
      name_.resize(lengths_.back());
      name_ += lengths_.size() > 1 ? "." : "";
      name_ += value;
    }
    return true;
  }
  bool end_object() override {
    if (lists_ == 0) {
      name_.resize(lengths_.back());
      lengths_.pop_back();
    }
    return true;
  }
  bool start_array(std::size_t) override {
    const bool goes_on = lists_ > 0 || other("a list");
    ++lists_;
    return goes_on;
  }
  bool end_array() override {
    --lists_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 3, column 7: ..."
    error_ = error.what();
    const std::size_t end = error_.find("] ");
    error_.erase(0, end == std::string::npos ? 0 : end + 2);
    return false;
  }

  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  bool number(double value) {
    if (!inside_) {
      return no_map();
    }
    if (lists_ == 0) {
      builder_.add(name_, value);
    }
    return !builder_.full();
  }
  bool other(const char* found) {
    if (!inside_) {
      return no_map();
    }
    if (lists_ == 0) {
      builder_.add_no_number(name_, found);
    }
    return !builder_.full();
  }
  bool no_map() {
    error_ = "a map of names to numbers is expected, such as {\"accuracy\": 0.9}";
    return false;
  }

  MetricsBuilder& builder_;
  std::string name_;
  std::vector<std::size_t> lengths_;  // of name_ where each open map began
  std::size_t lists_ = 0;             // open lists: what lies in them is no metric
  bool inside_ = false;               // a map was opened
  std::string error_;
};

}  // namespace

Result<Metrics> read_json_metrics(std::string_view path, std::string_view bytes) {
  if (!nests_within(bytes)) {
    return fail(Code::invalid,
                fmt::format("{}: lists and maps nest deeper than {}", path, max_json_depth));
  }
  MetricsBuilder builder(path);
  Flattener flattener(builder);
  if (!Json::sax_parse(quote_bare_numbers(bytes), &flattener) && !flattener.error().empty()) {
    return fail(Code::invalid, fmt::format("{}: {}", path, printable(flattener.error())));
  }
  return builder.finish();
}

}  // namespace mlpipe::plan
