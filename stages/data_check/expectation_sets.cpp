// Sets of values, quantiles, and what is told of a table by its columns.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "runner/base/text.hpp"
#include "stages/data_check/expectation_measure.hpp"
#include "stages/data_check/expectation_rule.hpp"
#include "stages/data_check/sql_text.hpp"
#include "stages/data_check/suite_kwargs.hpp"

namespace mlpipe::stages::data_check {
namespace {

using Kind = SuiteColumn::Kind;

constexpr std::size_t most_observed = 1000;  // values that a report lists
constexpr std::size_t most_problems = 20;

std::string json_cell(const port::Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text == nullptr ? "null" : *text;
}

Scalar scalar_of_json(const std::string& json) {
  const auto value = nlohmann::json::parse(json, nullptr, false);
  if (value.is_string()) {
    return {spec::NodeKind::string, value.get<std::string>()};
  }
  if (value.is_boolean()) {
    return {spec::NodeKind::boolean, json};
  }
  return {value.is_number_integer() ? spec::NodeKind::integer
          : value.is_number()       ? spec::NodeKind::real
                                    : spec::NodeKind::null,
          json};
}

std::string shown_scalar(const Scalar& value) {
  return value.kind == spec::NodeKind::string ? json_text(value.text) : value.text;
}

std::string observed_list(const std::vector<CountedValue>& values) {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < std::min(values.size(), most_observed); ++i) {
    items.push_back(values[i].json);
  }
  return json_list(items);
}

void add_problem(Measured& measured, std::string problem) {
  if (measured.problems.size() < most_problems) {
    measured.problems.push_back(std::move(problem));
  }
}

using Keys = std::set<std::string>;

Keys keys_of(const std::vector<Scalar>& values) {
  Keys keys;
  for (const Scalar& value : values) {
    keys.insert(value_key(value));
  }
  return keys;
}

}  // namespace

std::string json_text(const std::string& text) {
  return nlohmann::json(is_utf8(text) ? text : printable(text)).dump();
}

std::string json_list(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) {
    out += (out.empty() ? "" : ", ") + item;
  }
  return "[" + out + "]";
}

std::string value_key(const Scalar& value) {
  if (value.is_number() || value.kind == spec::NodeKind::boolean) {
    return fmt::format("n{}", value.kind == spec::NodeKind::boolean
                                  ? (value.text == "true" ? 1.0 : 0.0)
                                  : number_of(value) + 0.0);
  }
  return value.kind == spec::NodeKind::null ? "" : "s" + value.text;
}

Result<std::vector<CountedValue>> count_values(const Probe& probe) {
  const SuiteColumn& column = probe.columns[0];
  const std::string key =
      column.kind == Kind::mixed || column.kind == Kind::other ? column.json : column.value;
  TRY(const port::Rows rows,
      probe.engine.query(fmt::format(
          "SELECT any_value({}), count(*) FROM {} WHERE {} GROUP BY {} ORDER BY {} LIMIT {}",
          column.json, probe.table.rows(), probe.counts(), key, key, most_distinct + 1)));
  if (static_cast<std::int64_t>(rows.rows.size()) > most_distinct) {
    return fail(Code::refused, fmt::format("the column {} holds more than {} different values",
                                           printable(column.name), most_distinct));
  }
  std::vector<CountedValue> values;
  values.reserve(rows.rows.size());
  for (const auto& row : rows.rows) {
    CountedValue& value = values.emplace_back();
    value.json = json_cell(row.at(0));
    value.scalar = scalar_of_json(value.json);
    value.count = count_of(row.at(1));
  }
  return values;
}

Status measure_expected(const Probe& probe, const expect::DistinctSet& asked) {
  using Relation = expect::DistinctSet::Relation;
  TRY_OK(measure_counts(probe));
  TRY(const std::vector<CountedValue> values, count_values(probe));
  Measured& measured = probe.measured;
  measured.observed = observed_list(values);
  if (!asked.values) {
    return {};
  }
  if (asked.relation != Relation::contains) {
    const Keys known = keys_of(*asked.values);
    for (const CountedValue& value : values) {
      if (!known.contains(value_key(value.scalar))) {
        ++measured.violations;
        add_problem(measured, fmt::format("{} is not in the set", printable(value.json)));
      }
    }
  }
  if (asked.relation != Relation::in) {
    Keys found;
    for (const CountedValue& value : values) {
      found.insert(value_key(value.scalar));
    }
    for (const Scalar& wanted : *asked.values) {
      if (wanted.kind != spec::NodeKind::null && !found.contains(value_key(wanted))) {
        ++measured.violations;
        add_problem(measured, fmt::format("{} does not occur", printable(shown_scalar(wanted))));
      }
    }
  }
  return {};
}

Status measure_expected(const Probe& probe, const expect::MostCommon& asked) {
  TRY_OK(measure_counts(probe));
  TRY(const std::vector<CountedValue> values, count_values(probe));
  std::int64_t most = 0;
  for (const CountedValue& value : values) {
    most = std::max(most, value.count);
  }
  const Keys known = keys_of(asked.values);
  std::vector<CountedValue> modes;
  std::size_t members = 0;
  for (const CountedValue& value : values) {
    if (value.count == most) {
      modes.push_back(value);
      members += known.contains(value_key(value.scalar)) ? 1U : 0U;
    }
  }
  Measured& measured = probe.measured;
  measured.observed = observed_list(modes);
  const bool tie = modes.size() > 1 && asked.ties == expect::Equal::refused;
  if (tie) {
    add_problem(measured, fmt::format("{} values are equally common", modes.size()));
  } else if (members == 0) {
    add_problem(measured, modes.empty() ? std::string("there is no value")
                                        : fmt::format("the most common value {} is not in the set",
                                                      printable(modes.front().json)));
  }
  return {};
}

// pandas' quantile(interpolation="nearest"): the value at (n - 1) * q, rounded half to even.
Status measure_expected(const Probe& probe, const expect::Quantiles& asked) {
  const SuiteColumn& column = probe.columns[0];
  TRY_OK(need_numbers(column));
  TRY_OK(measure_counts(probe));
  Measured& measured = probe.measured;
  const std::int64_t n = measured.considered;
  std::string positions;
  for (const double q : asked.at) {
    const double index = std::nearbyint(static_cast<double>(n - 1) * q);
    positions += fmt::format("{}CAST('{}' AS DOUBLE)", positions.empty() ? "" : ", ",
                             (index + 0.5) / static_cast<double>(std::max<std::int64_t>(n, 1)));
  }
  std::vector<std::string> values(asked.at.size(), "null");
  if (n > 0 && !asked.at.empty()) {
    TRY(const port::Rows rows,
        probe.engine.query(
            fmt::format("SELECT unnest(quantile_disc(CAST({} AS DOUBLE), [{}])) FROM {} WHERE {}",
                        column.number, positions, probe.table.rows(), probe.counts())));
    for (std::size_t i = 0; i < values.size() && i < rows.rows.size(); ++i) {
      const auto* value = std::get_if<double>(&rows.rows[i].at(0));
      values[i] = value == nullptr || !std::isfinite(*value) ? "null" : fmt::format("{}", *value);
    }
  }
  for (std::size_t i = 0; i < asked.at.size(); ++i) {
    const Limits& limits = asked.limits[i];
    const double value = std::strtod(values[i].c_str(), nullptr);
    const bool low = limits.min && !(value >= number_of(*limits.min));
    const bool high = limits.max && !(value <= number_of(*limits.max));
    if (values[i] == "null" || low || high) {
      ++measured.violations;
      add_problem(measured, fmt::format("the quantile {} is {}, {}", asked.at[i], values[i],
                                        low    ? "below " + limits.min->text
                                        : high ? "above " + limits.max->text
                                               : std::string("which lies in no range")));
    }
  }
  std::vector<std::string> at;
  for (const double q : asked.at) {
    at.push_back(fmt::format("{}", q));
  }
  measured.observed = json_list(values);
  measured.details =
      fmt::format(R"({{"quantiles": {}, "values": {}}})", json_list(at), measured.observed);
  return {};
}

Status measure_expected(const Probe& probe, const expect::ColumnCount&) {
  probe.measured.number = static_cast<std::int64_t>(probe.table.columns().size());
  return {};
}

namespace {

std::vector<std::string> names_of(const Probe& probe) {
  std::vector<std::string> names;
  for (const table::TableColumn& column : probe.table.columns()) {
    names.push_back(column.name);
  }
  return names;
}

void observe(Measured& measured, const std::vector<std::string>& names) {
  std::vector<std::string> items;
  for (const std::string& name : names) {
    items.push_back(json_text(name));
  }
  measured.observed = json_list(items);
}

bool among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Status measure_expected(const Probe& probe, const expect::ColumnOrder& asked) {
  const std::vector<std::string> names = names_of(probe);
  observe(probe.measured, names);
  for (std::size_t i = 0; asked.names && i < std::max(names.size(), asked.names->size()); ++i) {
    const auto at = [&](const std::vector<std::string>& all) {
      return i < all.size() ? fmt::format("`{}`", printable(all[i])) : std::string("nothing");
    };
    if (at(names) != at(*asked.names)) {
      ++probe.measured.violations;
      add_problem(probe.measured,
                  fmt::format("column {} is {}, not {}", i + 1, at(names), at(*asked.names)));
    }
  }
  return {};
}

Status measure_expected(const Probe& probe, const expect::ColumnNames& asked) {
  const std::vector<std::string> names = names_of(probe);
  observe(probe.measured, names);
  for (const std::string& name : asked.names) {
    if (!among(names, name)) {
      ++probe.measured.violations;
      add_problem(probe.measured, fmt::format("there is no column `{}`", printable(name)));
    }
  }
  for (const std::string& name : names) {
    if (asked.others == expect::Equal::refused && !among(asked.names, name)) {
      ++probe.measured.violations;
      add_problem(probe.measured, fmt::format("the column `{}` is not expected", printable(name)));
    }
  }
  return {};
}

Status measure_expected(const Probe& probe, const expect::HasColumn& asked) {
  const std::vector<std::string> names = names_of(probe);
  const std::string& name = probe.check.columns.front();
  const auto found = std::find(names.begin(), names.end(), name);
  const auto index = static_cast<std::int64_t>(found - names.begin());
  if (found == names.end()) {
    add_problem(probe.measured, fmt::format("there is no column `{}`", printable(name)));
  } else if (asked.index && *asked.index != index) {
    add_problem(probe.measured,
                fmt::format("the column `{}` stands at {}, not at {}, counted from 0",
                            printable(name), index, *asked.index));
  }
  probe.measured.violations = static_cast<std::int64_t>(probe.measured.problems.size());
  return {};
}

Status measure_expected(const Probe& probe, const expect::NoRows& asked) {
  std::string query = asked.query;
  const std::string batch = probe.check.where.empty()
                                ? std::string("data")
                                : fmt::format("(SELECT * FROM data WHERE {})", probe.rule.scope);
  for (const std::string name : {"{batch}", "{active_batch}"}) {
    for (std::size_t at = query.find(name); at != std::string::npos;
         at = query.find(name, at + batch.size())) {
      query.replace(at, name.size(), batch);
    }
  }
  const std::string inner = fmt::format("(\n{}\n)", strip_end(query));
  TRY(const port::Rows counts, probe.engine.query(fmt::format("SELECT count(*) FROM {}", inner)));
  Measured& measured = probe.measured;
  measured.violations = count_of(counts.rows.at(0).at(0));
  measured.considered = probe.rows;
  measured.number = measured.violations;
  if (measured.violations == 0) {
    return {};
  }
  TRY(const port::Rows rows,
      probe.engine.query(fmt::format("SELECT CAST(to_json(r) AS VARCHAR) FROM {} AS r LIMIT {}",
                                     inner, probe.check.origin ? probe.check.origin->shown : 0)));
  for (const auto& row : rows.rows) {
    measured.sample.emplace_back().value = row.at(0);
  }
  return {};
}

Status measure_expected(const Probe&, const expect::RowCountOfOther& asked) {
  return fail(Code::refused,
              fmt::format("the table {} is not known here: a suite is checked on one table",
                          printable(asked.table)));
}

}  // namespace mlpipe::stages::data_check
