#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>

#include "stages/statistics/binomial_draw.hpp"
#include "stages/statistics/distributions.hpp"
#include "stages/statistics/draw_interval.hpp"
#include "stages/statistics/matched_pairs.hpp"
#include "stages/statistics/paired_tests.hpp"
#include "stages/statistics/ranks.hpp"
#include "stages/statistics/resample.hpp"
#include "stages/statistics/sign_flips.hpp"

namespace mlpipe::stages::statistics {
namespace {

using Words = std::array<std::uint64_t, 4>;

// The known answers that come with Random123.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x16554d9eca36314c, 0xdb20fe9d672d0fdc,
                                                 0xd7e772cee186176b, 0x7e68b68aec7ba23b}));
  constexpr std::uint64_t ones = UINT64_MAX;
  EXPECT_EQ(
      philox({ones, ones, ones, ones}, {ones, ones}),
      (Words{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}));
}

// McNemar's table of the reference page, to the digits printed there.
TEST(McNemar, WorkedExample) {
  const Discordance pairs{1600, 150, 86};
  EXPECT_NEAR(mcnemar_exact(pairs), 3.715936e-05, 5e-12);
  EXPECT_NEAR(mcnemar_statistic_corrected(pairs), 16.8178, 5e-5);
  EXPECT_NEAR(mcnemar_corrected(pairs), 4.11456e-05, 5e-11);
  EXPECT_NEAR(mcnemar_statistic_plain(pairs), 17.3559, 5e-5);
  EXPECT_NEAR(mcnemar_plain(pairs), 3.09929e-05, 5e-11);
  EXPECT_EQ(mcnemar_exact({10, 0, 0}), 1);
  EXPECT_EQ(mcnemar_exact({10, 3, 3}), 1);
}

struct Asah {
  std::vector<std::uint8_t> poor;
  std::vector<double> s100b, ndka, wfns;
  Asah() {
    std::ifstream file(MLPIPE_SOURCE_DIR "/tests/oracle/data/asah.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::replace(line.begin(), line.end(), ',', ' ');
      std::istringstream cells(line);
      std::string outcome;
      double values[3];
      cells >> outcome >> values[0] >> values[1] >> values[2];
      poor.push_back(outcome == "Poor" ? 1 : 0);
      s100b.push_back(values[0]);
      ndka.push_back(values[1]);
      wfns.push_back(values[2]);
    }
  }
};

TEST(DeLong, WorkedExample) {
  const Asah data;
  ASSERT_EQ(data.poor.size(), 113U);
  const DeLong ndka = delong(data.ndka, data.s100b, data.poor);
  EXPECT_NEAR(ndka.candidate, .7313686, 5e-8);
  EXPECT_NEAR(ndka.baseline, .6119580, 5e-8);
  EXPECT_NEAR(ndka.variance_candidate, .002668682, 5e-10);
  const double z = (ndka.candidate - ndka.baseline) / ndka.standard_error();
  EXPECT_NEAR(z, 1.390770, 5e-7);
  EXPECT_NEAR(normal_two_sided(z), .1642952, 5e-8);
  const DeLong wfns = delong(data.wfns, data.s100b, data.poor);
  const double second = (wfns.candidate - wfns.baseline) / wfns.standard_error();
  EXPECT_NEAR(second, -2.208984, 5e-7);
  EXPECT_NEAR(normal_two_sided(second), .0271758, 5e-8);
}

// Tango's score is McNemar's at no difference, and the interval ends where the score is z.
TEST(Tango, ScoreAndInterval) {
  const Discordance pairs{1600, 150, 86};
  EXPECT_NEAR(tango_score(pairs, 0) * tango_score(pairs, 0), mcnemar_statistic_plain(pairs), 1e-10);
  for (const Discordance& one : {pairs, Discordance{44, 1, 0}, Discordance{30, 0, 9},
                                 Discordance{10, 0, 0}, Discordance{3, 3, 0}}) {
    const Bounds bounds = tango_interval(one, 1.96);
    EXPECT_LE(bounds.low, one.difference());
    EXPECT_GE(bounds.high, one.difference());
    if (bounds.low > -1 + 1e-9) {
      EXPECT_NEAR(tango_score(one, bounds.low), 1.96, 1e-6);
    }
    if (bounds.high < 1 - 1e-9) {
      EXPECT_NEAR(tango_score(one, bounds.high), -1.96, 1e-6);
    }
  }
  // Tango 1998, table II: 43 pairs alike, 0 and 1 discordant of 44.
  const Bounds bounds = tango_interval({44, 0, 1}, 1.959964);
  EXPECT_NEAR(bounds.low, -0.0600, 5e-3);
  EXPECT_NEAR(bounds.high, 0.1184, 5e-3);
}

// Against the probabilities themselves: chi squared over the values that are expected often enough.
TEST(BinomialDraw, FollowsTheDistribution) {
  struct Case {
    std::uint64_t n;
    double p;
  };
  for (const Case& one : {Case{5, 0.3}, Case{40, 0.2}, Case{100, 0.5}, Case{1000, 0.97},
                          Case{250, 0.04}, Case{100000, 0.4}}) {
    Philox random({1, one.n, 0, 0});
    constexpr int draws = 40'000;
    std::map<std::int64_t, double> seen;
    for (int i = 0; i < draws; ++i) {
      seen[static_cast<std::int64_t>(draw_binomial(random, one.n, one.p))] += 1;
    }
    double statistic = 0;
    double cells = 0;
    double rest_seen = draws;
    double rest_expected = draws;
    for (const auto& [value, count] : seen) {
      const double expected = draws * binomial_pmf(value, static_cast<std::int64_t>(one.n), one.p);
      if (expected >= 20) {
        statistic += (count - expected) * (count - expected) / expected;
        cells += 1;
        rest_seen -= count;
        rest_expected -= expected;
      }
    }
    if (rest_expected > 1) {
      statistic += (rest_seen - rest_expected) * (rest_seen - rest_expected) / rest_expected;
      cells += 1;
    }
    EXPECT_GT(chi_squared_sf(statistic, cells - 1), 1e-4) << one.n << " " << one.p;
  }
}

Sample some_rows(std::size_t rows, std::size_t columns) {
  Sample sample{{rows / 3, rows - rows / 3}, columns, {}};
  Philox random({9, 9, 9, 9});
  for (std::size_t i = 0; i < rows * columns; ++i) {
    sample.values.push_back(random.uniform() * random.uniform());
  }
  return sample;
}

const Statistic mean_of_first = [](const Totals& totals, std::span<double> out) {
  const std::size_t columns = totals.sums.size() / totals.counts.size();
  out[0] = (totals.sums[0] + totals.sums[columns]) / (totals.counts[0] + totals.counts[1]);
};

TEST(Bootstrap, ThreadsNeverChangeAByte) {
  for (const std::size_t columns : {1U, 2U, 3U, 4U, 6U}) {
    const Sample sample = some_rows(20'000, columns);
    const DrawTable one = bootstrap(sample, 1, mean_of_first, {60, 3, 1, 1});
    EXPECT_EQ(one, bootstrap(sample, 1, mean_of_first, {60, 3, 1, 3})) << columns;
    EXPECT_NE(one, bootstrap(sample, 1, mean_of_first, {60, 4, 1, 3})) << columns;
    EXPECT_NE(one, bootstrap(sample, 1, mean_of_first, {60, 3, 2, 1})) << columns;
  }
}

// The mean of a resample has the sample's mean and its variance over n; each row is as likely.
TEST(Bootstrap, MeanHasTheVarianceOfTheory) {
  for (const std::size_t rows : {7U, 100U, 5000U}) {
    const Sample sample = some_rows(rows, 1);
    double mean = 0;
    double squares = 0;
    for (const double value : sample.values) {
      mean += value / static_cast<double>(rows);
      squares += value * value / static_cast<double>(rows);
    }
    const double variance = (squares - mean * mean) / static_cast<double>(rows);
    constexpr std::uint32_t draws = 20'000;
    const DrawTable table = bootstrap(sample, 1, mean_of_first, {draws, 5, 0, 2});
    const double found = std::accumulate(table[0].begin(), table[0].end(), 0.0) / draws;
    double spread = 0;
    for (const double value : table[0]) {
      spread += (value - mean) * (value - mean) / draws;
    }
    EXPECT_NEAR(found, mean, 4 * std::sqrt(variance / draws)) << rows;
    EXPECT_NEAR(spread / variance, 1, 4 * std::sqrt(2.0 / draws) + 0.01) << rows;
  }
}

TEST(Bootstrap, WeightsAreMultinomial) {
  const WeightStatistic first_and_total = [](std::span<const std::uint16_t> weights,
                                             std::span<double> out) {
    out[0] = weights[0];
    out[1] = weights[weights.size() - 1];
    out[2] = std::accumulate(weights.begin(), weights.end(), 0.0);
  };
  constexpr std::uint32_t draws = 20'000;
  const DrawTable table = bootstrap_weights(300, 3, first_and_total, {draws, 1, 1, 2});
  for (const std::size_t row : {0U, 1U}) {
    double mean = 0;
    double spread = 0;
    for (const double value : table[row]) {
      mean += value / draws;
      spread += (value - 1) * (value - 1) / draws;
    }
    EXPECT_NEAR(mean, 1, 4 / std::sqrt(draws));
    EXPECT_NEAR(spread, 1 - 1 / 300.0, 0.06);
  }
  EXPECT_EQ(std::count(table[2].begin(), table[2].end(), 300.0), draws);
}

TEST(Bootstrap, AccelerationIsTheJackknifes) {
  const Sample sample = some_rows(200, 1);
  double mean = 0;
  for (const double value : sample.values) {
    mean += value / 200;
  }
  double squares = 0;
  double cubes = 0;
  for (const double value : sample.values) {
    const double u = value - mean;  // leaving a row out moves the mean by u / (n - 1)
    squares += u * u;
    cubes += u * u * u;
  }
  EXPECT_NEAR(accelerations(sample, 1, mean_of_first)[0],
              cubes / (6 * squares * std::sqrt(squares)), 1e-12);
}

TEST(DrawDistribution, PercentilesAndTheirInverse) {
  std::vector<double> draws(999);
  std::iota(draws.begin(), draws.end(), 1.0);
  const DrawDistribution plain(draws, {});
  EXPECT_DOUBLE_EQ(plain.quantile(0.025), 1 + 0.025 * 998);
  EXPECT_DOUBLE_EQ(plain.tail_below(100), 101 / 1000.0);
  EXPECT_DOUBLE_EQ(plain.tail_above(900), 101 / 1000.0);
  draws.resize(99'999);
  std::iota(draws.begin(), draws.end(), 1.0);
  const DrawDistribution bent(draws, {0.1, 0.05});
  for (const double level : {0.01, 0.1, 0.5, 0.9}) {
    EXPECT_NEAR(bent.tail_below(bent.quantile(level)), level, 0.003);
    EXPECT_NEAR(bent.tail_above(bent.quantile(1 - level)), level, 0.003);
  }
}

// Every sign pattern and every split, counted out, is what the tests must agree with.
TEST(SignFlips, AgreeWithEveryPattern) {
  const std::vector<double> few{1.5, -0.5, 2, 2, -1, 0, 0.25};
  double low = 0;
  double high = 0;
  for (unsigned pattern = 0; pattern < 128; ++pattern) {
    double sum = 0;
    for (unsigned i = 0; i < 7; ++i) {
      sum += (pattern >> i & 1U) != 0 ? few[i] : -few[i];
    }
    low += sum <= 4.25 ? 1 : 0;
    high += sum >= 4.25 ? 1 : 0;
  }
  const Tails exact = sign_flips(few, {100, 0, 0, 1});
  EXPECT_DOUBLE_EQ(exact.low, low / 128);
  EXPECT_DOUBLE_EQ(exact.high, high / 128);
  std::vector<double> many;
  for (int i = 0; i < 400; ++i) {
    many.push_back((i * 37 % 100 - 47) / 10.0);
  }
  const Tails drawn = sign_flips(many, {20'000, 2, 0, 1});
  const MeanTest t = paired_t(many);
  EXPECT_NEAR(drawn.two_sided, t.two_sided(), 0.02);
  EXPECT_EQ(drawn.two_sided, sign_flips(many, {20'000, 2, 0, 3}).two_sided);
}

}  // namespace
}  // namespace mlpipe::stages::statistics
