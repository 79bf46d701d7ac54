#include "stages/data_check/expectation_types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace mlpipe::stages::data_check {
namespace {

using Kind = SuiteColumn::Kind;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

// In upper case, without a length or precision in parentheses.
bool is_integer(const std::string& name) {
  static constexpr std::array<std::string_view, 27> names{
      "INT",       "INT8",     "INT16",    "INT32",      "INT64",        "UINT8",       "UINT16",
      "UINT32",    "UINT64",   "INTEGER",  "BIGINT",     "SMALLINT",     "TINYINT",     "HUGEINT",
      "LONG",      "SHORT",    "BYTEINT",  "INT64DTYPE", "INT32DTYPE",   "INTEGERTYPE", "LONGTYPE",
      "SHORTTYPE", "BYTETYPE", "UINTEGER", "UBIGINT",    "INTEGER_TYPE", "PYTHON_INT"};
  return std::find(names.begin(), names.end(), name) != names.end();
}
bool is_real(const std::string& name) {
  static constexpr std::array<std::string_view, 18> names{
      "FLOAT",  "FLOAT16",      "FLOAT32", "FLOAT64",   "DOUBLE",     "DOUBLE_PRECISION",
      "REAL",   "NUMERIC",      "DECIMAL", "FLOATTYPE", "DOUBLETYPE", "DECIMALTYPE",
      "FLOAT_", "FLOAT64DTYPE", "FLOAT4",  "FLOAT8",    "NUMBER",     "DOUBLE PRECISION"};
  return std::find(names.begin(), names.end(), name) != names.end();
}
bool is_text(const std::string& name) {
  static constexpr std::array<std::string_view, 12> names{
      "STR",  "STRING",  "OBJECT",     "VARCHAR",     "TEXT",     "CHAR",
      "STR_", "OBJECT_", "STRINGTYPE", "STRINGDTYPE", "NVARCHAR", "CLOB"};
  return std::find(names.begin(), names.end(), name) != names.end();
}
bool is_boolean(const std::string& name) {
  return name == "BOOL" || name == "BOOLEAN" || name == "BOOL_" || name == "BOOLEANTYPE" ||
         name == "BOOLEANDTYPE";
}
bool is_time(const std::string& name) {
  return name.starts_with("DATETIME") || name.starts_with("TIMESTAMP") || name == "DATE" ||
         name == "DATETYPE" || name == "TIMESTAMPTYPE";
}

bool serves(const std::string& written, const SuiteColumn& column) {
  const std::string whole = upper(written);
  if (whole == upper(column.type)) {
    return true;
  }
  const std::string name = whole.substr(0, whole.find_first_of("(["));
  const bool real =
      column.type == "DOUBLE" || column.type == "FLOAT" || column.type.starts_with("DECIMAL");
  switch (column.kind) {
    case Kind::number:
      return real ? is_real(name) : is_integer(name);
    case Kind::boolean:
      return is_boolean(name);
    case Kind::time:
      return is_time(name) && (column.type != "DATE" || name.find("DATE") != std::string::npos);
    case Kind::text:
      return is_text(name);
    default:
      return false;
  }
}

}  // namespace

std::string wrong_type_sql(const std::vector<std::string>& types, const SuiteColumn& column) {
  if (column.kind == Kind::nothing) {
    return "false";
  }
  if (column.kind != Kind::mixed) {
    return std::any_of(types.begin(), types.end(),
                       [&](const std::string& type) { return serves(type, column); })
               ? "false"
               : "true";
  }
  std::string known;
  for (const std::string& type : types) {
    const std::string name = upper(type);
    for (const auto& [is, json] : {std::pair{&is_integer, "'BIGINT', 'UBIGINT'"},
                                   {&is_real, "'DOUBLE'"},
                                   {&is_text, "'VARCHAR'"},
                                   {&is_boolean, "'BOOLEAN'"}}) {
      known += is(name) ? fmt::format("{}{}", known.empty() ? "" : ", ", json) : "";
    }
  }
  return known.empty() ? "true" : fmt::format("(json_type({}) NOT IN ({}))", column.value, known);
}

}  // namespace mlpipe::stages::data_check
