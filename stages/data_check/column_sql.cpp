#include "stages/data_check/column_sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runner/base/text.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr std::size_t safe_digits = 18;  // a BIGINT holds them
constexpr std::size_t shown_columns = 12;

bool is_real(const Table& table, std::size_t column) {
  const std::string& type = table.columns()[column].type;
  return type == "DOUBLE" || type == "FLOAT";
}

}  // namespace

Result<std::size_t> find_column(const Table& table, const std::string& name) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    if (table.columns()[i].name == name) {
      return i;
    }
    names.push_back(table.columns()[i].name);
  }
  const auto near = nearest(name, names);
  std::string all;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), shown_columns); ++i) {
    all += (i == 0 ? "" : ", ") + printable(names[i]);
  }
  return fail(Code::not_found,
              fmt::format("the table has no column {}; {}", printable(name),
                          near ? fmt::format("did you mean {}?", printable(*near))
                               : fmt::format("it has {}{}", all,
                                             names.size() > shown_columns ? " ..." : "")));
}

tl::unexpected<Error> misfit(const Table& table, std::size_t column, const std::string& why) {
  const TableColumn& it = table.columns()[column];
  return fail(Code::invalid,
              fmt::format("the column {} is {}; {}", printable(it.name), it.type, why));
}

bool is_number(Family family) {
  return family == Family::integer || family == Family::real;
}

bool is_time(Family family) {
  return family == Family::date || family == Family::timestamp;
}

bool is_integer_column(const Table& table, std::size_t column) {
  return table.format() != Format::csv && table.columns()[column].family == Family::integer;
}

bool looks_like_time(const std::string& text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  return text.size() >= 10 && digit(0) && digit(1) && digit(2) && digit(3) && text[4] == '-' &&
         digit(5) && digit(6) && text[7] == '-' && digit(8) && digit(9);
}

// Reals are DOUBLE: as DECIMAL literals, 0.1 would not be the 0.1 of the data.
std::string number_literal(const Scalar& scalar) {
  if (scalar.kind == spec::NodeKind::integer && scalar.text.size() <= safe_digits) {
    return scalar.text;
  }
  return fmt::format("CAST({} AS DOUBLE)", quote_literal(scalar.text));
}

std::string number_literal(double value) {
  return fmt::format("CAST('{}' AS DOUBLE)", value);
}

std::string time_literal(const std::string& text) {
  return fmt::format("CAST({} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'", quote_literal(text));
}

ColumnSql value_column(const Table& table, std::size_t column) {
  return {table.value(column), table.missing(column), "false", ""};
}

ColumnSql text_column(const Table& table, std::size_t column) {
  return {table.text(column), table.missing(column), "false", ""};
}

Result<ColumnSql> number_column(const Table& table, std::size_t column) {
  const bool csv = table.format() == Format::csv;
  if (!csv && !is_number(table.columns()[column].family)) {
    return misfit(table, column, "a number is needed");
  }
  ColumnSql sql = value_column(table, column);
  sql.value = table.number(column);
  sql.wanted = "number";
  if (csv || is_real(table, column)) {
    // The text NaN of a CSV is a number that no bound can hold: missing, as in a column of reals.
    sql.missing = fmt::format("({} OR coalesce(isnan({}), false))", sql.missing, sql.value);
  }
  if (csv) {
    sql.unusable = fmt::format("({} IS NULL)", sql.value);
  }
  return sql;
}

Result<ColumnSql> time_column(const Table& table, std::size_t column) {
  const bool csv = table.format() == Format::csv;
  if (!csv && !is_time(table.columns()[column].family)) {
    return misfit(table, column, "a date or a time stamp is needed");
  }
  ColumnSql sql = value_column(table, column);
  sql.value = table.time(column);
  sql.wanted = "date or time";
  if (csv) {
    sql.unusable = fmt::format("({} IS NULL)", sql.value);
  }
  return sql;
}

Result<Limited> limited_column(const Table& table, std::size_t column, const Limits& limits) {
  const auto bound = [&](auto&& literal, Limited limited) {
    limited.low = limits.min ? literal(*limits.min) : "";
    limited.high = limits.max ? literal(*limits.max) : "";
    return limited;
  };
  const Scalar* first = limits.min ? &*limits.min : limits.max ? &*limits.max : nullptr;
  const Family family = table.columns()[column].family;
  const bool csv = table.format() == Format::csv;
  if (first == nullptr ? csv || is_number(family) : first->is_number()) {
    if (!csv && !is_number(family)) {
      return misfit(table, column, "numbers cannot bound it");
    }
    TRY(ColumnSql sql, number_column(table, column));
    return bound([](const Scalar& scalar) { return number_literal(scalar); },
                 Limited{std::move(sql), "", "", false});
  }
  const bool times =
      first == nullptr ? is_time(family)
                       : (!limits.max || !limits.min ||
                          looks_like_time(limits.min->text) == looks_like_time(limits.max->text)) &&
                             looks_like_time(first->text);
  if ((csv || is_time(family)) && times) {
    TRY(ColumnSql sql, time_column(table, column));
    return bound([](const Scalar& scalar) { return time_literal(scalar.text); },
                 Limited{std::move(sql), "", "", true});
  }
  if (!csv && family != Family::text) {
    return misfit(table, column, "texts cannot bound it");
  }
  return bound([](const Scalar& scalar) { return quote_literal(scalar.text); },
               Limited{text_column(table, column), "", "", false});
}

std::string outside(const Limited& limited, Strict strict) {
  std::string bad;
  if (!limited.low.empty()) {
    const bool open = strict == Strict::min || strict == Strict::both;
    bad = fmt::format("{} {} {}", limited.column.value, open ? "<=" : "<", limited.low);
  }
  if (!limited.high.empty()) {
    const bool open = strict == Strict::max || strict == Strict::both;
    bad += fmt::format("{}{} {} {}", bad.empty() ? "" : " OR ", limited.column.value,
                       open ? ">=" : ">", limited.high);
  }
  return bad.empty() ? "false" : "(" + bad + ")";
}

Result<std::string> among(const Table& table, std::size_t column,
                          const std::vector<Scalar>& values) {
  const bool csv = table.format() == Format::csv;
  const Family family = table.columns()[column].family;
  std::string numbers;
  std::string texts;
  std::string flags;
  for (const Scalar& value : values) {
    std::string& list = value.is_number()                       ? numbers
                        : value.kind == spec::NodeKind::boolean ? flags
                                                                : texts;
    list += (list.empty() ? "" : ", ") +
            (value.is_number() ? number_literal(value) : quote_literal(value.text));
  }
  if (!csv && is_number(family) && !texts.empty()) {
    return misfit(table, column, "quoted values never equal its numbers: remove the quotes");
  }
  if (!csv && family == Family::text && !numbers.empty()) {
    return misfit(table, column, "numbers never equal its texts: quote the values");
  }
  std::string accepted;
  const auto add = [&](const std::string& value, const std::string& list) {
    if (!list.empty()) {
      accepted +=
          fmt::format("{}coalesce({} IN ({}), false)", accepted.empty() ? "" : " OR ", value, list);
    }
  };
  if (csv || is_number(family)) {
    add(table.number(column), numbers);
  }
  add(table.text(column), texts);
  add(fmt::format("lower({})", table.text(column)), flags);
  return accepted.empty() ? std::string("false") : "(" + accepted + ")";
}

}  // namespace mlpipe::stages::data_check
