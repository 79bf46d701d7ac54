// A column's distribution against an expected one. Definitions: Great Expectations 0.18 and the
// legacy dataset module for the three tests that 1.x no longer has; the distributions are scipy's.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include "runner/base/text.hpp"
#include "stages/data_check/expectation_measure.hpp"
#include "stages/data_check/expectation_rule.hpp"
#include "stages/data_check/suite_kwargs.hpp"
#include "stages/statistics/distances.hpp"
#include "stages/statistics/distributions.hpp"
#include "stages/statistics/draw.hpp"
#include "stages/statistics/kolmogorov.hpp"
#include "stages/statistics/tally.hpp"

namespace mlpipe::stages::data_check {
namespace {

using statistics::Shares;
using statistics::Tally;

std::string json_numbers(const std::vector<double>& numbers) {
  std::vector<std::string> items;
  for (const double number : numbers) {
    items.push_back(std::isfinite(number) ? fmt::format("{}", number) : "null");
  }
  return json_list(items);
}

void observe_number(Measured& measured, double value) {
  if (std::isfinite(value)) {
    measured.number = value;
  }
}

// The shares of values, those of the partition first, then what else the column holds, in order.
struct ByValue {
  std::vector<std::string> names;  // JSON
  std::vector<double> observed;    // counts
  std::vector<double> expected;    // shares; holdouts applied
};

Result<ByValue> by_value(const Probe& probe, const expect::Partition& partition, double holdout) {
  TRY(const std::vector<CountedValue> values, count_values(probe));
  ByValue table;
  std::set<std::string> known;
  for (std::size_t i = 0; i < partition.values.size(); ++i) {
    const Scalar& value = partition.values[i];
    const std::string key = value_key(value);
    const auto found = std::find_if(values.begin(), values.end(), [&](const CountedValue& one) {
      return value_key(one.scalar) == key;
    });
    known.insert(key);
    table.names.push_back(value.kind == spec::NodeKind::string ? json_text(value.text)
                                                               : value.text);
    table.observed.push_back(found == values.end() ? 0.0 : static_cast<double>(found->count));
    table.expected.push_back(partition.weights[i]);
  }
  const std::size_t named = table.names.size();
  for (const CountedValue& value : values) {
    if (!known.contains(value_key(value.scalar))) {
      table.names.push_back(value.json);
      table.observed.push_back(static_cast<double>(value.count));
    }
  }
  // What was not expected shares the holdout evenly.
  const std::size_t others = table.names.size() - named;
  if (others > 0) {
    for (double& weight : table.expected) {
      weight *= 1.0 - holdout;
    }
    table.expected.resize(table.names.size(), holdout / static_cast<double>(others));
  }
  return table;
}

Shares shares(const std::vector<double>& counts, double total) {
  Shares out;
  for (const double count : counts) {
    out.push_back(count / total);
  }
  return out;
}

std::string value_details(const ByValue& table, const Shares& observed) {
  return fmt::format(
      R"({{"observed_partition": {{"values": {0}, "weights": {1}}}, "expected_partition": {{"values": {0}, "weights": {2}}}}})",
      json_list(table.names), json_numbers(observed), json_numbers(table.expected));
}

// numpy.histogram, with the counts below and above the bins.
struct ByBin {
  std::vector<double> observed;
  double below = 0;
  double above = 0;
};

Result<ByBin> by_bin(const Probe& probe, const std::vector<double>& bins) {
  const std::string& value = probe.columns[0].number;
  const auto number = [](double x) { return fmt::format("CAST('{}' AS DOUBLE)", x); };
  std::string select = fmt::format(
      "count(*) FILTER (WHERE {0} < {1}), count(*) FILTER (WHERE {0} > "
      "{2})",
      value, number(bins.front()), number(bins.back()));
  for (std::size_t i = 0; i + 1 < bins.size(); ++i) {
    select += fmt::format(", count(*) FILTER (WHERE {0} >= {1} AND {0} {3} {2})", value,
                          number(bins[i]), number(bins[i + 1]), i + 2 == bins.size() ? "<=" : "<");
  }
  TRY(const port::Rows rows, probe.engine.query(fmt::format("SELECT {} FROM {} WHERE {}", select,
                                                            probe.table.rows(), probe.counts())));
  ByBin out;
  const auto& row = rows.rows.at(0);
  out.below = static_cast<double>(count_of(row.at(0)));
  out.above = static_cast<double>(count_of(row.at(1)));
  for (std::size_t i = 2; i < row.size(); ++i) {
    out.observed.push_back(static_cast<double>(count_of(row[i])));
  }
  return out;
}

Status kl_of_values(const Probe& probe, const expect::KlDivergence& asked) {
  TRY(const ByValue table, by_value(probe, asked.partition, asked.tail_holdout));
  const Shares observed = shares(table.observed, static_cast<double>(probe.measured.considered));
  observe_number(probe.measured, statistics::kullback_leibler(observed, table.expected));
  probe.measured.details = value_details(table, observed);
  return {};
}

Shares expected_weights(const expect::KlDivergence& asked) {
  Shares expected = asked.partition.weights;
  for (double& weight : expected) {
    weight *= 1.0 - asked.tail_holdout - asked.internal_holdout;
  }
  const auto zeros = std::count(expected.begin(), expected.end(), 0.0);
  for (double& weight : expected) {
    if (weight == 0.0 && zeros > 0) {
      weight = asked.internal_holdout / static_cast<double>(zeros);
    }
  }
  return expected;
}

struct Weighted {
  std::vector<double> bins;
  Shares weights;
  Shares tails;  // below and above
};

// The tails as Great Expectations tells them: an outer bin that reaches to infinity is a tail.
Weighted without_tails(const std::vector<double>& bins, Shares all, bool open_low, bool open_high) {
  Weighted out;
  out.tails = {all.front(), all.back()};
  out.weights.assign(all.begin() + 1, all.end() - 1);
  out.bins.assign(bins.begin() + (open_low ? 1 : 0), bins.end() - (open_high ? 1 : 0));
  return out;
}

std::string bin_details(const Weighted& weighted) {
  return fmt::format(R"({{"bins": {}, "weights": {}, "tail_weights": {}}})",
                     json_numbers(weighted.bins), json_numbers(weighted.weights),
                     json_numbers(weighted.tails));
}

Status kl_of_bins(const Probe& probe, const expect::KlDivergence& asked) {
  TRY_OK(need_numbers(probe.columns[0]));
  const std::vector<double>& bins = asked.partition.bins;
  TRY(const ByBin found, by_bin(probe, bins));
  const bool open_low = std::isinf(bins.front());
  const bool open_high = std::isinf(bins.back());
  const double total = static_cast<double>(probe.measured.considered);
  Shares observed = shares(found.observed, total);
  Shares expected = expected_weights(asked);
  // The holdout of the tails goes to the open sides: to both by halves, or to the one.
  const double holdout = open_low || open_high ? asked.tail_holdout : asked.tail_holdout / 2;
  const auto& tails = asked.partition.tail_weights;
  if (!open_low) {
    observed.insert(observed.begin(), found.below / total);
    expected.insert(expected.begin(), tails.empty() ? holdout : tails[0]);
  }
  if (!open_high) {
    observed.push_back(found.above / total);
    expected.push_back(tails.empty() ? holdout : tails[1]);
  }
  observe_number(probe.measured, statistics::kullback_leibler(observed, expected));
  probe.measured.details =
      fmt::format(R"({{"observed_partition": {}, "expected_partition": {}}})",
                  bin_details(without_tails(bins, observed, open_low, open_high)),
                  bin_details(without_tails(bins, expected, open_low, open_high)));
  return {};
}

Result<Tally> tally_of(const Probe& probe) {
  TRY_OK(need_numbers(probe.columns[0]));
  Tally tally;
  if (probe.columns[0].number.empty()) {
    return tally;
  }
  TRY(const port::Rows rows,
      probe.engine.query(fmt::format("SELECT CAST({} AS DOUBLE) AS v, count(*) FROM {} WHERE {} "
                                     "GROUP BY v ORDER BY v LIMIT {}",
                                     probe.columns[0].number, probe.table.rows(), probe.counts(),
                                     most_distinct + 1)));
  if (static_cast<std::int64_t>(rows.rows.size()) > most_distinct) {
    return fail(Code::refused, fmt::format("the column {} holds more than {} different values",
                                           printable(probe.columns[0].name), most_distinct));
  }
  for (const auto& row : rows.rows) {
    if (const auto* value = std::get_if<double>(&row.at(0)); value != nullptr) {
      tally.values.push_back(*value);
      tally.counts.push_back(static_cast<std::uint64_t>(count_of(row.at(1))));
      tally.total += tally.counts.back();
    }
  }
  return tally;
}

using Cdf = std::function<double(double)>;

// sup |F_n - F|: the one-sample statistic of Kolmogorov and Smirnov.
double ks_statistic(const Tally& tally, const Cdf& cdf) {
  const double n = static_cast<double>(tally.total);
  double before = 0;
  double largest = 0;
  for (std::size_t i = 0; i < tally.values.size(); ++i) {
    const double expected = cdf(tally.values[i]);
    const double after = before + static_cast<double>(tally.counts[i]);
    largest = std::max({largest, after / n - expected, expected - before / n});
    before = after;
  }
  return largest;
}

double cdf_of(const expect::KsDistribution& asked, double x) {
  using Family = expect::KsDistribution::Family;
  const double z = (x - asked.location) / asked.scale;
  if (asked.family == Family::norm) {
    return statistics::normal_cdf(z);
  }
  if (z <= 0) {
    return 0.0;
  }
  switch (asked.family) {
    case Family::beta:
      return z >= 1 ? 1.0 : statistics::beta_regularised(asked.shape[0], asked.shape[1], z);
    case Family::gamma:
      return statistics::gamma_p(asked.shape[0], z);
    case Family::uniform:
      return std::min(z, 1.0);
    case Family::chi2:
      return statistics::chi_squared_cdf(z, asked.shape[0]);
    default:
      return -std::expm1(-z);
  }
}

// The partition as a distribution function, straight within each bin: numpy.interp.
double interpolated(const expect::Partition& partition, const std::vector<double>& cumulated,
                    double x) {
  const auto& bins = partition.bins;
  if (x <= bins.front()) {
    return cumulated.front();
  }
  if (x >= bins.back()) {
    return cumulated.back();
  }
  const auto next = std::upper_bound(bins.begin(), bins.end(), x);
  const auto i = static_cast<std::size_t>(next - bins.begin());
  const double part = (x - bins[i - 1]) / (bins[i] - bins[i - 1]);
  return cumulated[i - 1] + part * (cumulated[i] - cumulated[i - 1]);
}

// A fixed seed: the same data gives the same answer, where numpy's would differ from run to run.
constexpr std::uint64_t bootstrap_seed = 20'260'101;

// `size` values drawn with replacement.
Tally drawn(const Tally& tally, const std::vector<std::uint64_t>& cumulated, std::int64_t size,
            statistics::Draw& draw) {
  std::vector<double> sample;
  for (std::int64_t i = 0; i < size; ++i) {
    const std::uint64_t rank = draw.below(tally.total);
    const auto at = std::upper_bound(cumulated.begin(), cumulated.end(), rank);
    sample.push_back(tally.values[static_cast<std::size_t>(at - cumulated.begin())]);
  }
  return statistics::tally_of(std::move(sample));
}

}  // namespace

Status measure_expected(const Probe& probe, const expect::KlDivergence& asked) {
  TRY_OK(measure_counts(probe));
  if (probe.measured.considered == 0) {
    return {};
  }
  return asked.partition.bins.empty() ? kl_of_values(probe, asked) : kl_of_bins(probe, asked);
}

Status measure_expected(const Probe& probe, const expect::ChiSquare& asked) {
  TRY_OK(measure_counts(probe));
  const double total = static_cast<double>(probe.measured.considered);
  if (probe.measured.considered == 0) {
    return {};
  }
  TRY(const ByValue table, by_value(probe, asked.partition, asked.tail_holdout));
  double statistic = 0;
  for (std::size_t i = 0; i < table.observed.size(); ++i) {
    const double expected = table.expected[i] * total;
    const double difference = table.observed[i] - expected;
    // Nothing expected and nothing found adds nothing; something found is infinitely far.
    statistic += expected > 0        ? difference * difference / expected
                 : difference == 0.0 ? 0.0
                                     : HUGE_VAL;
  }
  const double df = static_cast<double>(table.observed.size()) - 1;
  observe_number(probe.measured, std::isinf(statistic) ? 0.0
                                 : df > 0              ? statistics::chi_squared_sf(statistic, df)
                                                       : 1.0);
  probe.measured.details = value_details(table, shares(table.observed, total));
  return {};
}

Status measure_expected(const Probe& probe, const expect::KsDistribution& asked) {
  TRY_OK(measure_counts(probe));
  TRY(const Tally tally, tally_of(probe));
  if (tally.total == 0) {
    return {};
  }
  const double statistic = ks_statistic(tally, [&](double x) { return cdf_of(asked, x); });
  observe_number(probe.measured, statistics::one_sample_sf(statistic, tally.total));
  probe.measured.details = fmt::format(R"({{"statistic": {}}})", statistic);
  return {};
}

Status measure_expected(const Probe& probe, const expect::KsBootstrap& asked) {
  TRY_OK(measure_counts(probe));
  TRY(const Tally tally, tally_of(probe));
  if (tally.total == 0) {
    return {};
  }
  std::vector<double> cumulated{0.0};
  for (const double weight : asked.partition.weights) {
    cumulated.push_back(cumulated.back() + weight);
  }
  std::vector<std::uint64_t> ranks;
  std::partial_sum(tally.counts.begin(), tally.counts.end(), std::back_inserter(ranks));
  statistics::Draw draw(bootstrap_seed);
  std::int64_t kept = 0;
  for (std::int64_t i = 0; i < asked.samples; ++i) {
    const Tally sample = drawn(tally, ranks, asked.sample_size, draw);
    const double statistic =
        ks_statistic(sample, [&](double x) { return interpolated(asked.partition, cumulated, x); });
    kept += statistics::one_sample_sf(statistic, sample.total) >= asked.p ? 1 : 0;
  }
  observe_number(probe.measured,
                 static_cast<double>(kept + 1) / static_cast<double>(asked.samples + 1));
  probe.measured.details =
      fmt::format(R"({{"bootstrap_samples": {}, "bootstrap_sample_size": {}}})", asked.samples,
                  asked.sample_size);
  return {};
}

}  // namespace mlpipe::stages::data_check
