// The families of metrics, each with its way of computing and testing a difference on a set of
// rows. Knows paired predictions and the statistics room; nothing of files, corrections or
// verdicts.
#pragma once

#include <span>
#include <vector>

#include "stages/regression/evidence.hpp"
#include "stages/regression/predictions.hpp"
#include "stages/statistics/draw_interval.hpp"
#include "stages/statistics/resample.hpp"

namespace mlpipe::stages::regression {

// Rows judged together.
struct Subset {
  const Pair* pair = nullptr;
  const Evidence* evidence = nullptr;
  std::span<const std::uint32_t> rows;
  std::uint64_t stream = 0;  // of random numbers; another for every subset
  std::uint32_t threads = 1;
  std::uint64_t least_group = 1;  // fairness: a group with fewer rows is left out

  [[nodiscard]] statistics::DrawPlan plan(std::uint64_t part) const;
};

// One metric on the subset: filled in by its family, or `problem` says why it cannot be.
struct Job {
  const Asked* asked = nullptr;
  Test test = Test::automatic;  // never automatic: see test_for
  Row row;
  std::string problem;
  std::vector<std::string> left_out;  // fairness: groups with too few rows
};

// What `automatic` means for the metric, and what does not fit it: usage, with what does.
[[nodiscard]] Result<Test> test_for(const Metric& metric, Test test, const Pair& pair);

// Each takes the jobs of its own family.
void compare_counts(const Subset& subset, std::span<Job*> jobs);
void compare_rows(const Subset& subset, std::span<Job*> jobs);  // row_losses and lists
void compare_calibration(const Subset& subset, std::span<Job*> jobs);
void compare_order(const Subset& subset, std::span<Job*> jobs);
void compare_fairness(const Subset& subset, std::span<Job*> jobs);

// Error, interval and p-values from a bootstrap distribution of the difference; draws that are NaN
// (a resample without a positive row) are left out, and too many of them are a problem.
void conclude_from_draws(const Subset& subset, std::vector<double> draws, double acceleration,
                         Job& job);
// The bootstrap of a sample whose statistic answers the difference of each job in turn.
void conclude_from_sample(const Subset& subset, const statistics::Sample& sample,
                          const statistics::Statistic& differences, std::uint64_t part,
                          std::span<Job*> jobs);
// The same from a difference that is normal, or Student's t with `df`.
void conclude_from_error(const Subset& subset, double standard_error, double df, Job& job);
// p_worse of a test that knows no margin: its own where the margin is 0.
void take_p_value(double two_sided, double low, double high, Job& job);

inline constexpr double infinite_df = 0;  // conclude_from_error: normal

}  // namespace mlpipe::stages::regression
