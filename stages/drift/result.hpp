// What comparing two tables gave, as values: the input of every report. Knows nothing of formats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stages/drift/config.hpp"
#include "stages/drift/method.hpp"

namespace mlpipe::stages::drift {

// What a picture of one column needs: the same cells for both tables.
struct Picture {
  std::vector<double> edges;        // numbers: one more than counts; else empty
  std::vector<std::string> labels;  // categories, the commonest first
  std::vector<std::uint64_t> reference;
  std::vector<std::uint64_t> current;
};

struct ColumnResult {
  std::string column;
  Role role = Role::feature;
  std::optional<ColumnType> type;  // absent where it could not be told
  std::optional<Method> method;
  std::optional<double> value;
  std::optional<double> p_value;
  std::optional<double> adjusted_p_value;  // where a correction was asked for
  std::optional<double> threshold;
  bool drifted = false;
  std::uint64_t reference_rows = 0;  // that were compared
  std::uint64_t current_rows = 0;
  std::uint64_t reference_missing = 0;  // NULL, NaN and infinite values, left out
  std::uint64_t current_missing = 0;
  std::size_t bins = 0;
  bool exact = true;  // false: the reference is a profile that holds this column in outline
  std::string error;  // why it could not be compared; then it is neither drifted nor the same
  Picture picture;
};

struct Skipped {
  std::string column;
  std::string reason;
};

enum class Verdict : std::uint8_t { pass, fail, error };

struct DriftResult {
  std::string reference;  // as people name it
  std::string current;
  std::uint64_t reference_rows = 0;
  std::uint64_t current_rows = 0;
  double share = 0.5;  // the bound on drifted_share
  Correction correction = Correction::none;
  std::vector<ColumnResult> columns;  // in the reference's order
  std::vector<Skipped> skipped;
  std::string error;  // why nothing could be compared at all

  [[nodiscard]] std::size_t drifted() const;   // features
  [[nodiscard]] std::size_t features() const;  // that could be compared
  [[nodiscard]] std::size_t errors() const;    // of any role
  [[nodiscard]] double drifted_share() const;  // drifted / features; 0 where there are none
  // fail: the share reaches its bound, or a target or prediction drifted. error: not that, and some
  // column could not be compared.
  [[nodiscard]] Verdict status() const;
  [[nodiscard]] std::string summary() const;
};

}  // namespace mlpipe::stages::drift
