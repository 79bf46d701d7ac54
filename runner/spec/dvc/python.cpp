// The literals of a Python file, without running it: what ast.literal_eval would give for simple
// assignments. A statement that is anything else is passed over, as DVC does.
#include <fmt/format.h>

#include <cctype>
#include <optional>

#include "runner/base/text.hpp"
#include "runner/spec/dvc/params.hpp"
#include "runner/spec/dvc/yaml.hpp"

namespace mlpipe::spec::dvc {
namespace {

// A logical line: brackets and triple quotes joined, comments gone.
struct Line {
  std::size_t indent = 0;
  std::string text;
  std::size_t number = 0;
};

// The end of the string literal that starts at text[at] (its quote); npos where it is not closed.
std::size_t string_end(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool triple = text.substr(at, 3) == std::string(3, quote);
  for (std::size_t i = at + (triple ? 3 : 1); i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '\n' && !triple) {
      return std::string_view::npos;
    } else if (text[i] == quote && (!triple || text.substr(i, 3) == std::string(3, quote))) {
      return i + (triple ? 3 : 1);
    }
  }
  return std::string_view::npos;
}

Result<std::vector<Line>> logical_lines(std::string_view text) {
  std::vector<Line> lines;
  std::size_t number = 1;
  for (std::size_t at = 0; at < text.size();) {
    Line line;
    line.number = number;
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) {
      line.indent += text[at] == '\t' ? 8 : 1;
      ++at;
    }
    int depth = 0;
    for (; at < text.size() && (text[at] != '\n' || depth > 0); ++at) {
      const char c = text[at];
      if (c == '#') {
        at = std::min(text.find('\n', at), text.size()) - 1;
      } else if (c == '"' || c == '\'') {
        const std::size_t end = string_end(text, at);
        if (end == std::string_view::npos) {
          return fail(Code::invalid, fmt::format("{}: a text in quotes is not closed", number));
        }
        for (const char inner : text.substr(at, end - at)) {
          number += inner == '\n' ? 1U : 0U;
        }
        line.text += text.substr(at, end - at);
        at = end - 1;
      } else if (c == '\\' && at + 1 < text.size() && text[at + 1] == '\n') {
        ++at;
        ++number;
      } else {
        depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
        number += c == '\n' ? 1U : 0U;
        line.text += c == '\n' || c == '\r' ? ' ' : c;
      }
    }
    if (depth > 0) {
      return fail(Code::invalid, fmt::format("{}: a bracket is not closed", line.number));
    }
    ++at;
    ++number;
    line.text = std::string(trim(line.text));
    if (!line.text.empty()) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

// Recursive descent over one expression; nothing where it is no literal.
class Literal {
 public:
  explicit Literal(std::string_view text) : text_(text) {}
  std::optional<Value> whole() {
    auto value = tuple_or_value();
    skip();
    return at_ == text_.size() ? value : std::nullopt;
  }

 private:
  static constexpr int deepest = 100;

  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
      ++at_;
    }
  }
  bool take(char c) {
    skip();
    const bool found = at_ < text_.size() && text_[at_] == c;
    at_ += found ? 1 : 0;
    return found;
  }
  std::optional<Value> tuple_or_value() {
    auto first = value();
    skip();
    if (!first || at_ >= text_.size() || text_[at_] != ',') {
      return first;
    }
    Value list = Value::list();
    list.items.push_back(std::move(*first));
    while (take(',')) {
      skip();
      if (at_ == text_.size() || text_[at_] == ')') {
        break;
      }
      auto next = value();
      if (!next) {
        return std::nullopt;
      }
      list.items.push_back(std::move(*next));
    }
    return list;
  }
  std::optional<Value> value() {
    if (++depth_ > deepest) {
      return std::nullopt;
    }
    skip();
    std::optional<Value> found;
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    if (c == '[') {
      found = sequence(']');
    } else if (c == '(') {
      found = parenthesised();
    } else if (c == '{') {
      found = braces();
    } else if (c == '"' || c == '\'') {
      found = strings();
    } else {
      found = word();
    }
    --depth_;
    return found;
  }
  std::optional<Value> sequence(char end) {
    ++at_;
    Value list = Value::list();
    while (!take(end)) {
      auto item = value();
      if (!item) {
        return std::nullopt;
      }
      list.items.push_back(std::move(*item));
      if (!take(',')) {
        return take(end) ? std::optional<Value>(std::move(list)) : std::nullopt;
      }
    }
    return list;
  }
  std::optional<Value> parenthesised() {
    ++at_;
    if (take(')')) {
      return Value::list();
    }
    auto inner = tuple_or_value();
    return inner && take(')') ? std::move(inner) : std::nullopt;
  }
  std::optional<Value> braces() {
    ++at_;
    Value map = Value::map();
    Value set;
    set.kind = Value::Kind::set;
    while (!take('}')) {
      auto key = value();
      if (!key) {
        return std::nullopt;
      }
      if (take(':')) {
        auto item = value();
        if (!item) {
          return std::nullopt;
        }
        map.keys.push_back(std::move(*key));
        map.items.push_back(std::move(*item));
      } else {
        set.items.push_back(std::move(*key));
      }
      if (!take(',') && !(at_ < text_.size() && text_[at_] == '}')) {
        return std::nullopt;
      }
    }
    return set.items.empty() ? map : set;
  }
  std::optional<Value> strings() {
    std::string joined;
    for (skip(); at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\''); skip()) {
      const std::size_t end = string_end(text_, at_);
      if (end == std::string_view::npos) {
        return std::nullopt;
      }
      const std::size_t quotes = text_.substr(at_, 3) == std::string(3, text_[at_]) ? 3 : 1;
      joined += unescape(text_.substr(at_ + quotes, end - at_ - 2 * quotes));
      at_ = end;
    }
    return Value::of_text(std::move(joined));
  }
  static std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        out += text[i];
        continue;
      }
      const char c = text[++i];
      constexpr std::string_view names = "ntr\\'\"abfv0";
      constexpr std::string_view bytes("\n\t\r\\'\"\a\b\f\v\0", 11);
      const auto known = names.find(c);
      if (known != std::string_view::npos) {
        out += bytes[known];
      } else if (c != '\n') {
        out += '\\';
        out += c;
      }
    }
    return out;
  }
  std::optional<Value> word() {
    std::size_t end = at_;
    while (end < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[end])) != 0 || text_[end] == '_' ||
            text_[end] == '.' ||
            ((text_[end] == '-' || text_[end] == '+') &&
             (end == at_ || text_[end - 1] == 'e' || text_[end - 1] == 'E')))) {
      ++end;
    }
    const std::string_view written = text_.substr(at_, end - at_);
    at_ = end;
    if (written == "None") {
      return Value{};
    }
    if (written == "True" || written == "False") {
      return Value::of_boolean(written == "True");
    }
    Value number = plain_value(written);
    const bool numeric = number.is(Value::Kind::integer) || number.is(Value::Kind::real);
    return numeric && written.find("inf") == std::string_view::npos ? std::optional<Value>(number)
                                                                    : std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

bool is_name(std::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) != 0) {
    return false;
  }
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' &&
        static_cast<unsigned char>(c) < 0x80) {
      return false;
    }
  }
  return true;
}

// `name = literal` and `name: type = literal`; with `prefix` "self." for attributes.
void add_assignment(const Line& line, std::string_view prefix, Value& map) {
  std::string_view text = line.text;
  if (!text.starts_with(prefix)) {
    return;
  }
  text.remove_prefix(prefix.size());
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || text.substr(equals, 2) == "==") {
    return;
  }
  std::string_view name = text.substr(0, equals);
  name = trim(name.substr(0, name.find(':')));
  if (!is_name(name)) {
    return;
  }
  if (auto value = Literal(text.substr(equals + 1)).whole()) {
    map.set(name, std::move(*value));
  }
}

}  // namespace

Result<Value> read_python(std::string_view text) {
  TRY(const std::vector<Line> lines, logical_lines(text));
  Value root = Value::map();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].indent > 0) {
      continue;  // inside a block that is no class
    }
    if (!lines[i].text.starts_with("class ")) {
      add_assignment(lines[i], "", root);
      continue;
    }
    const std::string_view head = std::string_view(lines[i].text).substr(6);
    const std::string name(trim(head.substr(0, head.find_first_of("(:"))));
    Value attributes = Value::map();
    const std::size_t body = i + 1 < lines.size() ? lines[i + 1].indent : 0;
    bool in_init = false;
    while (i + 1 < lines.size() && lines[i + 1].indent > 0) {
      const Line& line = lines[++i];
      if (line.indent == body) {
        in_init = line.text.starts_with("def __init__");
        add_assignment(line, "", attributes);
      } else if (in_init) {
        add_assignment(line, "self.", attributes);
      }
    }
    if (is_name(name)) {
      root.set(name, std::move(attributes));
    }
  }
  return root;
}

}  // namespace mlpipe::spec::dvc
