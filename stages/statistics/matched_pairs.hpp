// Two classifiers on the same rows, right and wrong: McNemar's test, and Tango's score interval for
// the difference of two shares in matched pairs. Knows only counts.
#pragma once

#include <cstdint>

namespace mlpipe::stages::statistics {

struct Discordance {
  std::uint64_t rows = 0;
  std::uint64_t only_baseline = 0;   // baseline right, candidate wrong
  std::uint64_t only_candidate = 0;  // the reverse

  [[nodiscard]] std::uint64_t discordant() const { return only_baseline + only_candidate; }
  [[nodiscard]] double difference() const;  // of the shares that are right, candidate - baseline
  [[nodiscard]] double standard_error() const;  // of that
};

// Two-sided; 1 where no row is discordant.
[[nodiscard]] double mcnemar_exact(const Discordance& pairs);      // twice the binomial tail, <= 1
[[nodiscard]] double mcnemar_corrected(const Discordance& pairs);  // chi squared, |b - c| - 1
[[nodiscard]] double mcnemar_plain(const Discordance& pairs);      // chi squared, b - c
[[nodiscard]] double mcnemar_statistic_corrected(const Discordance& pairs);
[[nodiscard]] double mcnemar_statistic_plain(const Discordance& pairs);

// The score statistic of T. Tango, "Equivalence test and confidence interval for the difference in
// proportions for the paired-sample design", Statistics in Medicine 17 (1998): standard normal
// where the true difference is `difference`. At 0 its square is McNemar's plain statistic.
[[nodiscard]] double tango_score(const Discordance& pairs, double difference);

struct Bounds {
  double low = 0;
  double high = 0;
};
// All differences whose score is within +-z.
[[nodiscard]] Bounds tango_interval(const Discordance& pairs, double z);

}  // namespace mlpipe::stages::statistics
