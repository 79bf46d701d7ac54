#include "runner/lock/yaml_text.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cmath>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"

namespace mlpipe::lock {
namespace {

using Kind = Value::Kind;

constexpr std::size_t best_width = 80;

bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // C1 controls, and the line separators that YAML once took for breaks.
    const bool c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F || c1 || text.substr(i, 3) == "\xE2\x80\xA8" ||
        text.substr(i, 3) == "\xE2\x80\xA9" || text.substr(i, 3) == "\xEF\xBB\xBF") {
      return true;
    }
  }
  return false;
}

// Whether it would read back as something else than a text: errs towards quotes.
bool resolves_to_other(std::string_view text) {
  static constexpr std::string_view words[] = {"~",    "null",  "Null",  "NULL",  "true", "True",
                                               "TRUE", "false", "False", "FALSE", "<<",   "="};
  for (const std::string_view word : words) {
    if (text == word) {
      return true;
    }
  }
  std::string_view body = text;
  if (body.starts_with('-') || body.starts_with('+')) {
    body.remove_prefix(1);
  }
  static constexpr std::string_view specials[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};
  for (const std::string_view special : specials) {
    if (body == special) {
      return true;
    }
  }
  if (body.empty() || (std::isdigit(static_cast<unsigned char>(body[0])) == 0 && body[0] != '.')) {
    return false;
  }
  if (body.starts_with("0x") || body.starts_with("0o") || body.starts_with("0b")) {
    return body.find_first_not_of("0123456789abcdefABCDEFobx_") == std::string_view::npos;
  }
  if (body.find_first_not_of("0123456789_.eE+-") == std::string_view::npos) {
    return true;  // any number, and dates
  }
  const bool date = text.size() > 10 && text[4] == '-' &&
                    text.find(':') != std::string_view::npos &&
                    text.find_first_not_of("0123456789-:.+TtZ ") == std::string_view::npos;
  return date;
}

bool is_plain(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || has_control(text) ||
      resolves_to_other(text) || text.starts_with("---") || text.starts_with("...")) {
    return false;
  }
  constexpr std::string_view never_first = "#,[]{}&*!|>'\"%@`";
  if (never_first.find(text[0]) != std::string_view::npos) {
    return false;
  }
  const bool alone = text.size() == 1 || text[1] == ' ';
  if ((text[0] == '-' && alone) || text[0] == '?' || text[0] == ':') {
    return false;
  }
  return text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos &&
         text.back() != ':';
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F
                   ? fmt::format("\\x{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)))
                   : std::string(1, c);
    }
  }
  return out + '"';
}

std::string scalar_text(const Value& value) {
  switch (value.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return value.truth ? "true" : "false";
    case Kind::integer:
    case Kind::date:
      return value.text;
    case Kind::bytes:
      return "!!binary " + value.text;
    case Kind::real:
      return std::isnan(value.number)   ? std::string(".nan")
             : std::isinf(value.number) ? std::string(value.number < 0 ? "-.inf" : ".inf")
                                        : python_float(value.number);
    default:
      break;
  }
  if (is_plain(value.text)) {
    return value.text;
  }
  if (has_control(value.text)) {
    return double_quoted(value.text);
  }
  std::string quoted = "'";
  for (const char c : value.text) {
    quoted += c == '\'' ? std::string("''") : std::string(1, c);
  }
  return quoted + "'";
}

class Writer {
 public:
  std::string text(const Value& value) {
    if (value.is_composite() && !value.items.empty() && value.style == Value::Style::block) {
      block(value, 0);
    } else {
      out_ += flow(value) + '\n';
    }
    return std::move(out_);
  }

 private:
  static std::string flow(const Value& value) {
    if (!value.is_composite()) {
      std::string text = scalar_text(value);
      const bool risky = value.is_text() && text == value.text &&
                         text.find_first_of(",[]{}:") != std::string::npos;
      return risky ? double_quoted(value.text) : text;
    }
    std::string out = value.is_map() ? "{" : value.is(Kind::set) ? "!!set {" : "[";
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      out += i == 0 ? "" : ", ";
      out +=
          value.is_map() ? flow(value.keys[i]) + ": " + flow(value.items[i]) : flow(value.items[i]);
    }
    return out + (value.is_list() ? "]" : "}");
  }

  static bool in_line(const Value& value) {
    return !value.is_composite() || value.items.empty() || value.style == Value::Style::flow ||
           value.is(Kind::set);
  }

  // A plain text is folded at single blanks once the line is full, as ruamel.yaml does.
  void scalar(const Value& value, std::size_t indent) {
    const std::string text = value.is_composite() ? flow(value) : scalar_text(value);
    if (!value.is_text() || text != value.text) {
      out_ += text;
      return;
    }
    std::size_t column =
        out_.size() - (out_.rfind('\n') == std::string::npos ? 0 : out_.rfind('\n') + 1);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool single = text[i] == ' ' && text[i - 1] != ' ' && text[i + 1] != ' ';
      // A comment or an indicator at the start of a line would not be text any more.
      if (single && column > best_width && text[i + 1] != '#' && text[i + 1] != '-' &&
          text[i + 1] != '?' && text[i + 1] != ':') {
        out_ += '\n' + std::string(indent, ' ');
        column = indent;
      } else {
        out_ += text[i];
        column += (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U ? 0U : 1U;
      }
    }
  }

  void block(const Value& value, std::size_t indent) {
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const Value& item = value.items[i];
      out_ += std::string(i == 0 && inline_start_ ? 0 : indent, ' ');
      inline_start_ = false;
      if (value.is_list()) {
        out_ += "- ";
        if (item.is(Kind::null)) {
          out_ += '\n';
        } else if (in_line(item)) {
          scalar(item, indent + 2);
          out_ += '\n';
        } else {
          inline_start_ = true;
          block(item, indent + 2);
        }
        continue;
      }
      out_ += flow(value.keys[i]) + ':';
      if (item.is(Kind::null)) {
        out_ += '\n';
      } else if (in_line(item)) {
        out_ += ' ';
        scalar(item, indent + 2);
        out_ += '\n';
      } else {
        out_ += '\n';
        block(item, item.is_list() ? indent : indent + 2);
      }
    }
  }

  std::string out_;
  bool inline_start_ = false;  // the first entry stands behind a dash
};

}  // namespace

std::string to_yaml(const Value& value) {
  return Writer().text(value);
}

}  // namespace mlpipe::lock
