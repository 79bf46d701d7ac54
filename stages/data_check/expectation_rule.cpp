#include "stages/data_check/expectation_rule.hpp"

#include <fmt/format.h>

#include <concepts>

#include "runner/base/text.hpp"
#include "stages/data_check/date_text.hpp"
#include "stages/data_check/expectation_statistic.hpp"
#include "stages/data_check/expectation_types.hpp"
#include "stages/data_check/range_sql.hpp"
#include "stages/data_check/sql_text.hpp"
#include "stages/data_check/strftime_pattern.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::data_check {
namespace {

using table::quote_literal;
using Kind = SuiteColumn::Kind;

std::string negated(const std::string& condition) {
  return condition == "false" ? "true" : fmt::format("(NOT {})", condition);
}

// Where kinds may differ: only a number among values of several kinds can lie inside a range of
// numbers.
std::string other_kind_sql(const Limits& limits, const SuiteColumn& column) {
  const bool numbers = (limits.min ? limits.min : limits.max)->is_number();
  if (column.kind != Kind::mixed || !numbers) {
    return "true";
  }
  const std::string number = fmt::format("TRY_CAST({}->>'$' AS DOUBLE)", column.value);
  return fmt::format(
      "(NOT coalesce(json_type({}) IN ('BIGINT', 'UBIGINT', 'DOUBLE') AND NOT {}, "
      "false))",
      column.value, outside_sql(limits, number));
}

Status fill(RowRule& rule, const expect::InRange& asked, const std::vector<SuiteColumn>& columns) {
  const auto range = range_sql(asked.limits, columns[0]);
  if (range) {
    rule.violated = range->outside;
    rule.unusable = range->unusable;
    rule.wanted = "date or time";
  } else if (asked.kinds == expect::Kinds::alike) {
    return tl::make_unexpected(range.error());
  } else {
    rule.violated = other_kind_sql(asked.limits, columns[0]);
  }
  return {};
}

Status fill(RowRule& rule, const expect::LengthInRange& asked,
            const std::vector<SuiteColumn>& columns) {
  if (columns[0].kind == Kind::nothing) {
    return {};
  }
  TRY_OK(need_texts(columns[0]));
  rule.violated = outside_sql(asked.limits, fmt::format("length({})", columns[0].value));
  return {};
}

Status fill(RowRule& rule, const expect::Member& asked, const std::vector<SuiteColumn>& columns) {
  if (asked.values) {
    const std::string member = member_sql(columns[0], *asked.values);
    rule.violated = asked.sense == expect::Sense::wanted ? negated(member) : member;
  }
  return {};
}

Status fill(RowRule& rule, const expect::Null& asked, const std::vector<SuiteColumn>&) {
  rule.missing_counts = true;
  rule.violated = asked.sense == expect::Sense::wanted ? negated(rule.missing) : rule.missing;
  return {};
}

Status fill(RowRule& rule, const expect::OfType& asked, const std::vector<SuiteColumn>& columns) {
  rule.violated = wrong_type_sql(asked.types, columns[0]);
  return {};
}

Status fill(RowRule& rule, const expect::Matching& asked, const std::vector<SuiteColumn>& columns) {
  const std::string text = columns[0].kind == Kind::text || columns[0].kind == Kind::nothing
                               ? columns[0].value
                               : fmt::format("CAST({} AS VARCHAR)", columns[0].value);
  std::string found;
  for (const std::string& pattern : asked.patterns) {
    const std::string one =
        asked.language == expect::Language::regex
            ? fmt::format("regexp_matches({}, {})", text, quote_literal(pattern))
            : fmt::format("({} LIKE {})", text, quote_literal(pattern));
    found += found.empty() ? one
                           : fmt::format(" {} {}", asked.of == expect::Of::all ? "AND" : "OR", one);
  }
  found = found.empty() ? "false" : fmt::format("({})", found);
  rule.violated = asked.sense == expect::Sense::wanted ? negated(found) : found;
  return {};
}

// A day that its month does not have is the one thing the pattern cannot tell.
std::string no_such_day(const StrftimePattern& pattern, const std::string& text) {
  if (pattern.day == 0 || (pattern.month == 0 && pattern.month_name == 0)) {
    return "false";
  }
  const std::string regex = quote_literal(pattern.regex);
  const auto group = [&](int number) {
    return fmt::format("regexp_extract({}, {}, {})", text, regex, number);
  };
  // Without a year, Python takes a leap year where the day needs one.
  std::string year = "'1904'";
  if (pattern.year != 0) {
    year = group(pattern.year);
  } else if (pattern.short_year != 0) {
    year = fmt::format("(CASE WHEN {0} >= '69' THEN '19' ELSE '20' END || {0})",
                       group(pattern.short_year));
  }
  const std::string month =
      pattern.month != 0
          ? group(pattern.month)
          : fmt::format(
                "list_position(['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', "
                "'sep', 'oct', 'nov', 'dec'], lower({}[1:3]))",
                group(pattern.month_name));
  return fmt::format("TRY_CAST({} || '-' || {} || '-' || trim({}) AS DATE) IS NULL", year, month,
                     group(pattern.day));
}

Status fill(RowRule& rule, const expect::DateFormat& asked,
            const std::vector<SuiteColumn>& columns) {
  if (columns[0].kind == Kind::nothing) {
    return {};
  }
  TRY_OK(need_texts(columns[0]));
  TRY(const StrftimePattern pattern, strftime_pattern(asked.format));
  rule.violated = fmt::format("(NOT regexp_matches({}, {}) OR {})", columns[0].value,
                              quote_literal(pattern.regex), no_such_day(pattern, columns[0].value));
  return {};
}

Status fill(RowRule& rule, const expect::JsonText&, const std::vector<SuiteColumn>& columns) {
  const SuiteColumn& column = columns[0];
  // Only texts are parsed: what is no text is no JSON.
  rule.violated =
      column.kind == Kind::text ? fmt::format("(NOT json_valid({}))", column.value)
      : column.kind == Kind::mixed
          ? fmt::format("(json_type({0}) <> 'VARCHAR' OR NOT json_valid({0}->>'$'))", column.value)
          : "true";
  return {};
}

// How two columns compare: their SQL, or that their kinds are different.
struct Sides {
  std::string a;
  std::string b;
  bool alike = true;
};

Sides sides(const SuiteColumn& a, const SuiteColumn& b) {
  if (!a.number.empty() && !b.number.empty()) {
    return {a.number, b.number};
  }
  if (a.kind == b.kind && a.kind != Kind::mixed && a.kind != Kind::other) {
    return {a.value, b.value};
  }
  if (a.kind == Kind::mixed || b.kind == Kind::mixed || a.kind == b.kind) {
    return {fmt::format("nullif({}, 'null')", a.json), fmt::format("nullif({}, 'null')", b.json)};
  }
  return {a.value, b.value, a.kind == Kind::nothing || b.kind == Kind::nothing};
}

Status fill(RowRule& rule, const expect::Greater& asked, const std::vector<SuiteColumn>& columns) {
  Sides both = sides(columns[0], columns[1]);
  if (asked.texts == expect::Texts::as_times && columns[0].kind == Kind::text &&
      columns[1].kind == Kind::text) {
    both = {sql_time_of_text(both.a), sql_time_of_text(both.b)};
  }
  const bool comparable = both.alike && columns[0].kind != Kind::mixed &&
                          columns[1].kind != Kind::mixed && columns[0].kind != Kind::other;
  if (!comparable) {
    return fail(Code::invalid, fmt::format("{} holds {} and {} holds {}: they have no order",
                                           printable(columns[0].name), kind_name(columns[0].kind),
                                           printable(columns[1].name), kind_name(columns[1].kind)));
  }
  if (columns[0].kind == Kind::nothing || columns[1].kind == Kind::nothing) {
    rule.violated = "true";
    return {};
  }
  rule.violated = fmt::format("(NOT coalesce(NOT {} AND NOT {} AND {} {} {}, false))",
                              columns[0].missing, columns[1].missing, both.a,
                              asked.equal == expect::Equal::allowed ? ">=" : ">", both.b);
  return {};
}

Status fill(RowRule& rule, const expect::PairEqual&, const std::vector<SuiteColumn>& columns) {
  const Sides both = sides(columns[0], columns[1]);
  // A missing value equals nothing, not even another one.
  rule.violated = both.alike ? fmt::format("(NOT coalesce(NOT {} AND NOT {} AND {} = {}, false))",
                                           columns[0].missing, columns[1].missing, both.a, both.b)
                             : "true";
  return {};
}

Status fill(RowRule& rule, const expect::PairMember& asked,
            const std::vector<SuiteColumn>& columns) {
  if (!asked.pairs) {
    return {};
  }
  const auto side = [](const SuiteColumn& column, const Scalar& value) {
    return value.kind == spec::NodeKind::null ? column.missing : equals_sql(column, value);
  };
  std::string member;
  for (const auto& [a, b] : *asked.pairs) {
    member += fmt::format("{}({} AND {})", member.empty() ? "" : " OR ", side(columns[0], a),
                          side(columns[1], b));
  }
  rule.violated = member.empty() ? "true" : fmt::format("(NOT coalesce({}, false))", member);
  return {};
}

Status fill(RowRule& rule, const expect::DistinctInRecord&,
            const std::vector<SuiteColumn>& columns) {
  std::string equal;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (std::size_t k = i + 1; k < columns.size(); ++k) {
      const Sides both = sides(columns[i], columns[k]);
      const std::string missing =
          fmt::format("({} AND {})", columns[i].missing, columns[k].missing);
      equal += fmt::format("{}{}", equal.empty() ? "" : " OR ", missing);
      equal += both.alike ? fmt::format(" OR coalesce({} = {}, false)", both.a, both.b) : "";
    }
  }
  rule.violated = equal.empty() ? "false" : fmt::format("({})", equal);
  return {};
}

Status fill(RowRule& rule, const expect::RecordSum& asked,
            const std::vector<SuiteColumn>& columns) {
  std::string sum;
  for (const SuiteColumn& column : columns) {
    TRY_OK(need_numbers(column));
    if (column.kind != Kind::nothing) {
      sum += fmt::format("{}CASE WHEN {} THEN 0 ELSE CAST({} AS DOUBLE) END",
                         sum.empty() ? "" : " + ", column.missing, column.number);
    }
  }
  rule.violated = fmt::format("({} <> CAST('{}' AS DOUBLE))", sum.empty() ? "0" : sum, asked.total);
  return {};
}

Status fill(RowRule& rule, const expect::Statistic& asked,
            const std::vector<SuiteColumn>& columns) {
  return fill_statistic(rule, asked, columns[0]);
}

Status fill(RowRule& rule, const expect::NonNullShare&, const std::vector<SuiteColumn>&) {
  rule.low = {"(", "count(*)",
              fmt::format(") / nullif(count(*) FILTER (WHERE {}), 0)", rule.scope)};
  return {};
}

Status fill(RowRule& rule, const expect::RowCount&, const std::vector<SuiteColumn>&) {
  rule.low = {"", "count(*)", ""};
  return {};
}

// One column is shown as its value, a pair as a list, a record as an object.
enum class Shape : std::uint8_t { value, list, object };

Shape shape_of(const Check& check) {
  const auto& asked = std::get<Expectation>(check.rule).expected;
  const bool record = std::holds_alternative<expect::CompoundDistinct>(asked) ||
                      std::holds_alternative<expect::DistinctInRecord>(asked) ||
                      std::holds_alternative<expect::RecordSum>(asked);
  return record ? Shape::object : check.columns.size() > 1 ? Shape::list : Shape::value;
}

std::string shown_json(const std::vector<SuiteColumn>& columns, Shape shape) {
  if (columns.empty()) {
    return "NULL";
  }
  std::string json;
  for (const SuiteColumn& column : columns) {
    json += json.empty() ? "" : " || ', ' || ";
    if (shape == Shape::object) {
      spec::Node key;
      key.kind = spec::NodeKind::string;
      key.text = column.name;
      json += quote_literal(spec::canonical_json(key) + ": ") + " || ";
    }
    json += "(" + column.json + ")";
  }
  return shape == Shape::value  ? json
         : shape == Shape::list ? fmt::format("'[' || {} || ']'", json)
                                : fmt::format("'{{' || {} || '}}'", json);
}

// Whether there is a `fill` for it: the others take more than one pass.
template <typename T>
concept Fused = requires(RowRule& rule, const T& asked, const std::vector<SuiteColumn>& columns) {
  { fill(rule, asked, columns) } -> std::same_as<Status>;
};

}  // namespace

Status need_numbers(const SuiteColumn& column) {
  if (column.number.empty() && column.kind != Kind::nothing) {
    return fail(Code::invalid, fmt::format("the column {} holds {}, not numbers",
                                           printable(column.name), kind_name(column.kind)));
  }
  return {};
}

Status need_texts(const SuiteColumn& column) {
  if (column.kind != Kind::text && column.kind != Kind::nothing) {
    return fail(Code::invalid, fmt::format("the column {} holds {}, not texts",
                                           printable(column.name), kind_name(column.kind)));
  }
  return {};
}

Result<std::vector<SuiteColumn>> suite_columns(const Check& check, const table::Table& table) {
  std::vector<SuiteColumn> columns;
  for (const std::string& name : check.columns) {
    TRY(SuiteColumn column, suite_column(table, name));
    columns.push_back(std::move(column));
  }
  return columns;
}

RowRule base_rule(const Check& check, IgnoreRows ignore, const std::vector<SuiteColumn>& columns) {
  RowRule rule;
  rule.scope = check.where.empty()
                   ? "true"
                   : fmt::format("coalesce((\n{}\n), false)", strip_end(check.where));
  std::string missing;
  for (const SuiteColumn& column : columns) {
    missing += (missing.empty()                     ? ""
                : ignore == IgnoreRows::any_missing ? " OR "
                                                    : " AND ") +
               column.missing;
  }
  if (ignore != IgnoreRows::never && !missing.empty()) {
    rule.missing = fmt::format("({})", missing);
  }
  rule.value = shown_json(columns, shape_of(check));
  return rule;
}

Result<std::optional<RowRule>> expectation_rule(const Check& check, const Expectation& expectation,
                                                const table::Table& table) {
  if (std::holds_alternative<expect::HasColumn>(expectation.expected)) {
    return std::optional<RowRule>{};  // its column may be absent
  }
  if (const auto* unusable = std::get_if<expect::Unusable>(&expectation.expected)) {
    return fail(Code::invalid, unusable->why);
  }
  TRY(const auto columns, suite_columns(check, table));
  return std::visit(
      [&](const auto& asked) -> Result<std::optional<RowRule>> {
        if constexpr (Fused<std::decay_t<decltype(asked)>>) {
          RowRule rule = base_rule(check, expectation.ignore, columns);
          TRY_OK(fill(rule, asked, columns));
          return std::optional(std::move(rule));
        } else {
          return std::optional<RowRule>{};
        }
      },
      expectation.expected);
}

}  // namespace mlpipe::stages::data_check
