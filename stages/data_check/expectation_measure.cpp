#include "stages/data_check/expectation_measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "runner/base/text.hpp"
#include "runner/spec/schema.hpp"
#include "runner/spec/schema_check.hpp"
#include "stages/data_check/date_text.hpp"
#include "stages/data_check/expectation_rule.hpp"
#include "stages/data_check/suite_json.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::data_check {
namespace {

using Kind = SuiteColumn::Kind;

std::size_t shown(const Probe& probe) {
  return probe.check.origin ? probe.check.origin->shown : 0;
}

Status take_sample(const Probe& probe, const std::string& query) {
  TRY(const port::Rows rows, probe.engine.query(query));
  for (const auto& row : rows.rows) {
    probe.measured.sample.push_back({count_of(row.at(0)), row.at(1)});
  }
  return {};
}

// Rows as (row, value parts k0 ..., shown, counted).
std::string numbered(const Probe& probe, const std::string& parts) {
  return fmt::format("SELECT row_number() OVER () AS row, {}, {} AS shown, {} AS counted FROM {}",
                     parts, probe.rule.value, probe.counts(), probe.table.rows());
}

// Rows of a group with several members all count.
Status measure_keys(const Probe& probe) {
  std::string parts;
  std::string names;
  std::string equal;
  for (std::size_t i = 0; i < probe.columns.size(); ++i) {
    const SuiteColumn& column = probe.columns[i];
    const std::string value = column.kind == Kind::mixed ? column.json : column.value;
    const std::string comma = i == 0 ? "" : ", ";
    parts += fmt::format("{}CASE WHEN NOT {} THEN {} END AS k{}", comma, column.missing, value, i);
    names += fmt::format("{}k{}", comma, i);
    equal += fmt::format("{}n.k{} IS NOT DISTINCT FROM d.k{}", i == 0 ? "" : " AND ", i, i);
  }
  TRY_OK(measure_counts(probe));
  TRY(const port::Rows rows,
      probe.engine.query(fmt::format(
          "SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM (SELECT count(*) AS n FROM (SELECT {}, "
          "{} AS counted FROM {}) WHERE counted GROUP BY {} HAVING count(*) > 1)",
          parts, probe.counts(), probe.table.rows(), names)));
  probe.measured.violations = count_of(rows.rows.at(0).at(0));
  if (probe.measured.violations == 0) {
    return {};
  }
  return take_sample(
      probe,
      fmt::format("WITH n AS NOT MATERIALIZED ({0}), d AS (SELECT {1}, min(row) AS first FROM "
                  "n WHERE counted GROUP BY {1} HAVING count(*) > 1 ORDER BY first LIMIT "
                  "{2}) SELECT n.row, n.shown FROM n JOIN d ON {3} WHERE n.counted ORDER BY "
                  "n.row LIMIT {2}",
                  numbered(probe, parts), names, shown(probe), equal));
}

Status measure_expected(const Probe& probe, const expect::Distinct&) {
  return measure_keys(probe);
}
Status measure_expected(const Probe& probe, const expect::CompoundDistinct&) {
  return measure_keys(probe);
}

// A rule on rows by itself, with its sample.
Status measure_rule(const Probe& probe, const RowRule& rule) {
  std::string select;
  for (const std::string& column : aggregates(rule)) {
    select += (select.empty() ? "" : ", ") + column;
  }
  TRY(const port::Rows rows,
      probe.engine.query(fmt::format("SELECT {} FROM {}", select, probe.table.rows())));
  (void)take_aggregates(rows.rows.at(0), probe.measured);
  return probe.measured.violations == 0
             ? Status{}
             : take_sample(probe,
                           sample_query(rule, probe.table.rows(), violation(rule), shown(probe)));
}

Status measure_expected(const Probe& probe, const expect::ZScore& asked) {
  TRY_OK(need_numbers(probe.columns[0]));
  TRY_OK(measure_counts(probe));
  if (probe.measured.considered == 0) {
    return {};
  }
  const std::string value = fmt::format("CAST({} AS DOUBLE)", probe.columns[0].number);
  TRY(const port::Rows moments,
      probe.engine.query(fmt::format(
          "SELECT favg({0}), stddev_samp(CASE WHEN isfinite({0}) THEN {0} END) FROM {1} WHERE {2}",
          value, probe.table.rows(), probe.counts())));
  const auto* mean = std::get_if<double>(&moments.rows.at(0).at(0));
  const auto* deviation = std::get_if<double>(&moments.rows.at(0).at(1));
  RowRule rule = probe.rule;
  if (mean == nullptr || deviation == nullptr || !std::isfinite(*mean)) {
    rule.violated = "true";  // no z-score lies below anything
    return measure_rule(probe, rule);
  }
  const std::string score = fmt::format(
      "(({} - CAST('{}' AS DOUBLE)) / nullif(CAST('{}' AS DOUBLE), 0))", value, *mean, *deviation);
  rule.violated =
      asked.side == expect::Side::both
          ? fmt::format("(NOT coalesce(abs({}) < CAST('{}' AS DOUBLE), false))", score,
                        std::fabs(asked.threshold))
          : fmt::format("(NOT coalesce({} < CAST('{}' AS DOUBLE), false))", score, asked.threshold);
  return measure_rule(probe, rule);
}

// Each value beside the one before it; missing ones are left out.
Status measure_expected(const Probe& probe, const expect::Sorted& asked) {
  const SuiteColumn& column = probe.columns[0];
  TRY_OK(measure_counts(probe));
  if (column.kind == Kind::nothing) {
    return {};
  }
  std::string value = column.number.empty() ? column.value : column.number;
  if (column.kind == Kind::text) {
    value = sql_time_of_text(column.value);
    TRY(const port::Rows odd,
        probe.engine.query(fmt::format("SELECT count(*) FROM {} WHERE {} AND {} IS NULL",
                                       probe.table.rows(), probe.counts(), value)));
    if (count_of(odd.rows.at(0).at(0)) > 0) {
      return fail(Code::invalid,
                  fmt::format("the column {} holds texts that are no dates, and texts "
                              "have no steps",
                              printable(column.name)));
    }
  } else if (column.kind == Kind::mixed || column.kind == Kind::other) {
    return fail(Code::invalid, fmt::format("the column {} holds {}, which have no order",
                                           printable(column.name), kind_name(column.kind)));
  }
  const bool up = asked.direction == expect::Direction::up;
  const bool equal = asked.equal == expect::Equal::allowed;
  const char* broken = up ? (equal ? "<" : "<=") : (equal ? ">" : ">=");
  const std::string steps = fmt::format(
      "SELECT row, shown FROM (SELECT row, shown, v, lag(v) OVER (ORDER BY row) AS before FROM "
      "({}) "
      "WHERE counted) WHERE v {} before",
      numbered(probe, value + " AS v"), broken);
  TRY(const port::Rows rows, probe.engine.query(fmt::format("SELECT count(*) FROM ({})", steps)));
  probe.measured.violations = count_of(rows.rows.at(0).at(0));
  return probe.measured.violations == 0
             ? Status{}
             : take_sample(probe, fmt::format("{} ORDER BY row LIMIT {}", steps, shown(probe)));
}

// A test on texts that SQL cannot make: each different text that `left` lets through is looked at
// once.
Status measure_texts(const Probe& probe, const std::string& left,
                     const std::function<bool(const std::string&)>& good) {
  const SuiteColumn& column = probe.columns[0];
  TRY_OK(measure_counts(probe));
  const std::string counted = fmt::format(
      "SELECT v, count(*), min(row) AS first FROM ({}) WHERE counted AND {} GROUP BY v ORDER BY "
      "first LIMIT {}",
      numbered(probe, column.value + " AS v"), left, most_distinct + 1);
  TRY(const port::Rows rows, probe.engine.query(counted));
  if (static_cast<std::int64_t>(rows.rows.size()) > most_distinct) {
    return fail(Code::refused,
                fmt::format("the column {} holds more than {} different texts to look "
                            "at one by one",
                            printable(column.name), most_distinct));
  }
  std::string bad;
  std::size_t named = 0;
  for (const auto& row : rows.rows) {
    const auto* text = std::get_if<std::string>(&row.at(0));
    if (text == nullptr || good(*text)) {
      continue;
    }
    probe.measured.violations += count_of(row.at(1));
    if (named++ < shown(probe)) {
      bad += (bad.empty() ? "" : ", ") + table::quote_literal(*text);
    }
  }
  return bad.empty()
             ? Status{}
             : take_sample(probe,
                           fmt::format("SELECT row, shown FROM ({}) WHERE counted AND "
                                       "v IN ({}) ORDER BY row LIMIT {}",
                                       numbered(probe, column.value + " AS v"), bad, shown(probe)));
}

Status measure_expected(const Probe& probe, const expect::DateText&) {
  TRY_OK(need_texts(probe.columns[0]));
  return measure_texts(probe, "TRY_CAST(v AS TIMESTAMP) IS NULL",
                       [](const std::string& text) { return is_dateutil_text(text); });
}

// A text that is no JSON ends the check: whether it would fit cannot be told.
Status measure_expected(const Probe& probe, const expect::JsonSchema& asked) {
  TRY(const spec::SchemaSet schema, spec::SchemaSet::parse(asked.schema));
  TRY_OK(need_texts(probe.columns[0]));
  std::string broken;
  TRY_OK(measure_texts(probe, "true", [&](const std::string& text) {
    spec::Diagnostics problems;
    const spec::Node node = read_json(0, text, problems);
    broken = problems.has_errors() && broken.empty() ? text : broken;
    return !problems.has_errors() && spec::matches(schema.root(), node);
  }));
  return broken.empty() ? Status{}
                        : Status(fail(Code::invalid, fmt::format("{} is no JSON",
                                                                 printable(broken.substr(0, 80)))));
}

// What a fused pass has measured already.
template <typename T>
Status measure_expected(const Probe&, const T&) {
  return fail(Code::internal, "this expectation belongs to the fused pass");
}

}  // namespace

std::string Probe::counts() const {
  return rule.missing == "false" ? rule.scope
                                 : fmt::format("{} AND NOT {}", rule.scope, rule.missing);
}

Status measure_counts(const Probe& probe) {
  TRY(const port::Rows rows,
      probe.engine.query(fmt::format("SELECT count(*) FILTER (WHERE {}), count(*) FILTER (WHERE {} "
                                     "AND {}) FROM {}",
                                     probe.counts(), probe.rule.scope, probe.rule.missing,
                                     probe.table.rows())));
  probe.measured.considered = count_of(rows.rows.at(0).at(0));
  probe.measured.missing = count_of(rows.rows.at(0).at(1));
  return {};
}

Status measure_expectation(port::TableEngine& engine, const table::Table& table, const Check& check,
                           std::int64_t rows, Measured& measured) {
  const auto& expectation = std::get<Expectation>(check.rule);
  std::vector<SuiteColumn> columns;
  if (!std::holds_alternative<expect::HasColumn>(expectation.expected)) {
    TRY(columns, suite_columns(check, table));
  }
  const Probe probe{engine, table,   check, columns, base_rule(check, expectation.ignore, columns),
                    rows,   measured};
  return std::visit([&](const auto& asked) { return measure_expected(probe, asked); },
                    expectation.expected);
}

}  // namespace mlpipe::stages::data_check
