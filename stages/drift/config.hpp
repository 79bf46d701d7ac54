// What a drift stage asks for, as values, read from its keys. Knows nothing of data or files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"
#include "stages/drift/method.hpp"
#include "stages/table/source.hpp"

namespace mlpipe::stages::drift {

enum class Correction : std::uint8_t { none, holm, benjamini_hochberg };
[[nodiscard]] std::string_view name_of(Correction correction);

// How a column is compared; what is absent is left to the next wider choice.
struct Choice {
  std::optional<Method> method;
  std::optional<double> threshold;
  std::optional<double> calibrated;  // psi: the threshold that noise alone passes this seldom
};

struct ColumnRule {
  std::string column;
  std::optional<ColumnType> type;
  Choice choice;
};

enum class Role : std::uint8_t { feature, target, prediction };
[[nodiscard]] std::string_view name_of(Role role);

struct Config {
  table::Source reference;  // a table, or one saved profile
  table::Source current;
  std::vector<std::string> columns;  // empty: every column of the reference
  std::vector<std::string> exclude;
  Choice num, cat, text;  // by the column's type; Evidently's automatic choice where absent
  std::vector<ColumnRule> rules;
  std::optional<std::string> target;
  std::optional<std::string> prediction;
  double share = 0.5;  // of drifted columns from which on the tables differ
  Correction correction = Correction::none;
  std::vector<std::string> reports;  // files to write: .html, .md, .json

  [[nodiscard]] const ColumnRule* rule_of(std::string_view column) const;
  [[nodiscard]] const Choice& choice_of(ColumnType type) const;
};

// Reads every key; problems go to the diagnostics, all at once. `where` marks what has no place of
// its own.
[[nodiscard]] Config read_config(const spec::Node& node, spec::Mark where,
                                 spec::Diagnostics& diagnostics);
// A file for `mlpipe drift --config`: the same keys without the tables.
[[nodiscard]] Config read_drift_file(const spec::Node& node, spec::Diagnostics& diagnostics);

// Whether the choice can be used for this type at all; the sentence says why not.
[[nodiscard]] std::optional<std::string> problem_of(const Choice& choice,
                                                    std::optional<ColumnType> type);

}  // namespace mlpipe::stages::drift
