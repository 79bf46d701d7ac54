#include "stages/regression/prediction_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "runner/base/text.hpp"
#include "stages/data_check/sql_text.hpp"
#include "stages/table/quoting.hpp"
#include "stages/table/table.hpp"
#include "stages/table/table_files.hpp"

namespace mlpipe::stages::regression {
namespace {

using table::quote_literal;
using table::Table;
using table::Types;

constexpr const char* default_prediction = "prediction";
constexpr const char* default_score = "score";

// Where a value of the query goes.
struct Target {
  std::string expression;
  std::string column;  // for messages
  std::vector<std::uint32_t>* words = nullptr;
  std::vector<double>* numbers = nullptr;
  enum class Gaps : std::uint8_t { refused, allowed } gaps = Gaps::refused;
  enum class Names : std::uint8_t { plain, classes } names = Names::plain;
};

std::optional<double> as_number(const port::Cell& cell) {
  if (const auto* real = std::get_if<double>(&cell)) {
    return std::isfinite(*real) ? std::optional(*real) : std::nullopt;
  }
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    return static_cast<double>(*whole);
  }
  if (const auto* text = std::get_if<std::string>(&cell)) {
    double value = 0;
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (problem == std::errc() && end == text->data() + text->size() && std::isfinite(value)) {
      return value;
    }
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(const std::string& path, const Wanted& wanted, Words& words)
      : path_(path), wanted_(wanted), words_(words) {}

  Result<PredictionColumns> read(port::TableEngine& engine, const Table& open) {
    table_ = &open;
    TRY_OK(choose_columns());
    std::string select;
    for (const Target& target : targets_) {
      select += (select.empty() ? "" : ", ") + target.expression;
    }
    const std::string sql = fmt::format("SELECT {} FROM {}", select, open.logged_rows());
    auto rows = engine.query(sql);
    if (!rows) {
      return fail(rows.error().code, fmt::format("{}: {}", path_, rows.error().message));
    }
    TRY_OK(nothing_malformed(engine, open));
    if (rows->rows.empty()) {
      return fail(Code::invalid, fmt::format("{} holds no row: nothing can be judged", path_));
    }
    result_.rows = rows->rows.size();
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      TRY_OK(take(*rows, i));
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const {
    const auto& columns = table_->columns();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].name == name) {
        return i;
      }
    }
    return std::nullopt;
  }

  Result<std::size_t> require(const std::string& name, std::string_view what) const {
    if (const auto found = find(name)) {
      return *found;
    }
    std::vector<std::string> names;
    for (const auto& column : table_->columns()) {
      names.push_back(column.name);
    }
    const auto near = nearest(name, names);
    std::string all;
    for (const std::string& one : names) {
      all += (all.empty() ? "" : ", ") + printable(one);
    }
    return fail(Code::invalid,
                fmt::format("{} has no column `{}` for the {}{}", path_, printable(name), what,
                            near ? fmt::format("; did you mean `{}`?", printable(*near))
                                 : fmt::format("; it has {}", all)));
  }

  [[nodiscard]] bool needs(Need need) const { return wanted_.needs.contains(need); }
  [[nodiscard]] bool needs_class() const {
    return needs(Need::classes) || needs(Need::class_scores);
  }
  [[nodiscard]] bool needs_number() const {
    return needs(Need::numbers) || needs(Need::order_of_numbers);
  }

  void add_words(std::size_t column, std::vector<std::uint32_t>& to, Target::Names names) {
    targets_.push_back({table_->text(column), table_->columns()[column].name, &to, nullptr,
                        Target::Gaps::refused, names});
  }
  void add_numbers(std::size_t column, std::vector<double>& to) {
    targets_.push_back({table_->number(column), table_->columns()[column].name, nullptr, &to,
                        Target::Gaps::refused, Target::Names::plain});
  }

  Status choose_columns() {
    const Columns& columns = wanted_.columns;
    if (wanted_.label == Presence::required || find(columns.label)) {
      TRY(const std::size_t label, require(columns.label, "label"));
      if (needs_class()) {
        add_words(label, result_.label, Target::Names::classes);
      }
      if (needs_number() || needs(Need::lists)) {
        add_numbers(label, result_.label_number);
      }
    }
    TRY_OK(choose_prediction());
    TRY_OK(choose_scores());
    if (!columns.key.empty()) {
      TRY(const std::size_t key, require(columns.key, "key"));
      add_words(key, result_.key, Target::Names::plain);
    }
    if (needs(Need::lists) && wanted_.label == Presence::required) {
      if (columns.group.empty()) {
        return fail(Code::usage,
                    "ndcg, map and hit_rate rank the rows of one query: name its column (group)");
      }
      TRY(const std::size_t group, require(columns.group, "group"));
      add_words(group, result_.query, Target::Names::plain);
    }
    return choose_slices();
  }

  // Classes may come from scores alone; numbers need a prediction.
  Status choose_prediction() {
    const Columns& columns = wanted_.columns;
    const bool scored = !columns.scores.empty() || find(default_score);
    const bool wanted = needs(Need::classes) || needs_number();
    const bool named = !columns.prediction.empty();
    const std::string name = named ? columns.prediction : default_prediction;
    if (!wanted || (!named && !find(name) && scored && !needs(Need::numbers))) {
      return {};
    }
    TRY(const std::size_t column, require(name, "prediction"));
    if (needs(Need::classes)) {
      add_words(column, result_.prediction, Target::Names::classes);
    }
    if (needs_number()) {
      add_numbers(column, result_.prediction_number);
    }
    return {};
  }

  Status choose_scores() {
    std::vector<std::string> scores = wanted_.columns.scores;
    const bool must = needs(Need::class_scores) || needs(Need::lists);
    const bool instead =
        (needs(Need::classes) && result_of(&result_.prediction) == nullptr) ||
        (needs(Need::order_of_numbers) && number_of(&result_.prediction_number) == nullptr);
    if (!must && !instead) {
      return {};
    }
    if (scores.empty()) {
      scores.emplace_back(default_score);
    }
    result_.scores.resize(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const std::string name = find(scores[i]) ? scores[i] : score_column(scores[i]).column;
      TRY(const std::size_t column, require(name, "score"));
      add_numbers(column, result_.scores[i]);
    }
    return {};
  }

  const Target* result_of(const std::vector<std::uint32_t>* list) const {
    const auto found = std::find_if(targets_.begin(), targets_.end(),
                                    [&](const Target& one) { return one.words == list; });
    return found == targets_.end() ? nullptr : &*found;
  }
  const Target* number_of(const std::vector<double>* list) const {
    const auto found = std::find_if(targets_.begin(), targets_.end(),
                                    [&](const Target& one) { return one.numbers == list; });
    return found == targets_.end() ? nullptr : &*found;
  }

  Status choose_slices() {
    result_.slices.resize(wanted_.slices.size());
    for (std::size_t i = 0; i < wanted_.slices.size(); ++i) {
      const SliceBy& slice = wanted_.slices[i];
      Target target{
          "", slice.name, &result_.slices[i], nullptr, Target::Gaps::allowed, Target::Names::plain};
      if (!slice.sql.empty()) {
        if (wanted_.slicing == Presence::optional) {
          continue;
        }
        target.expression =
            fmt::format("CASE WHEN ({}) THEN {} END", data_check::strip_end(slice.sql),
                        quote_literal(slice.name));
      } else if (wanted_.slicing == Presence::optional && !find(slice.column)) {
        continue;
      } else {
        TRY(const std::size_t column, require(slice.column, "slice"));
        target.expression = slice.edges.empty() ? table_->text(column)
                                                : binned(table_->number(column), slice.edges);
      }
      targets_.push_back(std::move(target));
    }
    return {};
  }

  // "in [0, 18)", below the first edge "< 0", from the last on ">= 65".
  static std::string binned(const std::string& number, const std::vector<double>& edges) {
    std::string text = "CASE";
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const std::string name = i == 0 ? fmt::format("< {}", edges[i])
                                      : fmt::format("in [{}, {})", edges[i - 1], edges[i]);
      text += fmt::format(" WHEN {} < {} THEN {}", number, edges[i], quote_literal(name));
    }
    return text + fmt::format(" WHEN {} IS NOT NULL THEN {} END", number,
                              quote_literal(fmt::format(">= {}", edges.back())));
  }

  Status nothing_malformed(port::TableEngine& engine, const Table& open) const {
    if (open.format() != table::Format::csv) {
      return {};
    }
    TRY(const port::Rows bad, engine.query("SELECT line, error_message FROM reject_errors ORDER BY "
                                           "line LIMIT 1"));
    if (bad.rows.empty()) {
      return {};
    }
    const auto* line = std::get_if<std::int64_t>(&bad.rows[0][0]);
    const auto* why = std::get_if<std::string>(&bad.rows[0][1]);
    return fail(Code::invalid,
                fmt::format("{}:{}: a malformed line: {}", path_, line != nullptr ? *line : 0,
                            why != nullptr ? printable(*why) : "it cannot be read"));
  }

  Status take(const port::Rows& rows, std::size_t at) {
    const Target& target = targets_[at];
    std::uint64_t bad = 0;
    std::uint64_t first = 0;
    for (std::size_t row = 0; row < rows.rows.size(); ++row) {
      if (!keep(rows.rows[row][at], target)) {
        first = bad == 0 ? row + 1 : first;
        ++bad;
      }
    }
    if (bad > 0) {
      return fail(Code::invalid,
                  fmt::format("{}: column `{}` holds {} in {} of {} rows, first in row {}", path_,
                              printable(target.column),
                              target.numbers != nullptr ? "no finite number" : "no value", bad,
                              rows.rows.size(), first));
    }
    return {};
  }

  // false: a gap where none is allowed.
  bool keep(const port::Cell& cell, const Target& target) {
    if (target.numbers != nullptr) {
      const auto number = as_number(cell);
      target.numbers->push_back(number.value_or(0));
      return number.has_value();
    }
    const auto* text = std::get_if<std::string>(&cell);
    if (text == nullptr) {
      target.words->push_back(no_word);
      return target.gaps == Target::Gaps::allowed;
    }
    target.words->push_back(target.names == Target::Names::classes ? words_.id(class_name(*text))
                                                                   : words_.id(*text));
    return true;
  }

  const std::string& path_;
  const Wanted& wanted_;
  Words& words_;
  const Table* table_ = nullptr;
  PredictionColumns result_;
  std::vector<Target> targets_;
};

struct OpenTable {
  std::unique_ptr<port::TableEngine> engine;
  Table table;
};

Result<OpenTable> open_table(const std::string& path, Types types, const ReadOptions& options,
                             Host& host) {
  table::Source source;
  source.tables = {path};
  auto files = table::find_table_files(source, options.root);
  if (!files) {
    return fail(files.error().code, fmt::format("predictions: {}", files.error().message));
  }
  TRY(auto engine, host.open_tables({options.threads, options.memory, options.scratch}));
  TRY(Table table, Table::open(*engine, *files, source.csv, types));
  return OpenTable{std::move(engine), std::move(table)};
}

}  // namespace

Result<PredictionColumns> read_prediction_file(const std::string& path, const Wanted& wanted,
                                               Words& words, const ReadOptions& options,
                                               Host& host) {
  const bool sql = std::any_of(wanted.slices.begin(), wanted.slices.end(),
                               [](const SliceBy& slice) { return !slice.sql.empty(); });
  TRY(const OpenTable open, open_table(path, sql ? Types::infer : Types::skip, options, host));
  return Reader(path, wanted, words).read(*open.engine, open.table);
}

Result<std::set<Need>> needs_of_data(const std::string& path, const Columns& columns,
                                     const ReadOptions& options, Host& host) {
  TRY(const OpenTable open, open_table(path, Types::skip, options, host));
  const auto& all = open.table.columns();
  const auto find = [&](const std::string& name) {
    return std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  };
  const auto label = find(columns.label);
  if (label == all.end()) {
    return std::set<Need>{Need::classes};  // reading says which column is missing
  }
  const auto at = static_cast<std::size_t>(label - all.begin());
  const std::string number = open.table.number(at);
  const bool boolean = label->family == table::Family::boolean;
  TRY(const port::Rows facts,
      open.engine->query(fmt::format(
          "SELECT count(*), count({1}), count(DISTINCT {0}), count(*) FILTER ({1} <> floor({1})) "
          "FROM {2}",
          open.table.text(at),
          boolean ? "NULL::DOUBLE" : fmt::format("TRY_CAST({} AS DOUBLE)", number),
          open.table.rows())));
  std::vector<double> counts;
  for (const port::Cell& cell : facts.rows.at(0)) {
    counts.push_back(as_number(cell).value_or(0));
  }
  constexpr double most_classes = 20;
  if (counts[0] > 0 && counts[1] == counts[0] && (counts[3] > 0 || counts[2] > most_classes)) {
    return std::set<Need>{Need::numbers};
  }
  std::set<Need> needs{Need::classes};
  if (!columns.scores.empty() || find(default_score) != all.end()) {
    needs.insert(Need::class_scores);
  }
  return needs;
}

}  // namespace mlpipe::stages::regression
