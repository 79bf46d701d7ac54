#include <fmt/format.h>

#include <memory>

#include "stages/data_check/plan.hpp"
#include "stages/data_check/row_plan.hpp"

namespace mlpipe::stages::data_check {
namespace {

// Rows that are compared with one another, as SQL over the columns together.
struct Key {
  std::string columns;   // "x" AS k0, "y" AS k3
  std::string names;     // k0, k3
  std::string shown;     // one text of all values
  std::string equal;     // n and d agree
  std::string left_out;  // rows that are not compared
  std::string scope;
  std::string extra;          // further columns: of the rows
  std::string bad = "n > 1";  // a group at fault, by its rows n (and labels)
  std::string grouped;        // further aggregates of a group
  std::string counted = "n";  // how many of its rows are at fault
};

enum class LeaveOut : std::uint8_t { never, any_missing, all_missing };

Result<Key> key_of(const Ground& ground, const std::vector<std::string>& columns,
                   LeaveOut leave_out) {
  Key key;
  key.scope = ground.scope;
  for (const std::string& name : columns) {
    TRY(const std::size_t column, find_column(ground.table, name));
    const std::string k = fmt::format("k{}", column);
    const bool first = key.names.empty();
    key.columns += fmt::format("{}{} AS {}", first ? "" : ", ", ground.table.value(column), k);
    key.names += (first ? "" : ", ") + k;
    key.shown += fmt::format("{}coalesce({}, 'NULL')", first ? "" : " || ', ' || ",
                             ground.table.text(column));
    key.equal += fmt::format("{}n.{} IS NOT DISTINCT FROM d.{}", first ? "" : " AND ", k, k);
    key.left_out += (first                                ? ""
                     : leave_out == LeaveOut::any_missing ? " OR "
                                                          : " AND ") +
                    ground.table.missing(column);
  }
  if (leave_out == LeaveOut::never) {
    key.left_out = "false";
  }
  return key;
}

std::string keyed_rows(const Key& key, const Ground& ground) {
  return fmt::format("SELECT {}{}, {} AS scope, ({}) AS missing FROM {}", key.columns, key.extra,
                     key.scope, key.left_out, ground.table.rows());
}

// Rows in scope, rows at fault, rows that are left out.
Query counts(const Key& key, const Ground& ground,
             std::function<void(std::int64_t, std::int64_t, std::int64_t)> take) {
  return {fmt::format(
              "SELECT CAST(coalesce(sum(n), 0) AS BIGINT), CAST(coalesce(sum({}) FILTER (WHERE NOT "
              "missing AND {}), 0) AS BIGINT), CAST(coalesce(sum(n) FILTER (WHERE missing), 0) AS "
              "BIGINT) FROM (SELECT missing, count(*) AS n{} FROM ({}) WHERE scope GROUP BY {}, "
              "missing)",
              key.counted, key.bad, key.grouped, keyed_rows(key, ground), key.names),
          [take = std::move(take)](const port::Rows& rows) -> Status {
            const auto& row = rows.rows.at(0);
            take(count_of(row.at(0)), count_of(row.at(1)), count_of(row.at(2)));
            return {};
          }};
}

enum class Missing : std::uint8_t { left_out, at_fault };

Round sample_round(const Key& key, Missing missing, const Ground& ground) {
  Measured& out = ground.out;
  if (out.violations == 0 || !ground.wants_sample(out)) {
    return {};
  }
  const std::string numbered = fmt::format(
      "SELECT row_number() OVER () AS row, {}{}, {} AS shown, {} AS scope, ({}) AS missing FROM {}",
      key.columns, key.extra, key.shown, key.scope, key.left_out, ground.table.rows());
  Round round;
  round.queries.push_back(
      {fmt::format(
           "WITH n AS NOT MATERIALIZED ({0}), d AS (SELECT {1}, min(row) AS first, "
           "min(row, 2)[2] AS second FROM n WHERE scope AND NOT missing GROUP BY {1} HAVING {5} "
           "ORDER BY {7} LIMIT {2}) SELECT row, shown FROM (SELECT n.row, n.shown FROM n JOIN d ON "
           "{3} WHERE n.scope "
           "AND NOT n.missing{6} UNION ALL SELECT row, shown FROM n WHERE {4} AND scope AND "
           "missing) "
           "ORDER BY row LIMIT {2}",
           numbered, key.names, ground.samples, key.equal,
           missing == Missing::at_fault ? "true" : "false",
           key.grouped.empty() ? "count(*) > 1" : "count(DISTINCT label) > 1",
           key.counted == "n" ? "" : " AND n.row > d.first",
           key.counted == "n" ? "first" : "second"),
       [&out](const port::Rows& rows) -> Status {
         for (const auto& row : rows.rows) {
           out.sample.push_back({count_of(row.at(0)), row.at(1)});
         }
         return {};
       }});
  return round;
}

Round key_round(Key key, Missing missing, const Ground& ground) {
  Round round;
  round.queries.push_back(counts(
      key, ground,
      [missing, &out = ground.out](std::int64_t rows, std::int64_t bad, std::int64_t left_out) {
        const bool faulty = missing == Missing::at_fault;
        out.missing = left_out;
        out.considered = faulty ? rows : rows - left_out;
        out.violations = bad + (faulty ? left_out : 0);
      }));
  round.then = [key = std::move(key), missing, ground]() -> Result<Round> {
    return sample_round(key, missing, ground);
  };
  return round;
}

}  // namespace

Result<std::optional<Round>> key_plan(const Ground& ground) {
  const Rule& rule = ground.check.rule;
  if (const auto* unique = std::get_if<Unique>(&rule)) {
    const LeaveOut out = unique->ignore == IgnoreRows::never         ? LeaveOut::never
                         : unique->ignore == IgnoreRows::any_missing ? LeaveOut::any_missing
                                                                     : LeaveOut::all_missing;
    TRY(Key key, key_of(ground, ground.check.columns, out));
    return key_round(std::move(key), Missing::left_out, ground);
  }
  if (std::holds_alternative<PrimaryKey>(rule)) {
    TRY(Key key, key_of(ground, ground.check.columns, LeaveOut::any_missing));
    return key_round(std::move(key), Missing::at_fault, ground);
  }
  if (const auto* duplicates = std::get_if<DuplicateRows>(&rule)) {
    for (const std::string& name : duplicates->except) {
      TRY_OK(find_column(ground.table, name));
    }
    TRY(Key key,
        key_of(ground,
               ground.check.columns.empty() ? columns_without(ground.table, duplicates->except)
                                            : ground.check.columns,
               LeaveOut::never));
    key.counted = "n - 1";
    return key_round(std::move(key), Missing::left_out, ground);
  }
  if (const auto* conflict = std::get_if<ConflictingLabels>(&rule)) {
    TRY(const std::size_t label, find_column(ground.table, conflict->label));
    TRY(Key key,
        key_of(ground,
               conflict->features.empty() ? columns_without(ground.table, {conflict->label})
                                          : conflict->features,
               LeaveOut::never));
    key.extra = fmt::format(", {} AS label", ground.table.value(label));
    key.left_out = ground.table.missing(label);
    key.grouped = ", count(DISTINCT label) AS labels";
    key.bad = "labels > 1";
    key.shown += fmt::format(" || ' -> ' || coalesce({}, 'NULL')", ground.table.text(label));
    return key_round(std::move(key), Missing::left_out, ground);
  }
  return std::optional<Round>{};
}

}  // namespace mlpipe::stages::data_check
