#include "stages/data_check/suite_parameter.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <numbers>

#include "runner/base/text.hpp"
#include "stages/data_check/suite_value.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;
using suite_value::Arguments;
using suite_value::combine;
using suite_value::Number;
using suite_value::Time;
using suite_value::Value;

constexpr std::size_t deepest = 100;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Evaluator {
 public:
  Evaluator(std::string_view text, const ParameterScope& scope) : text_(text), scope_(scope) {}

  Result<Value> whole() {
    TRY(Value value, sum(0));
    blanks();
    if (at_ < text_.size()) {
      return fail(Code::invalid, fmt::format("`{}` is not expected in column {}",
                                             printable(text_.substr(at_, 1)), at_ + 1));
    }
    return value;
  }

 private:
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) {
      ++at_;
    }
  }
  bool take(char c) {
    blanks();
    const bool here = at_ < text_.size() && text_[at_] == c;
    at_ += here ? 1U : 0U;
    return here;
  }

  Result<Value> sum(std::size_t depth) {
    if (depth > deepest) {
      return fail(Code::invalid, "its parentheses lie too deep");
    }
    TRY(Value value, product(depth));
    for (;;) {
      const char sign = take('+') ? '+' : take('-') ? '-' : '\0';
      if (sign == '\0') {
        return value;
      }
      TRY(const Value right, product(depth));
      TRY(value, combine(sign, value, right));
    }
  }

  Result<Value> product(std::size_t depth) {
    TRY(Value value, power(depth));
    for (;;) {
      const char sign = take('*') ? '*' : take('/') ? '/' : '\0';
      if (sign == '\0') {
        return value;
      }
      TRY(const Value right, power(depth));
      TRY(value, combine(sign, value, right));
    }
  }

  Result<Value> power(std::size_t depth) {
    TRY(Value value, signed_atom(depth));
    if (take('^')) {
      if (depth > deepest) {
        return fail(Code::invalid, "its powers lie too deep");
      }
      TRY(const Value right, power(depth + 1));
      return combine('^', value, right);
    }
    return value;
  }

  Result<Value> signed_atom(std::size_t depth) {
    bool negative = false;
    for (;;) {
      if (take('-')) {
        negative = !negative;
      } else if (!take('+')) {
        break;
      }
    }
    TRY(Value value, atom(depth));
    return negative ? combine('*', value, Number{-1, NodeKind::integer}) : Result<Value>(value);
  }

  Result<Value> atom(std::size_t depth) {
    if (take('(')) {
      TRY(Value value, sum(depth + 1));
      return take(')') ? Result<Value>(value) : fail(Code::invalid, "a `)` is missing");
    }
    blanks();
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    if (is_digit(c) || c == '.') {
      return number();
    }
    if (!is_letter(c)) {
      return fail(Code::invalid, c == '\0' ? std::string("it ends too early")
                                           : fmt::format("`{}` is not expected in column {}",
                                                         printable(text_.substr(at_, 1)), at_ + 1));
    }
    const std::string name = word();
    return take('(') ? call(name, depth) : named(name);
  }

  std::string word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]) ||
                                  text_[at_] == '_' || text_[at_] == '$')) {
      ++at_;
    }
    return std::string(text_.substr(start, at_ - start));
  }

  Result<Value> number() {
    const std::string rest(text_.substr(at_));
    char* end = nullptr;
    const double value = std::strtod(rest.c_str(), &end);
    const std::string taken = rest.substr(0, static_cast<std::size_t>(end - rest.c_str()));
    if (taken.empty()) {
      return fail(Code::invalid, fmt::format("no number stands in column {}", at_ + 1));
    }
    at_ += taken.size();
    const bool whole = taken.find_first_not_of("0123456789") == std::string::npos;
    return Number{value, whole ? NodeKind::integer : NodeKind::real};
  }

  // `name =` before a value; nothing is taken where something else stands there.
  std::string argument_name() {
    blanks();
    const std::size_t start = at_;
    if (at_ < text_.size() && (is_letter(text_[at_]) || text_[at_] == '_')) {
      std::string name = word();
      if (take('=')) {
        return name;
      }
    }
    at_ = start;
    return {};
  }

  Result<Value> call(const std::string& name, std::size_t depth) {
    Arguments arguments;
    while (!take(')')) {
      if (!arguments.plain.empty() || !arguments.named.empty()) {
        if (!take(',')) {
          return fail(Code::invalid, fmt::format("a comma or `)` is missing in {}()", name));
        }
      }
      const std::string key = argument_name();
      TRY(Value value, sum(depth + 1));
      if (key.empty()) {
        arguments.plain.push_back(value);
      } else {
        arguments.named.insert_or_assign(key, value);
      }
    }
    if (name == "now") {
      if (!scope_.now_ms) {
        return fail(Code::invalid,
                    "now() makes the result depend on the day: give the stage `max_age: 1d` or "
                    "`always_run: true`");
      }
      return Time{*scope_.now_ms * 1000};
    }
    return suite_value::call(name, arguments);
  }

  Result<Value> named(const std::string& name) {
    for (const Node* map : {&scope_.given, &scope_.suite}) {
      if (const Node* node = map->find(name)) {
        return value_of(name, *node);
      }
    }
    if (name == "PI" || name == "pi" || name == "Pi") {
      return Number{std::numbers::pi, NodeKind::real};
    }
    if (name == "E" || name == "e") {
      return Number{std::numbers::e, NodeKind::real};
    }
    return fail(Code::invalid, fmt::format("the parameter `{}` has no value", printable(name)));
  }

  static Result<Value> value_of(const std::string& name, const Node& node) {
    if (node.kind == NodeKind::integer || node.kind == NodeKind::real) {
      return Number{std::strtod(node.text.c_str(), nullptr), node.kind};
    }
    if (node.kind == NodeKind::string) {
      if (const auto time = suite_value::parse_iso_time(node.text)) {
        return Time{*time};
      }
    }
    return fail(Code::invalid, fmt::format("the parameter `{}` is neither a number nor a time, so "
                                           "nothing can be computed with it",
                                           printable(name)));
  }

  std::string_view text_;
  const ParameterScope& scope_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Node> evaluate_parameter(std::string_view expression, const ParameterScope& scope) {
  const std::string_view name = trim(expression);
  if (name.starts_with("urn:great_expectations:")) {
    return fail(Code::invalid,
                "it names the result of another suite, which is not kept here; give its value as a "
                "parameter");
  }
  for (const Node* map : {&scope.given, &scope.suite}) {
    if (const Node* node = map->find(name)) {
      return *node;
    }
  }
  TRY(const Value value, Evaluator(expression, scope).whole());
  return suite_value::to_node(value);
}

Result<Node> replace_parameters(const Node& node, const ParameterScope& scope) {
  const Node* expression = node.kind == NodeKind::map ? node.find("$PARAMETER") : nullptr;
  if (expression != nullptr) {
    // A value kept beside the name, as suites saved by 0.x may hold.
    const Node* kept = node.find("$PARAMETER." + expression->text);
    Result<Node> value =
        kept != nullptr ? Result<Node>(*kept) : evaluate_parameter(expression->text, scope);
    if (!value) {
      return fail(value.error().code, fmt::format("$PARAMETER {}: {}", printable(expression->text),
                                                  value.error().message));
    }
    value->mark = node.mark;
    return value;
  }
  Node out = node;
  for (Node& item : out.items) {
    TRY(item, replace_parameters(item, scope));
  }
  return out;
}

}  // namespace mlpipe::stages::data_check
