// The predictions of baseline and candidate on the same rows. Knows files of predictions and how
// their rows belong together; nothing of metrics or tests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stages/regression/prediction_file.hpp"

namespace mlpipe::stages::regression {

struct Model {
  std::vector<std::uint32_t> predicted;  // class of each row
  std::vector<double> forecast;          // number predicted
  // Of the positive class, or one list for each class in the order of Pair::classes.
  std::vector<std::vector<double>> scores;
};

// Rows by the value of a slice.
struct Partition {
  std::string name;
  std::vector<std::string> values;
  std::vector<std::uint32_t> of_row;  // index into values, or no_word
  std::vector<std::string> names;     // of the values: "region=north", "age in [18, 65)"
};

struct Pair {
  std::uint64_t rows = 0;
  std::vector<std::string> classes;       // sorted; numbers by size
  std::optional<std::uint32_t> positive;  // of two classes, the one that counts
  std::vector<std::uint32_t> label;       // class of each row
  std::vector<double> truth;              // number of each row, or its relevance
  std::vector<std::uint32_t> query;       // of each row, from 0
  std::uint32_t queries = 0;
  Model baseline;
  Model candidate;
  std::vector<Partition> slices;  // in the order of Wanted::slices
};

// Joins by key, else by position. invalid: keys or labels that do not agree, rows that do not
// match, duplicate keys, a prediction that is no class at all.
[[nodiscard]] Result<Pair> read_pair(const std::string& baseline, const std::string& candidate,
                                     const Wanted& wanted, const ReadOptions& options, Host& host);

// Two models read from two files of different rows have no Pair; each is read alone, against
// itself.
[[nodiscard]] Result<Pair> read_alone(const std::string& file, const Wanted& wanted,
                                      const ReadOptions& options, Host& host);

}  // namespace mlpipe::stages::regression
