#include "stages/data_check/suite_json.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cstdlib>
#include <set>

#include "runner/base/text.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;

constexpr std::size_t deepest = 200;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3FU));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

// Recursive descent; the first error ends it.
class Reader {
 public:
  Reader(std::uint32_t file, std::string_view text, spec::Diagnostics& diagnostics)
      : file_(file), text_(text), diagnostics_(diagnostics) {
    if (text_.starts_with("\xEF\xBB\xBF")) {
      at_ = line_start_ = 3;
    }
  }

  Node document() {
    Node node = value(0);
    skip_blanks();
    if (!failed_ && at_ < text_.size()) {
      error(mark(), "something stands behind the end of the JSON value");
    }
    return node;
  }

 private:
  [[nodiscard]] spec::Mark mark() const {
    return {file_, line_, static_cast<std::uint32_t>(at_ - line_start_ + 1)};
  }

  void error(spec::Mark where, const std::string& message, const std::string& hint = {}) {
    if (!failed_) {
      diagnostics_.error(where, message, hint);
    }
    failed_ = true;
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
    }
  }

  [[nodiscard]] std::string found() const {
    return at_ >= text_.size() ? "the end of the file"
                               : fmt::format("`{}`", printable(text_.substr(at_, 1)));
  }

  Node value(std::size_t depth) {
    skip_blanks();
    Node node;
    node.mark = mark();
    const char c = peek();
    if (depth > deepest) {
      error(node.mark, fmt::format("lists and objects lie more than {} deep", deepest));
    } else if (c == '{') {
      object(node, depth);
    } else if (c == '[') {
      array(node, depth);
    } else if (c == '"') {
      node.kind = NodeKind::string;
      node.quoted = true;
      node.text = string();
    } else if (c == '-' || is_digit(c)) {
      number(node);
    } else if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      word(node);
    } else {
      error(node.mark, fmt::format("a JSON value is missing: here stands {}", found()));
    }
    return node;
  }

  void object(Node& node, std::size_t depth) {
    node.kind = NodeKind::map;
    std::set<std::string> seen;
    ++at_;
    for (skip_blanks(); !failed_ && peek() != '}'; skip_blanks()) {
      if (!node.keys.empty()) {
        comma('}');
      }
      const spec::Mark where = mark();
      if (peek() != '"') {
        return error(where,
                     fmt::format("a key in double quotes is missing: here stands {}", found()));
      }
      std::string key = string();
      if (!seen.insert(key).second) {
        return error(where, fmt::format("the key {} stands twice", printable(key)));
      }
      skip_blanks();
      if (peek() != ':') {
        return error(mark(), fmt::format("a colon is missing behind the key {}: here stands {}",
                                         printable(key), found()));
      }
      ++at_;
      node.keys.push_back({std::move(key), where});
      node.items.push_back(value(depth + 1));
    }
    ++at_;
  }

  void array(Node& node, std::size_t depth) {
    node.kind = NodeKind::list;
    ++at_;
    for (skip_blanks(); !failed_ && peek() != ']'; skip_blanks()) {
      if (!node.items.empty()) {
        comma(']');
      }
      node.items.push_back(value(depth + 1));
    }
    ++at_;
  }

  void comma(char closing) {
    if (peek() != ',') {
      return error(mark(),
                   fmt::format("a comma or `{}` is missing: here stands {}", closing, found()));
    }
    const spec::Mark where = mark();
    ++at_;
    skip_blanks();
    if (peek() == closing) {
      error(where, fmt::format("nothing stands between this comma and the `{}`", closing),
            "JSON has no comma after the last item");
    }
  }

  std::string string() {
    const spec::Mark start = mark();
    std::string out;
    for (++at_; !failed_ && at_ < text_.size() && text_[at_] != '"';) {
      const char c = text_[at_];
      if (c == '\n') {
        break;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        error(mark(), "a control character stands in a string", "write it as \\u00XX");
      } else if (c == '\\') {
        escape(out);
      } else {
        out += c;
        ++at_;
      }
    }
    if (peek() != '"') {
      error(start, "this string is not closed");
    }
    ++at_;
    if (!failed_ && !is_utf8(out)) {
      error(start, "this string is not UTF-8");
    }
    return out;
  }

  void escape(std::string& out) {
    static constexpr std::string_view letters = "\"\\/bfnrt";
    static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const spec::Mark where = mark();
    ++at_;
    const char c = peek();
    if (const auto i = letters.find(c); c != '\0' && i != std::string_view::npos) {
      out += meanings[i];
      ++at_;
    } else if (c == 'u') {
      std::uint32_t code = hex(where);
      if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
        ++at_;
        code = 0x10000 + ((code - 0xD800) << 10U) + ((hex(where) - 0xDC00) & 0x3FFU);
      }
      append_utf8(out, code);
    } else {
      error(where, fmt::format("\\{} is no escape of JSON", printable(std::string(1, c))));
    }
  }

  // Four digits behind the u at the current place.
  std::uint32_t hex(spec::Mark where) {
    std::uint32_t code = 0;
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      if (std::isxdigit(static_cast<unsigned char>(c)) == 0) {
        error(where, "\\u needs four hexadecimal digits");
        return 0;
      }
      const int digit =
          is_digit(c) ? c - '0' : std::tolower(static_cast<unsigned char>(c)) - 'a' + 10;
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    return code;
  }

  void number(Node& node) {
    const std::size_t start = at_;
    const auto digits = [&] {
      const std::size_t first = at_;
      while (is_digit(peek())) {
        ++at_;
      }
      return at_ > first;
    };
    at_ += peek() == '-' ? 1U : 0U;
    if (text_.substr(at_, 8) == "Infinity") {
      at_ += 8;
      node.kind = NodeKind::real;
      node.text = "-.inf";
      return;
    }
    bool good = digits();
    node.kind = NodeKind::integer;
    if (peek() == '.') {
      ++at_;
      node.kind = NodeKind::real;
      good = digits() && good;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      node.kind = NodeKind::real;
      at_ += peek() == '-' || peek() == '+' ? 1U : 0U;
      good = digits() && good;
    }
    node.text = std::string(text_.substr(start, at_ - start));
    const std::size_t sign = node.text.starts_with('-') ? 1 : 0;
    if (!good ||
        (node.text.size() > sign + 1 && node.text[sign] == '0' && is_digit(node.text[sign + 1]))) {
      error(node.mark, fmt::format("`{}` is no number of JSON", printable(node.text)));
    }
  }

  void word(Node& node) {
    const std::size_t start = at_;
    while (std::isalnum(static_cast<unsigned char>(peek())) != 0) {
      ++at_;
    }
    const std::string_view name = text_.substr(start, at_ - start);
    if (name == "true" || name == "false") {
      node.kind = NodeKind::boolean;
      node.text = std::string(name);
    } else if (name == "NaN" || name == "Infinity") {
      node.kind = NodeKind::real;
      node.text = name == "NaN" ? ".nan" : ".inf";
    } else if (name != "null") {
      error(node.mark, fmt::format("`{}` is no value of JSON", printable(name)),
            name == "True" || name == "False" || name == "None" ? "JSON writes true, false and null"
                                                                : "texts stand in double quotes");
    }
  }

  std::uint32_t file_;
  std::string_view text_;
  spec::Diagnostics& diagnostics_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
  bool failed_ = false;
};

}  // namespace

Node read_json(std::uint32_t file, std::string_view text, spec::Diagnostics& diagnostics) {
  return Reader(file, text, diagnostics).document();
}

}  // namespace mlpipe::stages::data_check
