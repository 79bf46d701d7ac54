#include "stages/table/quoting.hpp"

namespace mlpipe::stages::table {
namespace {

std::string doubled(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    result += c;
    if (c == quote) {
      result += c;
    }
  }
  return result + quote;
}

}  // namespace

std::string quote_identifier(std::string_view name) {
  return doubled(name, '"');
}

std::string quote_literal(std::string_view text) {
  return doubled(text, '\'');
}

std::string quote_path(std::string_view path) {
  std::string literal;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[') {
      literal += {'[', c, ']'};
    } else {
      literal += c;
    }
  }
  return quote_literal(literal);
}

}  // namespace mlpipe::stages::table
