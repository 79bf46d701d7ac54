// Readers of options that several rules share, and the list of rules that can be written. Each
// reports what is wrong with its node.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/data_check/config.hpp"

namespace mlpipe::stages::data_check {

// One entry of `checks`: its options, its place and where problems go.
struct Entry {
  const std::string& rule;
  const spec::Node& options;
  spec::Diagnostics& diagnostics;

  void error(spec::Mark mark, const std::string& message, std::string hint = {}) const {
    diagnostics.error(mark, rule + ": " + message, std::move(hint));
  }
  [[nodiscard]] const spec::Node* find(std::string_view key) const { return options.find(key); }
  // Whether a zone is written, which stands in for bounds.
  [[nodiscard]] bool has_zone() const { return find("warn") != nullptr || find("fail") != nullptr; }
};

// What a rule takes beside its own keys.
enum class Form : std::uint8_t {
  rows,     // `mostly`, and all that `numbers` takes
  numbers,  // `where`, `group_by`, `min_rows`, `on_empty`, `warn`, `fail`
  history,  // `where`, `warn`, `fail`
  query,    // `mostly`, `where`, `on_empty`, `warn`, `fail`
  bare      // `name`, `severity` and `owner`, which all take
};
enum class Takes : std::uint8_t {
  none,             // no column
  each,             // `column`, or `columns` for one check each
  together,         // `column` or `columns`, for one check
  together_or_all,  // the same, or nothing: every column
  pair,             // `columns`: exactly two
  several           // `columns`: two or more
};

struct RuleReader {
  std::string_view name;
  Form form = Form::rows;
  Takes takes = Takes::each;
  std::vector<std::string_view> keys;
  Rule (*read)(const Entry&) = nullptr;
};

[[nodiscard]] std::span<const RuleReader> row_rule_readers();
[[nodiscard]] std::span<const RuleReader> record_rule_readers();
[[nodiscard]] std::span<const RuleReader> aggregate_rule_readers();
[[nodiscard]] std::span<const RuleReader> table_rule_readers();

[[nodiscard]] std::vector<std::string> read_names(const Entry& entry, const spec::Node& node,
                                                  std::string_view key);
[[nodiscard]] std::vector<std::string> read_columns(const Entry& entry);
[[nodiscard]] std::optional<double> read_number(const Entry& entry, std::string_view key);
[[nodiscard]] bool read_flag_option(const Entry& entry, std::string_view key);

// `min`, `max`, `equals`, `strict`; one is needed unless `needed` says otherwise.
enum class Counts : std::uint8_t { whole, any };
enum class Needed : std::uint8_t { no, yes, unless_zone };
[[nodiscard]] Bounds read_bounds(const Entry& entry, Counts counts,
                                 Needed needed = Needed::unless_zone);
[[nodiscard]] Limits read_limits(const Entry& entry, Needed needed);
[[nodiscard]] std::vector<Scalar> read_values(const Entry& entry, std::string_view key);
[[nodiscard]] Scalar scalar_of(const spec::Node& node);
// A text, or a list of them, each not empty.
[[nodiscard]] std::vector<std::string> read_texts(const Entry& entry, std::string_view key);
[[nodiscard]] std::string read_text(const Entry& entry, std::string_view key);
// The place of a word among those allowed; absent: `otherwise`.
[[nodiscard]] std::size_t read_choice(const Entry& entry, std::string_view key,
                                      std::span<const std::string_view> words,
                                      std::size_t otherwise);
[[nodiscard]] IgnoreRows read_ignore_rows(const Entry& entry, IgnoreRows otherwise);

// One statement or expression whose quotes and comments are closed.
void check_sql(const Entry& entry, const spec::Node& node, std::string_view key);
// A map of options of its own, below a key.
[[nodiscard]] std::optional<Entry> read_below(const Entry& entry, std::string_view key,
                                              std::initializer_list<std::string_view> keys);

}  // namespace mlpipe::stages::data_check
