// The options of one rule as a Rule value, and the readers that all checks share.
#pragma once

#include <optional>
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
};

// Reads what only this rule has; `rule` is a known name.
[[nodiscard]] Rule read_rule(const Entry& entry);
[[nodiscard]] std::vector<std::string> read_columns(const Entry& entry);
[[nodiscard]] std::optional<double> read_number(const Entry& entry, std::string_view key);
// One statement or expression whose quotes and comments are closed.
void check_sql(const Entry& entry, const spec::Node& node, std::string_view key);

}  // namespace mlpipe::stages::data_check
