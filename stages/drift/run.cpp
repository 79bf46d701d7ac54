#include "stages/drift/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runner/base/text.hpp"
#include "stages/drift/judge.hpp"
#include "stages/drift/picture.hpp"
#include "stages/drift/side.hpp"

namespace mlpipe::stages::drift {
namespace {

using table::Family;
using table::TableColumn;

// A column of the reference and its counterpart, with how both are read.
struct Match {
  std::size_t result = 0;  // index into DriftResult::columns
  std::size_t reference = 0;
  std::size_t current = 0;
};

struct Plan {
  std::vector<Match> numbers;
  std::vector<Match> categories;
  std::vector<Match> texts;
};

bool named(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string sources(const table::Source& source) {
  std::string all;
  for (const std::string& one : source.tables) {
    all += (all.empty() ? "" : ", ") + printable(one);
  }
  return all;
}

class Comparison {
 public:
  Comparison(const Config& config, Side reference, Side current)
      : config_(config), reference_(std::move(reference)), current_(std::move(current)) {}

  Result<DriftResult> run() {
    result_.reference = sources(config_.reference);
    result_.current = sources(config_.current);
    result_.reference_rows = reference_.rows();
    result_.current_rows = current_.rows();
    result_.share = config_.share;
    result_.correction = config_.correction;
    TRY_OK(choose());
    TRY_OK(numbers());
    TRY_OK(categories());
    TRY_OK(texts());
    correct(result_);
    return std::move(result_);
  }

 private:
  Role role_of(const std::string& column) const {
    return column == config_.target       ? Role::target
           : column == config_.prediction ? Role::prediction
                                          : Role::feature;
  }

  // Every column that is asked for by name must be there.
  Status known() const {
    std::vector<std::string> names;
    for (const TableColumn& column : reference_.columns()) {
      names.push_back(column.name);
    }
    const auto look = [&](const std::string& name, const char* key) -> Status {
      if (named(names, name)) {
        return {};
      }
      const auto near = nearest(name, names);
      return fail(Code::usage,
                  fmt::format("{}: no column `{}` in {}{}", key, printable(name), result_.reference,
                              near ? fmt::format("; did you mean `{}`?", *near) : ""));
    };
    for (const std::string& name : config_.columns) {
      TRY_OK(look(name, "columns"));
    }
    for (const std::string& name : config_.exclude) {
      TRY_OK(look(name, "exclude"));
    }
    for (const ColumnRule& rule : config_.rules) {
      TRY_OK(look(rule.column, "overrides"));
    }
    if (config_.target) {
      TRY_OK(look(*config_.target, "target"));
    }
    if (config_.prediction) {
      TRY_OK(look(*config_.prediction, "prediction"));
    }
    return {};
  }

  Status choose() {
    TRY_OK(known());
    for (std::size_t i = 0; i < reference_.columns().size(); ++i) {
      const TableColumn& column = reference_.columns()[i];
      const Role role = role_of(column.name);
      const bool asked = config_.columns.empty() ? !named(config_.exclude, column.name)
                                                 : named(config_.columns, column.name);
      if (asked || role != Role::feature) {
        place(i, role);
      }
    }
    for (const TableColumn& column : current_.columns()) {
      if (config_.columns.empty() && !reference_.find(column.name) &&
          !named(config_.exclude, column.name)) {
        result_.skipped.push_back({column.name, "only in the current table"});
      }
    }
    if (result_.columns.empty()) {
      return fail(Code::usage, "there is no column to compare");
    }
    return {};
  }

  // Decides how a column is read, or why it cannot be compared.
  void place(std::size_t reference, Role role) {
    const TableColumn& column = reference_.columns()[reference];
    ColumnResult result;
    result.column = column.name;
    result.role = role;
    const ColumnRule* rule = config_.rule_of(column.name);
    const auto forced = rule == nullptr ? std::nullopt : forced_type(*rule);
    result.type = forced;
    const auto current = current_.find(column.name);
    if (!current) {
      result.error = "the current table has no such column";
      result_.columns.push_back(std::move(result));
      return;
    }
    const TableColumn& other = current_.columns()[*current];
    const Match match{result_.columns.size(), reference, *current};
    const auto either = [&](auto test) {
      return (test(column.family) || reference_.untyped(reference)) &&
             (test(other.family) || current_.untyped(*current)) &&
             !(reference_.untyped(reference) && current_.untyped(*current));
    };
    const bool numbers = either(&profile::is_number);
    const bool times = either(&profile::is_time);
    if (times && role == Role::feature && rule == nullptr && config_.columns.empty()) {
      result_.skipped.push_back({column.name,
                                 "dates move on by themselves; name the column to "
                                 "compare it"});
      return;
    }
    if (forced == ColumnType::text) {
      plan_.texts.push_back(match);
    } else if (numbers || (times && forced != ColumnType::cat)) {
      plan_.numbers.push_back(match);
    } else if (forced == ColumnType::num) {
      result.error = fmt::format("it is {} in the reference and {} in the current table, no number",
                                 column.type, other.type);
    } else if (!forced && column.family != other.family && !reference_.untyped(reference) &&
               !current_.untyped(*current)) {
      result.error = fmt::format(
          "it is {} in the reference and {} in the current table; `type: cat` "
          "compares the texts",
          column.type, other.type);
    } else {
      plan_.categories.push_back(match);
    }
    result_.columns.push_back(std::move(result));
  }

  static std::optional<ColumnType> forced_type(const ColumnRule& rule) {
    if (rule.type || !rule.choice.method) {
      return rule.type;
    }
    return column_type(facts(*rule.choice.method).types);  // absent where it applies to several
  }

  Status numbers() {
    const std::size_t step = std::min(reference_.batch(), current_.batch());
    for (std::size_t begin = 0; begin < plan_.numbers.size(); begin += step) {
      const std::size_t end = std::min(begin + step, plan_.numbers.size());
      std::vector<std::size_t> left;
      std::vector<std::size_t> right;
      for (std::size_t i = begin; i < end; ++i) {
        left.push_back(plan_.numbers[i].reference);
        right.push_back(plan_.numbers[i].current);
      }
      TRY(auto reference, reference_.numbers(left));
      TRY(auto current, current_.numbers(right));
      for (std::size_t i = begin; i < end; ++i) {
        auto& one = reference[i - begin];
        auto& other = current[i - begin];
        ColumnResult& result = result_.columns[plan_.numbers[i].result];
        result.reference_missing = one.missing + one.infinite;
        result.current_missing = other.missing + other.infinite;
        result.exact = one.exact && other.exact;
        NumberSamples samples{std::move(one.tally),
                              std::move(other.tally),
                              {},
                              std::move(one.histogram),
                              std::move(other.histogram)};
        if (samples.reference_histogram.empty()) {
          samples.reference_histogram = profile::ten_buckets(samples.reference);
        }
        if (samples.current_histogram.empty()) {
          samples.current_histogram = profile::ten_buckets(samples.current);
        }
        samples.pair = statistics::pair_of(samples.reference, samples.current);
        constexpr std::size_t few_values = 5;
        const ColumnType natural =
            samples.pair.values.size() > few_values ? ColumnType::num : ColumnType::cat;
        finish(result, result.type.value_or(natural), std::move(samples));
      }
    }
    return {};
  }

  Status categories() {
    for (const Match& match : plan_.categories) {
      ColumnResult& result = result_.columns[match.result];
      result.type = ColumnType::cat;
      const auto read = reference_.categories(match.reference);
      const auto also = current_.categories(match.current);
      if (!read || !also) {
        TRY_OK(column_error(read ? also.error() : read.error(), result));
        continue;
      }
      const profile::CategoryColumn& one = *read;
      const profile::CategoryColumn& other = *also;
      result.reference_missing = one.missing;
      result.current_missing = other.missing;
      finish(result, ColumnType::cat, category_samples(one, other));
    }
    return {};
  }

  Status texts() {
    for (const Match& match : plan_.texts) {
      ColumnResult& result = result_.columns[match.result];
      auto read = reference_.texts(match.reference);
      auto also = current_.texts(match.current);
      if (!read || !also) {
        TRY_OK(column_error(read ? also.error() : read.error(), result));
        continue;
      }
      std::vector<std::string>& one = *read;
      std::vector<std::string>& other = *also;
      result.reference_missing = reference_.rows() - one.size();
      result.current_missing = current_.rows() - other.size();
      finish(result, ColumnType::text, TextSamples{std::move(one), std::move(other)});
    }
    return {};
  }

  // What a profile does not hold is the column's own trouble; anything else ends the comparison.
  static Status column_error(const Error& error, ColumnResult& result) {
    if (error.code != Code::invalid) {
      return tl::make_unexpected(error);
    }
    result.error = error.message;
    return {};
  }

  static CategorySamples category_samples(const profile::CategoryColumn& reference,
                                          const profile::CategoryColumn& current) {
    CategorySamples samples;
    samples.frequencies.reference_total = reference.total;
    samples.frequencies.current_total = current.total;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < reference.keys.size() || j < current.keys.size()) {
      const bool left = j == current.keys.size() ||
                        (i < reference.keys.size() && reference.keys[i] <= current.keys[j]);
      const bool right = i == reference.keys.size() ||
                         (j < current.keys.size() && current.keys[j] <= reference.keys[i]);
      samples.keys.push_back(left ? reference.keys[i] : current.keys[j]);
      samples.frequencies.reference.push_back(left ? reference.counts[i++] : 0);
      samples.frequencies.current.push_back(right ? current.counts[j++] : 0);
    }
    return samples;
  }

  void finish(ColumnResult& result, ColumnType type, const Samples& samples) {
    result.type = type;
    result.reference_rows = reference_size(samples);
    result.current_rows = current_size(samples);
    result.picture = picture_of(samples);
    judge(config_, samples, result);
  }

  const Config& config_;
  Side reference_;
  Side current_;
  Plan plan_;
  DriftResult result_;
};

}  // namespace

Result<DriftResult> compare_tables(const Config& config, const RunOptions& options, Host& host) {
  const auto unreadable = [&](const char* which, const Error& why) {
    DriftResult result;
    result.reference = sources(config.reference);
    result.current = sources(config.current);
    result.share = config.share;
    result.correction = config.correction;
    result.error = fmt::format("the {} table cannot be read: {}", which, why.message);
    return result;
  };
  const port::EngineLimits limits{options.threads, options.memory, options.scratch};
  auto reference = Side::open(host, limits, config.reference, options.root);
  if (!reference) {
    return unreadable("reference", reference.error());
  }
  auto current = Side::open(host, limits, config.current, options.root);
  if (!current) {
    return unreadable("current", current.error());
  }
  auto result = Comparison(config, std::move(*reference), std::move(*current)).run();
  if (!result && result.error().code != Code::usage) {
    return unreadable("reference or current", result.error());
  }
  return result;
}

}  // namespace mlpipe::stages::drift
