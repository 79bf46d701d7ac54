#include "stages/data_check/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "runner/base/text.hpp"
#include "stages/data_check/column_set.hpp"
#include "stages/data_check/expectation_measure.hpp"
#include "stages/data_check/row_rule.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

std::int64_t count_of(const port::Cell& cell) {
  const auto* number = std::get_if<std::int64_t>(&cell);
  return number == nullptr ? 0 : *number;
}

std::string text_of(const port::Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return *text;
  }
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    return fmt::to_string(*whole);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return fmt::format("{}", *real);
  }
  return "NULL";
}

// What belongs to the engine or the machine, not to one check: the whole table cannot be checked.
bool is_fatal(const Error& error) {
  return error.code != Code::invalid && error.code != Code::refused &&
         error.code != Code::not_found;
}

std::size_t shown(const Check& check) {
  return check.origin ? check.origin->shown : default_samples;
}

class Measurer {
 public:
  Measurer(port::TableEngine& engine, const Table& table, const Config& config)
      : engine_(engine), table_(table), config_(config), rules_(config.checks.size()) {
    result_.checks.resize(config.checks.size());
    result_.columns = table.columns();
  }

  Result<Measurement> run() {
    for (std::size_t i = 0; i < config_.checks.size(); ++i) {
      auto rule = row_rule(config_.checks[i], table_);
      if (!rule) {
        result_.checks[i].error = rule.error().message;
      } else {
        rules_[i] = std::move(*rule);
      }
    }
    TRY_OK(fused());
    TRY_OK(malformed());
    for (std::size_t i = 0; i < config_.checks.size(); ++i) {
      if (!result_.checks[i].error.empty()) {
        continue;
      }
      if (const Status status = finish(i); !status) {
        if (is_fatal(status.error())) {
          return tl::make_unexpected(status.error());
        }
        result_.checks[i].error = status.error().message;
      }
    }
    return std::move(result_);
  }

 private:
  // Every check on single rows in one pass. Where the statement fails, each is tried alone, to find
  // the one at fault.
  Status fused() {
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      if (rules_[i]) {
        members.push_back(i);
      }
    }
    const Status together = pass(members);
    if (together || is_fatal(together.error())) {
      return together;
    }
    TRY_OK(pass({}));
    for (const std::size_t member : members) {
      if (const Status alone = pass({member}); !alone) {
        if (is_fatal(alone.error())) {
          return alone;
        }
        result_.checks[member].error = alone.error().message;
      }
    }
    return {};
  }

  Status pass(const std::vector<std::size_t>& members) {
    std::string select = "SELECT count(*)";
    for (const std::size_t member : members) {
      select += ", " + aggregates(*rules_[member]);
    }
    // A column that no aggregate asks for would not be decoded, and its bad bytes not be seen.
    for (std::size_t i = 0; table_.format() == Format::csv && i < table_.columns().size(); ++i) {
      select += fmt::format(", count({})", table_.value(i));
    }
    TRY(const port::Rows rows, engine_.query(select + " FROM " + table_.logged_rows()));
    const auto& row = rows.rows.at(0);
    result_.rows = count_of(row.at(0));
    std::size_t at = 1;
    for (const std::size_t member : members) {
      Measured& measured = result_.checks[member];
      measured.considered = count_of(row.at(at));
      measured.violations = count_of(row.at(at + 1));
      measured.missing = count_of(row.at(at + 2));
      if (count_of(row.at(at + 3)) > 0) {
        unusable_[member] = count_of(row.at(at + 3));
      }
      take_extremes(member, row.at(at + 4), row.at(at + 5));
      at += aggregates_per_rule;
    }
    return {};
  }

  void take_extremes(std::size_t member, const port::Cell& low, const port::Cell& high) {
    Measured& measured = result_.checks[member];
    if (std::holds_alternative<Expectation>(config_.checks[member].rule)) {
      measured.number = low;
    } else if (std::holds_alternative<RowCount>(config_.checks[member].rule)) {
      measured.number = measured.considered;
    } else if (std::holds_alternative<Freshness>(config_.checks[member].rule)) {
      if (const auto* latest = std::get_if<std::int64_t>(&high)) {
        measured.latest_ms = *latest;
      }
    } else {
      measured.low = low;
      measured.high = high;
    }
  }

  // What the last scan with a log left in reject_errors.
  Status malformed() {
    if (table_.format() != Format::csv) {
      return {};
    }
    const std::string last = "scan_id = (SELECT max(scan_id) FROM reject_scans)";
    TRY(const port::Rows counts,
        engine_.query(
            fmt::format("SELECT count(DISTINCT (file_id, line)), count(*), count(*) FILTER (WHERE "
                        "error_type = 'INVALID ENCODING') FROM reject_errors WHERE {}",
                        last)));
    Malformed& malformed = result_.malformed;
    malformed.lines = count_of(counts.rows.at(0).at(0));
    malformed.more = count_of(counts.rows.at(0).at(1)) >= reject_limit;
    malformed.encoding = count_of(counts.rows.at(0).at(2)) > 0;
    if (malformed.lines == 0) {
      return {};
    }
    TRY(const port::Rows lines,
        engine_.query(fmt::format(
            "SELECT any_value(s.file_path), e.line, min(e.error_message) FROM reject_errors e JOIN "
            "reject_scans s USING (scan_id, file_id) WHERE {} GROUP BY file_id, e.line ORDER BY "
            "file_id, e.line LIMIT {}",
            last, default_samples)));
    for (const auto& row : lines.rows) {
      malformed.sample.push_back({text_of(row.at(0)), count_of(row.at(1)), text_of(row.at(2))});
    }
    return {};
  }

  Status finish(std::size_t i) {
    const Check& check = config_.checks[i];
    if (std::holds_alternative<Expectation>(check.rule) && !rules_[i]) {
      return measure_expectation(engine_, table_, check, result_.rows, result_.checks[i]);
    }
    if (const auto* set = std::get_if<ColumnSet>(&check.rule)) {
      compare_columns(*set, table_, result_.checks[i]);
      return {};
    }
    if (const auto* sql = std::get_if<Sql>(&check.rule)) {
      return sql->expect ? scalar(*sql, i) : failing_rows(*sql, check, i);
    }
    return rules_[i] ? samples(i) : keys(check, i);
  }

  Status samples(std::size_t i) {
    Measured& measured = result_.checks[i];
    const auto bad = unusable_.find(i);
    if (bad == unusable_.end() && measured.violations == 0) {
      return {};
    }
    const std::string condition =
        bad != unusable_.end() ? unusable(*rules_[i]) : violation(*rules_[i]);
    const std::size_t limit = std::max<std::size_t>(shown(config_.checks[i]), 1);
    TRY(const port::Rows rows, engine_.query(sample_query(*rules_[i], table_, condition, limit)));
    take_sample(rows, measured);
    if (bad != unusable_.end()) {
      const bool numbers = std::holds_alternative<Between>(config_.checks[i].rule) &&
                           rules_[i]->unusable.find("mlpipe.number") != std::string::npos;
      const SampleRow& first = measured.sample.at(0);
      measured.error = fmt::format(
          "{} of {} values {} no {}, first in row {}: \"{}\"; name texts that mean a missing value "
          "in "
          "csv.null_values",
          bad->second, measured.considered, bad->second == 1 ? "is" : "are",
          numbers ? "number" : "date or time", first.row.value_or(0),
          printable(text_of(first.value)));
    }
    return {};
  }

  static void take_sample(const port::Rows& rows, Measured& measured) {
    for (const auto& row : rows.rows) {
      measured.sample.push_back({count_of(row.at(0)), row.at(1)});
    }
  }

  // unique and primary_key, as SQL over the columns together.
  struct Key {
    std::string columns;   // "x" AS k0, "y" AS k3
    std::string names;     // k0, k3
    std::string shown;     // one text of all values
    std::string equal;     // n and d agree
    std::string left_out;  // primary_key: any part is missing; unique: all are
    std::string scope;
  };

  Result<Key> key_of(const Check& check, bool primary) {
    Key key;
    key.scope = scope_of(check);
    for (const std::string& name : check.columns) {
      TRY(const std::size_t column, find_column(table_, name));
      const std::string k = fmt::format("k{}", column);
      const bool first = key.names.empty();
      key.columns += fmt::format("{}{} AS {}", first ? "" : ", ", table_.value(column), k);
      key.names += (first ? "" : ", ") + k;
      key.shown +=
          fmt::format("{}coalesce({}, 'NULL')", first ? "" : " || ', ' || ", table_.text(column));
      key.equal += fmt::format("{}n.{} IS NOT DISTINCT FROM d.{}", first ? "" : " AND ", k, k);
      key.left_out += (first ? "" : primary ? " OR " : " AND ") + table_.missing(column);
    }
    return key;
  }

  // Rows of a group with several members all count.
  Status keys(const Check& check, std::size_t i) {
    const bool primary = std::holds_alternative<PrimaryKey>(check.rule);
    TRY(const Key key, key_of(check, primary));
    TRY(const port::Rows rows,
        engine_.query(fmt::format("SELECT CAST(coalesce(sum(n), 0) AS BIGINT), "
                                  "CAST(coalesce(sum(n) FILTER (WHERE NOT missing "
                                  "AND n > 1), 0) AS BIGINT), CAST(coalesce(sum(n) FILTER (WHERE "
                                  "missing), 0) AS BIGINT) FROM "
                                  "(SELECT missing, count(*) AS n FROM (SELECT {}, {} AS scope, "
                                  "({}) AS missing FROM {}) WHERE "
                                  "scope GROUP BY {}, missing)",
                                  key.columns, key.scope, key.left_out, table_.rows(), key.names)));
    Measured& measured = result_.checks[i];
    const std::int64_t in_scope = count_of(rows.rows.at(0).at(0));
    measured.missing = count_of(rows.rows.at(0).at(2));
    measured.considered = primary ? in_scope : in_scope - measured.missing;
    measured.violations = count_of(rows.rows.at(0).at(1)) + (primary ? measured.missing : 0);
    return measured.violations == 0 ? Status{} : key_samples(key, primary, measured);
  }

  Status key_samples(const Key& key, bool primary, Measured& measured) {
    const std::string numbered = fmt::format(
        "SELECT row_number() OVER () AS row, {}, {} AS shown, {} AS scope, ({}) AS missing FROM {}",
        key.columns, key.shown, key.scope, key.left_out, table_.rows());
    TRY(const port::Rows sample,
        engine_.query(fmt::format("WITH n AS NOT MATERIALIZED ({0}), d AS (SELECT {1}, min(row) AS "
                                  "first FROM n WHERE scope AND NOT missing GROUP BY "
                                  "{1} HAVING count(*) > 1 ORDER BY first LIMIT {2}) SELECT row, "
                                  "shown FROM (SELECT n.row, n.shown FROM n JOIN d ON {3} "
                                  "WHERE n.scope AND NOT n.missing UNION ALL SELECT row, shown "
                                  "FROM n WHERE {4} AND scope AND missing) ORDER BY row "
                                  "LIMIT {2}",
                                  numbered, key.names, default_samples, key.equal,
                                  primary ? "true" : "false")));
    take_sample(sample, measured);
    return {};
  }

  Status failing_rows(const Sql& sql, const Check& check, std::size_t i) {
    Measured& measured = result_.checks[i];
    const std::string inner = fmt::format("(\n{}\n)", strip_end(sql.query));
    const std::string where = check.where.empty() ? "" : fmt::format(" WHERE {}", scope_of(check));
    TRY(const port::Rows counts,
        engine_.query(fmt::format("SELECT count(*) FROM {}{}", inner, where)));
    measured.violations = count_of(counts.rows.at(0).at(0));
    measured.considered = result_.rows;
    measured.number = measured.violations;
    if (measured.violations == 0) {
      return {};
    }
    TRY(const port::Rows rows,
        engine_.query(fmt::format("SELECT * FROM {}{} LIMIT {}", inner, where, default_samples)));
    for (const auto& row : rows.rows) {
      std::string shown;
      for (std::size_t c = 0; c < row.size(); ++c) {
        shown += fmt::format("{}{}={}", c == 0 ? "" : ", ", rows.columns[c].name, text_of(row[c]));
      }
      measured.sample.emplace_back().value = std::move(shown);
    }
    return {};
  }

  Status scalar(const Sql& sql, std::size_t i) {
    TRY(const port::Rows rows,
        engine_.query(fmt::format("SELECT * FROM (\n{}\n) LIMIT 2", strip_end(sql.query))));
    if (rows.columns.size() != 1 || rows.rows.size() != 1) {
      return fail(Code::invalid,
                  fmt::format("with `expect`, the query must return one number; it returned {} "
                              "column{} and {} row{}",
                              rows.columns.size(), rows.columns.size() == 1 ? "" : "s",
                              rows.rows.size() > 1 ? "several" : fmt::to_string(rows.rows.size()),
                              rows.rows.size() == 1 ? "" : "s"));
    }
    const port::Cell& cell = rows.rows[0][0];
    if (!std::holds_alternative<std::int64_t>(cell) && !std::holds_alternative<double>(cell)) {
      return fail(
          Code::invalid,
          fmt::format("with `expect`, the query must return one number; it returned {} ({})",
                      printable(text_of(cell)), rows.columns[0].type));
    }
    result_.checks[i].number = cell;
    result_.checks[i].considered = result_.rows;
    return {};
  }

  port::TableEngine& engine_;
  const Table& table_;
  const Config& config_;
  std::vector<std::optional<RowRule>> rules_;
  std::map<std::size_t, std::int64_t> unusable_;  // check -> values that cannot be compared
  Measurement result_;
};

// Only people's SQL and declared types look at the types of a CSV.
Types needed_types(const Config& config) {
  if (std::any_of(config.checks.begin(), config.checks.end(),
                  [](const Check& check) { return check.origin.has_value(); })) {
    return Types::written;
  }
  const bool needed =
      std::any_of(config.checks.begin(), config.checks.end(), [](const Check& check) {
        const auto* set = std::get_if<ColumnSet>(&check.rule);
        return std::holds_alternative<Sql>(check.rule) || !check.where.empty() ||
               (set != nullptr && !set->types.empty());
      });
  return needed ? Types::infer : Types::skip;
}

}  // namespace

Result<Measurement> measure(port::TableEngine& engine, const TableFiles& files,
                            const Config& config) {
  TRY(const Table table, Table::open(engine, files, config.csv, needed_types(config)));
  return Measurer(engine, table, config).run();
}

}  // namespace mlpipe::stages::data_check
