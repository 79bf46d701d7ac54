#include "stages/data_check/measure.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "runner/base/text.hpp"
#include "stages/data_check/column_sql.hpp"
#include "stages/data_check/expectation_measure.hpp"
#include "stages/data_check/expectation_rule.hpp"
#include "stages/data_check/ground.hpp"
#include "stages/data_check/plan.hpp"
#include "stages/data_check/rounds.hpp"
#include "stages/data_check/sql_text.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr std::size_t most_segments = 200;

std::string scope_of(const Check& check) {
  return check.where.empty() ? "true"
                             : fmt::format("coalesce((\n{}\n), false)", strip_end(check.where));
}

class Measurer {
 public:
  Measurer(port::TableEngine& engine, const Table& table, const std::vector<NamedTable>& others,
           const Config& config, const WantsSample& wants_sample)
      : engine_(engine), table_(table), others_(others), config_(config), wants_(wants_sample) {
    result_.checks.resize(config.checks.size());
    result_.columns = table.columns();
  }

  Result<Measurement> run() {
    std::vector<Task> tasks;
    Measured whole;
    tasks.push_back({whole_table(), &whole});
    for (std::size_t i = 0; i < config_.checks.size(); ++i) {
      TRY_OK(begin(i, tasks));
    }
    TRY_OK(run_rounds(engine_, std::move(tasks), {table_.logged_rows(), table_.rows()}));
    if (!whole.error.empty()) {
      return fail(Code::invalid, whole.error);
    }
    if (table_.format() == Format::csv) {
      TRY(result_.malformed, table::read_malformed(engine_, static_cast<int>(default_samples)));
    }
    TRY_OK(expectations());
    for (std::size_t i = 0; i < config_.checks.size(); ++i) {
      if (std::holds_alternative<data_check::Files>(config_.checks[i].rule)) {
        measure_files(result_.checks[i]);
      }
    }
    return std::move(result_);
  }

 private:
  // A column that nothing asks for would not be decoded, and its bad bytes not be seen.
  Round whole_table() {
    Ask ask{
        table_.logged_rows(), {"count(*)"}, [this](std::span<const port::Cell> cells) -> Status {
          result_.rows = count_of(cells[0]);
          return {};
        }};
    if (table_.format() == Format::csv) {
      std::string all;
      for (std::size_t i = 0; i < table_.columns().size(); ++i) {
        all += (all.empty() ? "" : ", ") + table_.value(i);
      }
      ask.columns.push_back(fmt::format("count(coalesce({}))", all));
    }
    Round round;
    round.asks.push_back(std::move(ask));
    return round;
  }

  // The tasks of a check: one, or one for each segment.
  Status begin(std::size_t i, std::vector<Task>& tasks) {
    const Check& check = config_.checks[i];
    Measured& measured = result_.checks[i];
    if (check.group_by.empty()) {
      start(check, scope_of(check), measured, tasks);
      return {};
    }
    const auto segments = find_segments(check);
    if (!segments) {
      if (is_fatal(segments.error())) {
        return tl::make_unexpected(segments.error());
      }
      measured.error = segments.error().message;
      return {};
    }
    for (const auto& [name, condition] : *segments) {
      measured.segments.push_back({name, {}});
    }
    for (std::size_t k = 0; k < segments->size(); ++k) {
      start(check, fmt::format("({} AND {})", scope_of(check), (*segments)[k].second),
            measured.segments[k].measured, tasks);
    }
    return {};
  }

  void start(const Check& check, const std::string& scope, Measured& out,
             std::vector<Task>& tasks) {
    const Ground ground{
        table_,
        others_,
        check,
        scope,
        check.origin ? std::max<std::size_t>(check.origin->shown, 1) : config_.samples,
        result_.rows,
        [this, &check](const Measured& one) { return wants_(check, one); },
        out};
    auto round = plan_check(ground);
    if (!round) {
      out.error = round.error().message;
    } else {
      tasks.push_back({std::move(*round), &out});
    }
  }

  // Those that take more than one pass come behind the rounds.
  Status expectations() {
    for (std::size_t i = 0; i < config_.checks.size(); ++i) {
      const Check& check = config_.checks[i];
      Measured& out = result_.checks[i];
      const auto* expectation = std::get_if<Expectation>(&check.rule);
      if (expectation == nullptr || !out.error.empty()) {
        continue;
      }
      const auto rule = expectation_rule(check, *expectation, table_);
      if (rule && *rule) {
        out.number = std::exchange(out.low, {});
        continue;
      }
      const Status done = measure_expectation(engine_, table_, check, result_.rows, out);
      if (!done && is_fatal(done.error())) {
        return done;
      }
      out.error = done ? "" : done.error().message;
    }
    return {};
  }

  using Segments = std::vector<std::pair<std::string, std::string>>;  // name, condition

  Result<Segments> find_segments(const Check& check) {
    std::string columns;
    std::vector<std::string> texts;
    for (const std::string& name : check.group_by) {
      TRY(const std::size_t column, find_column(table_, name));
      texts.push_back(table_.text(column));
      columns += (columns.empty() ? "" : ", ") + texts.back();
    }
    TRY(const port::Rows rows,
        engine_.query(fmt::format("SELECT {0}, count(*) FROM {1} WHERE {2} GROUP BY ALL HAVING "
                                  "count(*) >= {3} ORDER BY ALL LIMIT {4}",
                                  columns, table_.rows(), scope_of(check), check.min_rows,
                                  most_segments + 1)));
    if (rows.rows.size() > most_segments) {
      return fail(Code::invalid,
                  fmt::format("`group_by` has more than {} segments; raise `min_rows`, or group by "
                              "a column with fewer values",
                              most_segments));
    }
    Segments segments;
    for (const auto& row : rows.rows) {
      std::string name;
      std::string condition;
      for (std::size_t c = 0; c < texts.size(); ++c) {
        const auto* text = std::get_if<std::string>(&row.at(c));
        name += fmt::format("{}{}={}", c == 0 ? "" : ", ", check.group_by[c],
                            text == nullptr ? "NULL" : printable(*text));
        condition += (c == 0 ? "" : " AND ") + (text == nullptr
                                                    ? fmt::format("{} IS NULL", texts[c])
                                                    : fmt::format("coalesce({} = {}, false)",
                                                                  texts[c], quote_literal(*text)));
      }
      segments.emplace_back(std::move(name), std::move(condition));
    }
    return segments;
  }

  // numbers: parts, bytes of the smallest and of the greatest, malformed lines.
  void measure_files(Measured& out) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    std::int64_t greatest = 0;
    for (const std::string& path : table_.readable()) {
      std::error_code problem;
      const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path, problem));
      if (problem) {
        out.error = fmt::format("cannot read {}: {}", printable(path), problem.message());
        return;
      }
      least = std::min(least, size);
      greatest = std::max(greatest, size);
    }
    const auto parts = static_cast<std::int64_t>(table_.readable().size());
    out.considered = parts;
    out.number = parts;
    out.numbers = {parts, parts == 0 ? std::int64_t{0} : least, greatest, result_.malformed.lines};
  }

  port::TableEngine& engine_;
  const Table& table_;
  const std::vector<NamedTable>& others_;
  const Config& config_;
  const WantsSample& wants_;
  Measurement result_;
};

// Only people's SQL, declared types and comparisons of columns look at the types of a CSV.
Types needed_types(const Config& config) {
  if (std::any_of(config.checks.begin(), config.checks.end(),
                  [](const Check& check) { return check.origin.has_value(); })) {
    return Types::written;
  }
  const bool needed =
      std::any_of(config.checks.begin(), config.checks.end(), [](const Check& check) {
        const auto* set = std::get_if<ColumnSet>(&check.rule);
        return std::holds_alternative<Sql>(check.rule) || !check.where.empty() ||
               std::holds_alternative<Expression>(check.rule) ||
               std::holds_alternative<Compare>(check.rule) ||
               std::holds_alternative<Monotonic>(check.rule) ||
               (set != nullptr && !set->types.empty());
      });
  return needed ? Types::infer : Types::skip;
}

}  // namespace

Result<Measurement> measure(port::TableEngine& engine, const Tables& tables, const Config& config,
                            const WantsSample& wants_sample) {
  const Types types = needed_types(config);
  TRY(const Table table, Table::open_beside(engine, tables.data, config.csv, types, "data"));
  std::vector<std::string> readable = table.readable();
  std::vector<NamedTable> others;
  for (const auto& [name, files] : tables.others) {
    auto other = Table::open_beside(engine, files, config.csv, types, name);
    if (!other) {
      return fail(other.error().code,
                  fmt::format("the table `{}`: {}", printable(name), other.error().message));
    }
    readable.insert(readable.end(), other->readable().begin(), other->readable().end());
    others.push_back({name, std::move(*other)});
  }
  TRY_OK(engine.lock_down(readable));
  return Measurer(engine, table, others, config, wants_sample).run();
}

}  // namespace mlpipe::stages::data_check
