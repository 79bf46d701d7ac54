#include "stages/data_check/row_condition.hpp"

#include <fmt/format.h>

#include <cctype>
#include <optional>

#include "runner/base/text.hpp"
#include "stages/data_check/sql_text.hpp"
#include "stages/data_check/suite_kwargs.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;

constexpr std::size_t deepest = 60;

std::optional<std::string> sql_operator(std::string_view name) {
  for (const auto& [written, sql] : {std::pair<std::string_view, const char*>{"==", "="},
                                     {"!=", "<>"},
                                     {"<=", "<="},
                                     {">=", ">="},
                                     {"<", "<"},
                                     {">", ">"}}) {
    if (name == written) {
      return sql;
    }
  }
  return std::nullopt;
}

std::string literal(const Node& node) {
  return node.kind == NodeKind::string ? quote_literal(node.text)
         : node.kind == NodeKind::null ? "NULL"
                                       : node.text;
}

std::string text_of(const Node* node) {
  return node == nullptr || !node->is_scalar() ? std::string() : node->text;
}

Result<std::string> column_of(const Node& condition) {
  const Node* column = condition.find("column");
  const std::string name = column != nullptr && column->kind == NodeKind::map
                               ? text_of(column->find("name"))
                               : text_of(column);
  if (name.empty()) {
    return fail(Code::invalid, "a condition names no `column`");
  }
  return quote_identifier(name);
}

Result<std::string> comparison(const Node& condition) {
  TRY(const std::string column, column_of(condition));
  const std::string name = text_of(condition.find("operator"));
  const Node* parameter = condition.find("parameter");
  if (parameter == nullptr) {
    return fail(Code::invalid, "a comparison has no `parameter`");
  }
  if (name == "IN" || name == "NOT_IN" || name == "in" || name == "not in") {
    if (parameter->kind != NodeKind::list || parameter->items.empty()) {
      return fail(Code::invalid, "the parameter of IN must be a list of values");
    }
    std::string list;
    for (const Node& item : parameter->items) {
      if (!item.is_scalar()) {
        return fail(Code::invalid, "the parameter of IN must be a list of values");
      }
      list += (list.empty() ? "" : ", ") + literal(item);
    }
    const bool unwanted = name == "NOT_IN" || name == "not in";
    return fmt::format("({} {}IN ({}))", column, unwanted ? "NOT " : "", list);
  }
  const auto sql = sql_operator(name);
  if (!sql || !parameter->is_scalar()) {
    return fail(Code::invalid, fmt::format("there is no comparison `{}`", printable(name)));
  }
  return fmt::format("({} {} {})", column, *sql, literal(*parameter));
}

// {"type": "and", "conditions": [...]} and its like.
Result<std::string> object_condition(const Node& condition, std::size_t depth) {
  const std::string type = text_of(condition.find("type"));
  if (depth > deepest) {
    return fail(Code::invalid, "its conditions lie too deep");
  }
  if (type == "comparison") {
    return comparison(condition);
  }
  if (type == "nullity") {
    TRY(const std::string column, column_of(condition));
    const bool null = text_of(condition.find("is_null")) == "true";
    return fmt::format("({} IS {}NULL)", column, null ? "" : "NOT ");
  }
  if (type == "pass_through") {
    const Node* filter = condition.find("pass_through_filter");
    return filter == nullptr ? fail(Code::invalid, "a pass_through condition holds no text")
                             : row_condition_sql(*filter, "pandas");
  }
  const Node* parts = condition.find("conditions");
  if ((type != "and" && type != "or") || parts == nullptr || parts->kind != NodeKind::list ||
      parts->items.empty()) {
    return fail(Code::invalid,
                fmt::format("a condition of the type `{}` is not known; there are comparison, "
                            "nullity, and, or",
                            printable(type)));
  }
  std::string out;
  for (const Node& part : parts->items) {
    TRY(const std::string one, object_condition(part, depth + 1));
    out += out.empty() ? one : fmt::format(" {} {}", type == "and" ? "AND" : "OR", one);
  }
  return "(" + out + ")";
}

// Text and place of a GX condition.
class GxText {
 public:
  explicit GxText(std::string_view text) : text_(text) {}

  Result<std::string> whole() {
    blanks();
    if (!take("col(")) {
      return wrong(R"(it must begin with col("name"))");
    }
    const auto name = quoted();
    blanks();
    if (!name || !take(")")) {
      return wrong("col( needs one name in quotes");
    }
    const std::string column = quote_identifier(*name);
    blanks();
    std::string lower(text_.substr(at_));
    for (char& c : lower) {
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    if (trim(lower) == ".notnull()") {
      return fmt::format("({} IS NOT NULL)", column);
    }
    return compared(column);
  }

 private:
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) {
      ++at_;
    }
  }
  bool take(std::string_view what) {
    const bool here = text_.substr(at_).starts_with(what);
    at_ += here ? what.size() : 0;
    return here;
  }
  [[nodiscard]] tl::unexpected<Error> wrong(const std::string& why) const {
    return fail(Code::invalid,
                fmt::format("{} (column {} of `{}`)", why, at_ + 1, printable(text_)));
  }
  std::optional<std::string> quoted() {
    blanks();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const auto end =
        quote == '"' || quote == '\'' ? text_.find(quote, at_ + 1) : std::string_view::npos;
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    std::string out(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return out;
  }

  Result<std::string> compared(const std::string& column) {
    std::optional<std::string> sql;
    for (const std::string_view name : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (!sql && take(name)) {
        sql = sql_operator(name);
      }
    }
    if (!sql) {
      return wrong("a comparison or .notNull() is missing");
    }
    blanks();
    std::string value;
    if (take("date(")) {
      const auto date = quoted();
      blanks();
      if (!date || !take(")")) {
        return wrong("date( needs one date in quotes");
      }
      value = fmt::format("CAST({} AS DATE)", quote_literal(*date));
    } else if (const auto text = quoted()) {
      value = quote_literal(*text);
    } else {
      const std::string rest(trim(text_.substr(at_)));
      char* end = nullptr;
      (void)std::strtod(rest.c_str(), &end);
      if (rest.empty() || end != rest.c_str() + rest.size()) {
        return wrong("a number, a text in quotes or date(\"...\") is missing");
      }
      value = rest;
      at_ = text_.size();
    }
    blanks();
    return at_ == text_.size() ? Result<std::string>(fmt::format("({} {} {})", column, *sql, value))
                               : wrong("only one comparison can stand here");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::string> gx_condition_sql(std::string_view text) {
  return GxText(text).whole();
}

Result<std::string> row_condition_sql(const Node& condition, std::string_view parser) {
  if (condition.kind == NodeKind::map) {
    return object_condition(condition, 0);
  }
  if (condition.kind != NodeKind::string) {
    return fail(Code::invalid, "a row condition must be a text or an object");
  }
  if (trim(condition.text).empty()) {
    return fail(Code::invalid, "the row condition is empty");
  }
  const bool own = trim(condition.text).starts_with("col(");
  if (parser == "great_expectations" || parser == "great_expectations__experimental__" ||
      (parser.empty() && own)) {
    return gx_condition_sql(condition.text);
  }
  if (parser == "pandas" || parser == "python" || parser.empty()) {
    return pandas_condition_sql(condition.text);
  }
  if (parser == "spark" || parser == "spark_sql" || parser == "sql") {
    const SqlFacts facts = sql_facts(condition.text);
    if (facts.several || facts.unterminated || facts.empty) {
      return fail(Code::invalid,
                  "the row condition must be one SQL condition, with every quote and "
                  "comment closed");
    }
    return std::string(condition.text);
  }
  return fail(Code::invalid, fmt::format("there is no condition_parser `{}`; there are pandas, "
                                         "great_expectations, spark, sql",
                                         printable(parser)));
}

}  // namespace mlpipe::stages::data_check
