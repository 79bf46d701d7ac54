#include "stages/data_check/rounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace mlpipe::stages::data_check {
namespace {

// Planning a SELECT takes longer than linear in its columns.
constexpr std::size_t most_columns = 2000;

using Asked = std::vector<std::pair<Task*, Ask*>>;

// One SELECT. The same expression is asked once.
struct Statement {
  std::vector<std::string> columns;
  std::unordered_map<std::string, std::size_t> places;
  Asked asks;

  void add(Task& task, Ask& ask) {
    asks.emplace_back(&task, &ask);
    for (const std::string& column : ask.columns) {
      if (places.emplace(column, columns.size()).second) {
        columns.push_back(column);
      }
    }
  }
};

class Run {
 public:
  Run(port::TableEngine& engine, std::vector<Task> tasks, const Sources& sources)
      : engine_(engine), tasks_(std::move(tasks)), sources_(sources) {}

  Status all() {
    for (;;) {
      const bool cheap = std::any_of(tasks_.begin(), tasks_.end(), [](const Task& task) {
        return alive(task) && task.round.cost == Cost::cheap;
      });
      std::vector<Task*> now;
      for (Task& task : tasks_) {
        if (alive(task) && (!cheap || task.round.cost == Cost::cheap)) {
          now.push_back(&task);
        }
      }
      if (now.empty()) {
        return {};
      }
      TRY_OK(one(now));
      scanned_ = scanned_ || !cheap;
    }
  }

 private:
  static bool alive(const Task& task) {
    return task.out->error.empty() &&
           (!task.round.asks.empty() || !task.round.queries.empty() || task.round.then);
  }

  Status one(const std::vector<Task*>& now) {
    std::vector<std::string> order;
    std::unordered_map<std::string, Asked> by_source;
    for (Task* task : now) {
      for (Ask& ask : task->round.asks) {
        if (scanned_ && ask.source == sources_.logged) {
          ask.source = sources_.plain;
        }
        Asked& asked = by_source[ask.source];
        if (asked.empty()) {
          order.push_back(ask.source);
        }
        asked.emplace_back(task, &ask);
      }
    }
    // What other statements are compared with comes from the rows themselves.
    std::stable_partition(order.begin(), order.end(), [&](const std::string& source) {
      return source == sources_.logged || source == sources_.plain;
    });
    for (const std::string& source : order) {
      TRY_OK(select(source, by_source[source]));
    }
    for (Task* task : now) {
      TRY_OK(finish(*task));
    }
    return {};
  }

  Status select(const std::string& source, const Asked& asked) {
    Statement statement;
    for (const auto& [task, ask] : asked) {
      statement.add(*task, *ask);
      if (statement.columns.size() >= most_columns) {
        TRY_OK(fused(source, std::exchange(statement, {})));
      }
    }
    return statement.asks.empty() ? Status{} : fused(source, std::move(statement));
  }

  // Where the statement fails, each is tried alone, to find the one at fault.
  Status fused(const std::string& source, Statement statement) {
    const Status together = run(source, statement);
    if (together || is_fatal(together.error())) {
      return together;
    }
    if (statement.asks.size() == 1) {
      statement.asks[0].first->out->error = together.error().message;
      return {};
    }
    for (const auto& [task, ask] : statement.asks) {
      Statement alone;
      alone.add(*task, *ask);
      TRY_OK(fused(source, std::move(alone)));
    }
    return {};
  }

  Status run(const std::string& source, const Statement& statement) {
    std::string select;
    for (const std::string& column : statement.columns) {
      select += (select.empty() ? "SELECT " : ",\n  ") + column;
    }
    TRY(const port::Rows rows, engine_.query(select + "\nFROM " + source));
    const auto& row = rows.rows.at(0);
    for (const auto& [task, ask] : statement.asks) {
      std::vector<port::Cell> cells;
      for (const std::string& column : ask->columns) {
        cells.push_back(row.at(statement.places.at(column)));
      }
      if (const Status taken = ask->take ? ask->take(cells) : Status{}; !taken) {
        task->out->error = taken.error().message;
      }
    }
    return {};
  }

  Status finish(Task& task) {
    for (const Query& query : task.round.queries) {
      if (!task.out->error.empty()) {
        return {};
      }
      const auto rows = engine_.query(query.sql);
      const Status taken = rows ? query.take(*rows) : Status(tl::make_unexpected(rows.error()));
      if (!taken && is_fatal(taken.error())) {
        return taken;
      }
      if (!taken) {
        task.out->error = taken.error().message;
      }
    }
    if (!task.out->error.empty()) {
      return {};
    }
    auto next = task.round.then ? task.round.then() : Result<Round>(Round{});
    if (!next && is_fatal(next.error())) {
      return tl::make_unexpected(next.error());
    }
    task.out->error = next ? task.out->error : next.error().message;
    task.round = next ? std::move(*next) : Round{};
    return {};
  }

  port::TableEngine& engine_;
  std::vector<Task> tasks_;
  const Sources& sources_;
  bool scanned_ = false;
};

}  // namespace

bool is_fatal(const Error& error) {
  return error.code != Code::invalid && error.code != Code::refused &&
         error.code != Code::not_found;
}

Status run_rounds(port::TableEngine& engine, std::vector<Task> tasks, const Sources& sources) {
  return Run(engine, std::move(tasks), sources).all();
}

}  // namespace mlpipe::stages::data_check
