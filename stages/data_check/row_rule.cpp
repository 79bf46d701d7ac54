#include "stages/data_check/row_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "runner/base/text.hpp"
#include "stages/data_check/expectation_rule.hpp"
#include "stages/data_check/measure.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

// A number as SQL. Reals are DOUBLE: as DECIMAL literals, 0.1 would not be the 0.1 of the data.
std::string number_literal(const Scalar& scalar) {
  if (scalar.kind == spec::NodeKind::integer && scalar.text.size() <= 18) {
    return scalar.text;
  }
  return fmt::format("CAST({} AS DOUBLE)", quote_literal(scalar.text));
}

bool looks_like_time(const std::string& text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  return text.size() >= 10 && digit(0) && digit(1) && digit(2) && digit(3) && text[4] == '-' &&
         digit(5) && digit(6) && text[7] == '-' && digit(8) && digit(9);
}

bool is_number(Family family) {
  return family == Family::integer || family == Family::real;
}
bool is_time(Family family) {
  return family == Family::date || family == Family::timestamp;
}

tl::unexpected<Error> misfit(const Table& table, std::size_t column, const std::string& why) {
  const TableColumn& it = table.columns()[column];
  return fail(Code::invalid,
              fmt::format("the column {} is {}; {}", printable(it.name), it.type, why));
}

// How values and bounds are compared, chosen by the type of the bounds and of the column.
struct Comparison {
  std::string value;
  std::string low;
  std::string high;
  std::string unusable = "false";
};

Result<Comparison> compare(const Limits& rule, const Table& table, std::size_t column) {
  const Scalar& bound = rule.min ? *rule.min : *rule.max;
  const bool csv = table.format() == Format::csv;
  const Family family = table.columns()[column].family;
  const auto bounds = [&](auto&& literal) {
    return std::pair{rule.min ? literal(*rule.min) : "", rule.max ? literal(*rule.max) : ""};
  };
  if (bound.is_number()) {
    if (!csv && !is_number(family)) {
      return misfit(table, column, "numbers cannot bound it");
    }
    const auto [low, high] = bounds(number_literal);
    const std::string value = table.number(column);
    return Comparison{value, low, high, csv ? fmt::format("({} IS NULL)", value) : "false"};
  }
  const auto times =
      !rule.max || !rule.min || looks_like_time(rule.min->text) == looks_like_time(rule.max->text);
  if ((csv || is_time(family)) && looks_like_time(bound.text) && times) {
    const auto [low, high] = bounds([](const Scalar& scalar) {
      return fmt::format("CAST({} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'", quote_literal(scalar.text));
    });
    const std::string value = table.time(column);
    return Comparison{value, low, high, csv ? fmt::format("({} IS NULL)", value) : "false"};
  }
  if (!csv && family != Family::text) {
    return misfit(table, column, "texts cannot bound it");
  }
  const auto [low, high] = bounds([](const Scalar& scalar) { return quote_literal(scalar.text); });
  return Comparison{table.text(column), low, high};
}

Status fill(RowRule& out, const Between& between, const Table& table, std::size_t column) {
  const Limits& rule = between.limits;
  TRY(const Comparison by, compare(rule, table, column));
  std::string bad;
  if (rule.min) {
    const bool strict = rule.strict == Strict::min || rule.strict == Strict::both;
    bad = fmt::format("{} {} {}", by.value, strict ? "<=" : "<", by.low);
  }
  if (rule.max) {
    const bool strict = rule.strict == Strict::max || rule.strict == Strict::both;
    bad += fmt::format("{}{} {} {}", bad.empty() ? "" : " OR ", by.value, strict ? ">=" : ">",
                       by.high);
  }
  const bool real = (rule.min ? *rule.min : *rule.max).is_number() &&
                    (table.format() == Format::csv || table.columns()[column].type == "DOUBLE" ||
                     table.columns()[column].type == "FLOAT");
  if (real) {
    // The text NaN of a CSV is a number that no bound can hold: missing, as in a column of reals.
    out.missing = fmt::format("({} OR coalesce(isnan({}), false))", out.missing, by.value);
  }
  out.violated = fmt::format("({})", bad);
  out.unusable = by.unusable;
  // Cast to text only once, not row by row.
  const bool time = is_time(table.columns()[column].family) || by.value == table.time(column);
  const char* before = time ? "CAST(" : "";
  const char* after = time ? " AS VARCHAR)" : "";
  out.low = {before, fmt::format("min({})", by.value), after};
  out.high = {before, fmt::format("max({})", by.value), after};
  return {};
}

Status fill(RowRule& out, const AcceptedValues& rule, const Table& table, std::size_t column) {
  const bool csv = table.format() == Format::csv;
  const Family family = table.columns()[column].family;
  std::string numbers;
  std::string texts;
  std::string flags;
  for (const Scalar& value : rule.values) {
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
  out.violated = accepted.empty() ? "true" : fmt::format("(NOT ({}))", accepted);
  return {};
}

Status fill(RowRule& out, const Matches& rule, const Table& table, std::size_t column) {
  out.violated = fmt::format("(NOT regexp_matches({}, {}))", table.text(column),
                             quote_literal(rule.regexes.front()));
  return {};
}

Status fill(RowRule& out, const Freshness&, const Table& table, std::size_t column) {
  if (table.format() != Format::csv && !is_time(table.columns()[column].family)) {
    return misfit(table, column, "freshness needs a date or a time stamp");
  }
  const std::string time = table.time(column);
  out.unusable = table.format() == Format::csv ? fmt::format("({} IS NULL)", time) : "false";
  out.high = {"CAST(epoch_ms(", fmt::format("max(CASE WHEN isfinite({0}) THEN {0} END)", time),
              ") AS BIGINT)"};
  return {};
}

Status fill(RowRule& out, const NotNull&, const Table&, std::size_t) {
  out.missing_counts = true;
  out.violated = out.missing;
  return {};
}

// Considered: in scope, and not missing unless missing values count.
std::string considered(const RowRule& rule) {
  return rule.missing_counts ? rule.scope : fmt::format("{} AND NOT {}", rule.scope, rule.missing);
}

std::string filtered(const Extreme& extreme, const std::string& condition) {
  return extreme.call.empty() ? "NULL"
                              : fmt::format("{}{} FILTER (WHERE {}){}", extreme.before,
                                            extreme.call, condition, extreme.after);
}

}  // namespace

std::string scope_of(const Check& check) {
  return check.where.empty() ? "true"
                             : fmt::format("coalesce((\n{}\n), false)", strip_end(check.where));
}

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
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 12); ++i) {
    all += (i == 0 ? "" : ", ") + printable(names[i]);
  }
  return fail(Code::not_found,
              fmt::format("the table has no column {}; {}", printable(name),
                          near ? fmt::format("did you mean {}?", printable(*near))
                               : fmt::format("it has {}{}", all, names.size() > 12 ? " ..." : "")));
}

Result<std::optional<RowRule>> row_rule(const Check& check, const Table& table) {
  if (const auto* expectation = std::get_if<Expectation>(&check.rule)) {
    return expectation_rule(check, *expectation, table);
  }
  RowRule out;
  out.scope = scope_of(check);
  if (std::holds_alternative<RowCount>(check.rule)) {
    return out;
  }
  const bool of_rows =
      std::holds_alternative<NotNull>(check.rule) || std::holds_alternative<Between>(check.rule) ||
      std::holds_alternative<AcceptedValues>(check.rule) ||
      std::holds_alternative<Matches>(check.rule) || std::holds_alternative<Freshness>(check.rule);
  if (!of_rows) {
    return std::optional<RowRule>{};
  }
  TRY(const std::size_t column, find_column(table, check.columns.front()));
  out.missing = table.missing(column);
  out.value = table.value(column);
  Status status;
  if (const auto* between = std::get_if<Between>(&check.rule)) {
    status = fill(out, *between, table, column);
  } else if (const auto* accepted = std::get_if<AcceptedValues>(&check.rule)) {
    status = fill(out, *accepted, table, column);
  } else if (const auto* matches = std::get_if<Matches>(&check.rule)) {
    status = fill(out, *matches, table, column);
  } else if (const auto* freshness = std::get_if<Freshness>(&check.rule)) {
    status = fill(out, *freshness, table, column);
  } else {
    status = fill(out, NotNull{}, table, column);
  }
  if (!status) {
    return tl::make_unexpected(status.error());
  }
  return out;
}

std::string violation(const RowRule& rule) {
  return fmt::format("({} AND {})", considered(rule), rule.violated);
}

std::string unusable(const RowRule& rule) {
  return fmt::format("({} AND {})", considered(rule), rule.unusable);
}

std::string aggregates(const RowRule& rule) {
  const auto count = [](const std::string& condition) {
    return condition == "true" ? std::string("count(*)")
                               : fmt::format("count(*) FILTER (WHERE {})", condition);
  };
  const auto count_unless_false = [&](const std::string& part, const std::string& condition) {
    return part == "false" ? std::string("CAST(0 AS BIGINT)") : count(condition);
  };
  const std::string in_scope = considered(rule);
  return fmt::format(
      "{}, {}, {}, {}, {}, {}", rule.missing == "false" ? count(rule.scope) : count(in_scope),
      count_unless_false(rule.violated, violation(rule)),
      count_unless_false(rule.missing, fmt::format("{} AND {}", rule.scope, rule.missing)),
      count_unless_false(rule.unusable, unusable(rule)), filtered(rule.low, in_scope),
      filtered(rule.high, in_scope));
}

std::string sample_query(const RowRule& rule, const Table& table, const std::string& condition,
                         std::size_t limit) {
  // The number is given below the condition: a filter that reached the scan would number only the
  // rows it lets through.
  return fmt::format(
      "SELECT row, value FROM (SELECT row_number() OVER () AS row, coalesce({}, false) AS bad, {} "
      "AS value "
      "FROM {}) WHERE bad LIMIT {}",
      condition, rule.value, table.rows(), limit);
}

}  // namespace mlpipe::stages::data_check
