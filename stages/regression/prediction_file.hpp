// One file of per-row predictions, read into columns. Knows tables and their columns; nothing of a
// second file or of metrics.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "stages/kind.hpp"
#include "stages/regression/evidence.hpp"
#include "stages/regression/words.hpp"

namespace mlpipe::stages::regression {

// What is read of a file. A list that was not asked for, or that the file lacks, is empty.
struct PredictionColumns {
  std::uint64_t rows = 0;
  std::vector<std::uint32_t> key;
  std::vector<std::uint32_t> label;
  std::vector<double> label_number;
  std::vector<std::uint32_t> prediction;
  std::vector<double> prediction_number;
  std::vector<std::vector<double>> scores;  // in the order of Columns::scores
  std::vector<std::uint32_t> query;
  std::vector<std::vector<std::uint32_t>>
      slices;  // in the order of Wanted::slices; no_word: in none
};

enum class Presence : std::uint8_t { required, optional };

struct Wanted {
  Columns columns;
  std::set<Need> needs;
  std::vector<SliceBy> slices;
  Presence label = Presence::required;    // the baseline's file may leave these two
  Presence slicing = Presence::required;  // to the candidate's
};

struct ReadOptions {
  std::string root;     // relative paths start here
  std::string scratch;  // absolute folder for the table engine
  std::uint32_t threads = 1;
  std::uint64_t memory = 0;
};

// not_found, invalid: what is wrong with the file, by column and row.
[[nodiscard]] Result<PredictionColumns> read_prediction_file(const std::string& path,
                                                             const Wanted& wanted, Words& words,
                                                             const ReadOptions& options,
                                                             Host& host);

// Which needs the data can meet where no metric was named: a label with text or few whole numbers
// is a class.
[[nodiscard]] Result<std::set<Need>> needs_of_data(const std::string& path, const Columns& columns,
                                                   const ReadOptions& options, Host& host);

}  // namespace mlpipe::stages::regression
