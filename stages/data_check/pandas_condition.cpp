// The expressions of pandas' DataFrame.query as SQL.
#include <fmt/format.h>

#include <cctype>
#include <string>
#include <vector>

#include "runner/base/text.hpp"
#include "stages/data_check/row_condition.hpp"
#include "stages/data_check/sql_text.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr std::size_t deepest = 100;

struct Token {
  enum class Kind : std::uint8_t { name, number, text, sign, end };
  Kind kind = Kind::end;
  std::string text;
  std::size_t at = 0;
};

bool is_name_start(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_name(char c) {
  return is_name_start(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
}

tl::unexpected<Error> wrong(std::size_t at, const std::string& why) {
  return fail(Code::invalid, fmt::format("{} (column {} of the condition)", why, at + 1));
}

// A Python string from its opening quote on; `at` is moved behind it.
Result<std::string> python_text(std::string_view text, std::size_t& at) {
  const std::size_t start = at;
  const char quote = text[at++];
  std::string out;
  for (; at < text.size() && text[at] != quote; ++at) {
    if (text[at] != '\\') {
      out += text[at];
      continue;
    }
    if (++at == text.size()) {
      break;
    }
    const char c = text[at];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    if (c != 'n' && c != 't' && c != '\\' && c != '\'' && c != '"') {
      return wrong(at - 1, fmt::format("the escape \\{} is not understood", c));
    }
  }
  if (at == text.size()) {
    return wrong(start, "this text is not closed");
  }
  ++at;
  return out;
}

Result<std::vector<Token>> tokens_of(std::string_view text) {
  std::vector<Token> out;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t start = at;
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at;
    } else if (c == '"' || c == '\'') {
      TRY(std::string value, python_text(text, at));
      out.push_back({Token::Kind::text, std::move(value), start});
    } else if (c == '`') {
      const auto end = text.find('`', at + 1);
      if (end == std::string_view::npos) {
        return wrong(start, "this ` is not closed");
      }
      out.push_back({Token::Kind::name, std::string(text.substr(at + 1, end - at - 1)), start});
      at = end + 1;
      // A quoted name is never a keyword: marked by the blank no keyword has.
      out.back().text.insert(0, " ");
    } else if (is_name_start(c)) {
      while (at < text.size() && is_name(text[at])) {
        ++at;
      }
      out.push_back({Token::Kind::name, std::string(text.substr(start, at - start)), start});
    } else if (std::isdigit(static_cast<unsigned char>(c)) != 0 ||
               (c == '.' && at + 1 < text.size() &&
                std::isdigit(static_cast<unsigned char>(text[at + 1])) != 0)) {
      const std::string rest(text.substr(at));
      char* end = nullptr;
      (void)std::strtod(rest.c_str(), &end);
      at += static_cast<std::size_t>(end - rest.c_str());
      out.push_back({Token::Kind::number, std::string(text.substr(start, at - start)), start});
    } else {
      const std::string_view two = text.substr(at, 2);
      const bool pair =
          two == "==" || two == "!=" || two == "<=" || two == ">=" || two == "//" || two == "**";
      if (!pair && std::string_view("<>()[],.+-*/%&|~").find(c) == std::string_view::npos) {
        return wrong(start, fmt::format("`{}` is not understood{}", printable(std::string(1, c)),
                                        c == '@' ? ": a suite knows no variables" : ""));
      }
      at += pair ? 2U : 1U;
      out.push_back({Token::Kind::sign, std::string(text.substr(start, at - start)), start});
    }
  }
  out.push_back({Token::Kind::end, "", text.size()});
  return out;
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<std::string> whole() {
    TRY(std::string sql, either(0));
    return now().kind == Token::Kind::end
               ? Result<std::string>(sql)
               : wrong(now().at, fmt::format("`{}` is not expected", printable(now().text)));
  }

 private:
  [[nodiscard]] const Token& now() const { return tokens_[at_]; }
  bool sign(std::string_view text) {
    const bool here = now().kind == Token::Kind::sign && now().text == text;
    at_ += here ? 1U : 0U;
    return here;
  }
  bool word(std::string_view text) {
    const bool here = now().kind == Token::Kind::name && now().text == text;
    at_ += here ? 1U : 0U;
    return here;
  }
  Status expect(std::string_view text) {
    return sign(text) ? Status{} : Status(wrong(now().at, fmt::format("`{}` is missing", text)));
  }

  // In DataFrame.query, & and | bind as `and` and `or` do.
  Result<std::string> either(std::size_t depth) {
    if (depth > deepest) {
      return wrong(now().at, "its parentheses lie too deep");
    }
    TRY(std::string left, both(depth));
    while (word("or") || sign("|")) {
      TRY(const std::string right, both(depth));
      left = fmt::format("({} OR {})", left, right);
    }
    return left;
  }

  Result<std::string> both(std::size_t depth) {
    TRY(std::string left, negated(depth));
    while (word("and") || sign("&")) {
      TRY(const std::string right, negated(depth));
      left = fmt::format("({} AND {})", left, right);
    }
    return left;
  }

  Result<std::string> negated(std::size_t depth) {
    if (word("not") || sign("~")) {
      if (depth > deepest) {
        return wrong(now().at, "its negations lie too deep");
      }
      TRY(const std::string inner, negated(depth + 1));
      return fmt::format("(NOT {})", inner);
    }
    return compared(depth);
  }

  Result<std::string> compared(std::size_t depth) {
    TRY(std::string left, sum(depth));
    std::string all;
    for (;;) {
      std::string one;
      if (word("in")) {
        TRY(one, member(left, depth));
      } else if (now().kind == Token::Kind::name && now().text == "not" &&
                 tokens_[at_ + 1].text == "in") {
        at_ += 2;
        TRY(const std::string inside, member(left, depth));
        one = fmt::format("(NOT {})", inside);
      } else if (now().kind == Token::Kind::sign && is_comparison(now().text)) {
        const std::string name = now().text;
        ++at_;
        if ((name == "==" || name == "!=") && now().text == "[") {
          TRY(const std::string inside, member(left, depth));
          one = name == "==" ? inside : fmt::format("(NOT {})", inside);
        } else {
          TRY(std::string right, sum(depth));
          // A comparison with a missing value is false, != is true.
          one = name == "!=" ? fmt::format("coalesce({} <> {}, true)", left, right)
                             : fmt::format("coalesce({} {} {}, false)", left,
                                           name == "==" ? "=" : name, right);
          left = std::move(right);
        }
      } else {
        return all.empty() ? left : all;
      }
      all = all.empty() ? one : fmt::format("({} AND {})", all, one);
    }
  }

  static bool is_comparison(const std::string& text) {
    return text == "==" || text == "!=" || text == "<" || text == "<=" || text == ">" ||
           text == ">=";
  }

  // The list behind `in`.
  Result<std::string> member(const std::string& value, std::size_t depth) {
    const bool square = sign("[");
    if (!square && !sign("(")) {
      return wrong(now().at, "a list of values is missing");
    }
    TRY(const std::string list, arguments(square ? "]" : ")", depth));
    return list.empty() ? std::string("false")
                        : fmt::format("coalesce({} IN ({}), false)", value, list);
  }

  // Values with commas between, up to and with `closing`.
  Result<std::string> arguments(std::string_view closing, std::size_t depth) {
    std::string list;
    while (!sign(closing)) {
      if (!list.empty()) {
        TRY_OK(expect(","));
        if (sign(closing)) {
          break;
        }
      }
      TRY(const std::string one, either(depth + 1));
      list += (list.empty() ? "" : ", ") + one;
    }
    return list;
  }

  Result<std::string> sum(std::size_t depth) {
    TRY(std::string left, product(depth));
    for (;;) {
      const char* name = sign("+") ? "+" : sign("-") ? "-" : nullptr;
      if (name == nullptr) {
        return left;
      }
      TRY(const std::string right, product(depth));
      left = fmt::format("({} {} {})", left, name, right);
    }
  }

  Result<std::string> product(std::size_t depth) {
    TRY(std::string left, power(depth));
    for (;;) {
      const char* name = sign("*")    ? "*"
                         : sign("//") ? "//"
                         : sign("/")  ? "/"
                         : sign("%")  ? "%"
                                      : nullptr;
      if (name == nullptr) {
        return left;
      }
      TRY(const std::string right, power(depth));
      left = fmt::format("({} {} {})", left, name, right);
    }
  }

  Result<std::string> power(std::size_t depth) {
    if (depth > deepest) {
      return wrong(now().at, "its signs lie too deep");
    }
    if (sign("-")) {
      TRY(const std::string value, power(depth + 1));
      return fmt::format("(-{})", value);
    }
    (void)sign("+");
    TRY(std::string value, methods(depth));
    if (sign("**")) {
      TRY(const std::string exponent, power(depth + 1));
      return fmt::format("power({}, {})", value, exponent);
    }
    return value;
  }

  Result<std::string> atom(std::size_t depth) {
    const Token token = now();
    if (sign("(")) {
      TRY(std::string inner, either(depth + 1));
      TRY_OK(expect(")"));
      return inner;
    }
    ++at_;
    switch (token.kind) {
      case Token::Kind::number:
        return token.text;
      case Token::Kind::text:
        return quote_literal(token.text);
      case Token::Kind::name:
        if (token.text == "True" || token.text == "False") {
          return std::string(token.text == "True" ? "true" : "false");
        }
        if (token.text == "None") {
          return std::string("NULL");
        }
        return quote_identifier(std::string_view(token.text).substr(token.text[0] == ' ' ? 1 : 0));
      default:
        return wrong(token.at, token.kind == Token::Kind::end
                                   ? std::string("it ends too early")
                                   : fmt::format("`{}` is not expected", printable(token.text)));
    }
  }

  Result<std::string> methods(std::size_t depth) {
    TRY(std::string value, atom(depth));
    while (sign(".")) {
      const Token name = now();
      if (name.kind != Token::Kind::name) {
        return wrong(name.at, "the name of a method is missing");
      }
      ++at_;
      if (name.text == "str") {
        TRY_OK(expect("."));
        const Token inner = now();
        ++at_;
        TRY(value, called(value, "str." + inner.text, inner.at, depth));
      } else {
        TRY(value, called(value, name.text, name.at, depth));
      }
    }
    return value;
  }

  Result<std::string> called(const std::string& value, const std::string& name, std::size_t at,
                             std::size_t depth) {
    TRY_OK(expect("("));
    if (name == "isin") {
      TRY(const std::string inside, member(value, depth));
      TRY_OK(expect(")"));
      return inside;
    }
    TRY(const std::string list, arguments(")", depth));
    const auto given = [&](const std::string& format) {
      return fmt::format(fmt::runtime(format), value, list);
    };
    static const std::vector<std::pair<std::string, std::string>> bare{
        {"isnull", "({} IS NULL)"},    {"isna", "({} IS NULL)"},   {"notnull", "({} IS NOT NULL)"},
        {"notna", "({} IS NOT NULL)"}, {"abs", "abs({})"},         {"str.len", "length({})"},
        {"str.lower", "lower({})"},    {"str.upper", "upper({})"}, {"str.strip", "trim({})"}};
    static const std::vector<std::pair<std::string, std::string>> one{
        {"str.contains", "coalesce(regexp_matches({}, {}), false)"},
        {"str.startswith", "coalesce(starts_with({}, {}), false)"},
        {"str.endswith", "coalesce(suffix({}, {}), false)"}};
    for (const auto* forms : {&bare, &one}) {
      for (const auto& [known, sql] : *forms) {
        if (known == name && list.empty() == (forms == &bare)) {
          return given(sql);
        }
      }
    }
    return wrong(at, fmt::format("the method .{}() with these arguments is not understood",
                                 printable(name)));
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::string> pandas_condition_sql(std::string_view text) {
  TRY(std::vector<Token> tokens, tokens_of(text));
  return Parser(std::move(tokens)).whole();
}

}  // namespace mlpipe::stages::data_check
