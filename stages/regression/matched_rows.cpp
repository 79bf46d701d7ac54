#include "stages/regression/matched_rows.hpp"

#include <fmt/format.h>

#include "runner/base/text.hpp"

namespace mlpipe::stages::regression {
namespace {

template <class T>
void reorder(std::vector<T>& list, const std::vector<std::uint32_t>& order) {
  if (list.empty()) {
    return;
  }
  std::vector<T> sorted(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    sorted[i] = list[order[i]];
  }
  list = std::move(sorted);
}

void reorder(PredictionColumns& file, const std::vector<std::uint32_t>& order) {
  for (std::vector<std::uint32_t>* words :
       {&file.key, &file.label, &file.prediction, &file.query}) {
    reorder(*words, order);
  }
  reorder(file.label_number, order);
  reorder(file.prediction_number, order);
  for (auto& score : file.scores) {
    reorder(score, order);
  }
  for (auto& slice : file.slices) {
    reorder(slice, order);
  }
}

// row_of[word]: the row with that key.
Result<std::vector<std::uint32_t>> index_keys(const std::string& path,
                                              const PredictionColumns& file, const Words& words) {
  std::vector<std::uint32_t> row_of(words.size(), no_word);
  for (std::uint32_t row = 0; row < file.key.size(); ++row) {
    std::uint32_t& known = row_of[file.key[row]];
    if (known != no_word) {
      return fail(Code::invalid,
                  fmt::format("{}: the key {} stands in row {} and in row {}; a key names one row",
                              path, printable(words.text(file.key[row])), known + 1, row + 1));
    }
    known = row;
  }
  return row_of;
}

std::string unmatched(const std::string& path, const std::string& other,
                      const PredictionColumns& file, const std::vector<std::uint32_t>& other_rows,
                      const Words& words) {
  std::uint64_t count = 0;
  std::string first;
  for (const std::uint32_t key : file.key) {
    if (other_rows[key] == no_word) {
      first = count == 0 ? words.text(key) : first;
      ++count;
    }
  }
  return count == 0 ? std::string()
                    : fmt::format("{} of {} keys of {} are not in {}, the first is {}", count,
                                  file.key.size(), path, other, printable(first));
}

// The baseline's rows in the candidate's order.
Status join_by_key(const std::string& base_path, PredictionColumns& base,
                   const std::string& cand_path, const PredictionColumns& cand,
                   const Words& words) {
  TRY(const auto base_rows, index_keys(base_path, base, words));
  TRY(const auto cand_rows, index_keys(cand_path, cand, words));
  for (const std::string& problem : {unmatched(cand_path, base_path, cand, base_rows, words),
                                     unmatched(base_path, cand_path, base, cand_rows, words)}) {
    if (!problem.empty()) {
      return fail(Code::invalid, problem + "; both models must predict the same rows");
    }
  }
  std::vector<std::uint32_t> order;
  order.reserve(cand.key.size());
  for (const std::uint32_t key : cand.key) {
    order.push_back(base_rows[key]);
  }
  reorder(base, order);
  return {};
}

// A baseline that holds the label as well must hold the same one.
Status same_labels(const std::string& base_path, const PredictionColumns& base,
                   const std::string& cand_path, const PredictionColumns& cand,
                   const Words& words) {
  const auto complain = [&](std::size_t row, const std::string& a, const std::string& b) {
    return fail(Code::invalid,
                fmt::format("the label of row {} is {} in {} and {} in {}; the rows do not belong "
                            "together (name a key column where their order differs)",
                            row + 1, printable(a), base_path, printable(b), cand_path));
  };
  for (std::size_t i = 0; i < base.label.size(); ++i) {
    if (base.label[i] != cand.label[i]) {
      return complain(i, words.text(base.label[i]), words.text(cand.label[i]));
    }
  }
  for (std::size_t i = 0; base.label.empty() && i < base.label_number.size(); ++i) {
    if (base.label_number[i] != cand.label_number[i]) {
      return complain(i, fmt::to_string(base.label_number[i]),
                      fmt::to_string(cand.label_number[i]));
    }
  }
  return {};
}

}  // namespace

Status bring_together(const NamedFile& baseline, const NamedFile& candidate, const Words& words) {
  if (!candidate.columns.key.empty()) {
    TRY_OK(join_by_key(baseline.path, baseline.columns, candidate.path, candidate.columns, words));
  } else if (baseline.columns.rows != candidate.columns.rows) {
    return fail(
        Code::invalid,
        fmt::format("{} has {} rows and {} has {}: without a key column they are compared "
                    "row by row and must match",
                    baseline.path, baseline.columns.rows, candidate.path, candidate.columns.rows));
  }
  return same_labels(baseline.path, baseline.columns, candidate.path, candidate.columns, words);
}

}  // namespace mlpipe::stages::regression
