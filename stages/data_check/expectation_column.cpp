#include "stages/data_check/expectation_column.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "runner/base/text.hpp"
#include "stages/data_check/date_text.hpp"
#include "stages/data_check/row_rule.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::data_check {
namespace {

using table::Family;
using table::quote_identifier;
using table::quote_literal;
using Kind = SuiteColumn::Kind;

Kind kind_of(const table::Table& table, std::size_t column) {
  const table::TableColumn& it = table.columns()[column];
  if (table.holds_nothing(column)) {
    return Kind::nothing;
  }
  if (!table.written(column).empty()) {
    return Kind::text;
  }
  switch (it.family) {
    case Family::integer:
    case Family::real:
      return Kind::number;
    case Family::boolean:
      return Kind::boolean;
    case Family::date:
    case Family::timestamp:
      return Kind::time;
    case Family::text:
      return Kind::text;
    case Family::other:
      break;
  }
  return it.type == "JSON" ? Kind::mixed : Kind::other;
}

std::string json_of(const SuiteColumn& column) {
  switch (column.kind) {
    case Kind::number:
      return column.type == "DOUBLE" || column.type == "FLOAT"
                 ? fmt::format(
                       "CASE WHEN isfinite({0}) THEN CAST(to_json({0}) AS VARCHAR) ELSE "
                       "'\"' || CAST({0} AS VARCHAR) || '\"' END",
                       column.value)
                 : fmt::format("CAST({} AS VARCHAR)", column.value);
    case Kind::time:
      return fmt::format("'\"' || replace(CAST({} AS VARCHAR), ' ', 'T') || '\"'", column.value);
    case Kind::mixed:
      return fmt::format("CAST({} AS VARCHAR)", column.value);
    default:
      return fmt::format("CAST(to_json({}) AS VARCHAR)", column.value);
  }
}

}  // namespace

Result<SuiteColumn> suite_column(const table::Table& table, const std::string& name) {
  TRY(const std::size_t index, find_column(table, name));
  SuiteColumn column;
  column.kind = kind_of(table, index);
  column.name = name;
  column.type = table.columns()[index].type;
  const std::string identifier = quote_identifier(name);
  const std::string written = table.written(index);
  column.value = column.kind == Kind::text && !written.empty() ? written : identifier;
  if (column.kind == Kind::number) {
    column.number = column.type.starts_with("DECIMAL") || column.type == "FLOAT"
                        ? fmt::format("CAST({} AS DOUBLE)", identifier)
                        : identifier;
  } else if (column.kind == Kind::boolean) {
    column.number = fmt::format("CAST({} AS INTEGER)", identifier);
  }
  const bool real = column.type == "DOUBLE" || column.type == "FLOAT";
  column.missing = real ? fmt::format("({0} IS NULL OR isnan({0}))", column.value)
                        : fmt::format("({} IS NULL)", column.value);
  column.json =
      real ? fmt::format("CASE WHEN {} THEN 'null' ELSE {} END", column.missing, json_of(column))
           : fmt::format("coalesce({}, 'null')", json_of(column));
  return column;
}

std::string scalar_sql(const Scalar& value) {
  if (!value.is_number()) {
    return quote_literal(value.text);
  }
  if (value.kind == spec::NodeKind::integer && value.text.size() <= 18) {
    return value.text;
  }
  const std::string text = value.text == ".inf"    ? "inf"
                           : value.text == "-.inf" ? "-inf"
                           : value.text == ".nan"  ? "nan"
                                                   : value.text;
  return fmt::format("CAST({} AS DOUBLE)", quote_literal(text));
}

std::string equals_sql(const SuiteColumn& column, const Scalar& value) {
  const bool text = value.kind == spec::NodeKind::string;
  const bool flag = value.kind == spec::NodeKind::boolean;
  if (value.kind == spec::NodeKind::null) {
    return "false";
  }
  switch (column.kind) {
    case Kind::number:
      return value.is_number() ? fmt::format("{} = {}", column.number, scalar_sql(value)) : "false";
    case Kind::boolean:
      return flag                ? fmt::format("{} = {}", column.value, value.text)
             : value.is_number() ? fmt::format("{} = {}", column.number, scalar_sql(value))
                                 : "false";
    case Kind::time: {
      const auto time = text ? read_date_text(value.text) : std::nullopt;
      return time ? fmt::format("{} = CAST({} AS TIMESTAMP)", column.value,
                                quote_literal(sql_timestamp(*time)))
                  : "false";
    }
    case Kind::text:
      return text ? fmt::format("{} = {}", column.value, quote_literal(value.text)) : "false";
    case Kind::mixed:
      return fmt::format("(json_type({0}) {1} AND {2} = {3})", column.value,
                         text   ? "= 'VARCHAR'"
                         : flag ? "= 'BOOLEAN'"
                                : "IN ('BIGINT', 'UBIGINT', 'DOUBLE')",
                         value.is_number()
                             ? fmt::format("TRY_CAST({}->>'$' AS DOUBLE)", column.value)
                             : fmt::format("({}->>'$')", column.value),
                         value.is_number() ? scalar_sql(value) : quote_literal(value.text));
    default:
      return "false";
  }
}

std::string member_sql(const SuiteColumn& column, const std::vector<Scalar>& values) {
  // One IN where every value is of the column's own kind: sets may be long.
  std::string list;
  std::string others;
  for (const Scalar& value : values) {
    const bool plain = (column.kind == Kind::number && value.is_number()) ||
                       (column.kind == Kind::text && value.kind == spec::NodeKind::string);
    const std::string one = plain ? scalar_sql(value) : equals_sql(column, value);
    if (!plain && one == "false") {
      continue;
    }
    std::string& target = plain ? list : others;
    target += (target.empty() ? "" : plain ? ", " : " OR ") + one;
  }
  const std::string subject = column.kind == Kind::number ? column.number : column.value;
  std::string sql = list.empty() ? "" : fmt::format("{} IN ({})", subject, list);
  if (!others.empty()) {
    sql += (sql.empty() ? "" : " OR ") + others;
  }
  return sql.empty() ? "false" : fmt::format("coalesce({}, false)", sql);
}

std::string kind_name(Kind kind) {
  static constexpr std::array names{
      "numbers",         "booleans",     "dates and times", "texts", "values of several kinds",
      "no value at all", "lists or maps"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace mlpipe::stages::data_check
