#include "stages/statistics/ranks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mlpipe::stages::statistics {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Calls use(positives, negatives) for each tie that holds a row, from the greatest score.
template <class Use>
void each_tie(const Ranking& ranking, std::span<const std::uint8_t> positive, Weights weights,
              Use&& use) {
  std::uint32_t at = 0;
  const auto order = ranking.order();
  for (const std::uint32_t end : ranking.tie_ends()) {
    std::uint64_t counts[2] = {0, 0};
    for (; at < end; ++at) {
      counts[positive[order[at]]] += weights[order[at]];
    }
    if (counts[0] + counts[1] > 0) {
      use(static_cast<double>(counts[1]), static_cast<double>(counts[0]));
    }
  }
}

// Midranks from the greatest score; of rows that do not count they mean nothing.
std::vector<double> midranks(const Ranking& ranking, Weights weights) {
  const auto order = ranking.order();
  std::vector<double> ranks(order.size());
  double before = 0;
  std::uint32_t at = 0;
  for (const std::uint32_t end : ranking.tie_ends()) {
    std::uint64_t count = 0;
    for (std::uint32_t i = at; i < end; ++i) {
      count += weights[order[i]];
    }
    const double rank = before + (static_cast<double>(count) + 1) / 2;
    for (; at < end; ++at) {
      ranks[order[at]] = rank;
    }
    before += static_cast<double>(count);
  }
  return ranks;
}

using Sorted = std::vector<std::pair<double, std::uint32_t>>;  // score, place among its kind

Sorted sorted_of(std::span<const double> scores, std::span<const std::uint8_t> positive,
                 std::uint8_t wanted) {
  Sorted found;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (positive[i] == wanted) {
      found.emplace_back(scores[i], static_cast<std::uint32_t>(found.size()));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Of each of `these` the share of `others` below it, ties counting half.
std::vector<double> shares_below(const Sorted& these, const Sorted& others) {
  std::vector<double> shares(these.size());
  std::size_t below = 0;
  std::size_t upto = 0;
  for (const auto& [score, place] : these) {
    while (below < others.size() && others[below].first < score) {
      ++below;
    }
    upto = std::max(upto, below);
    while (upto < others.size() && others[upto].first == score) {
      ++upto;
    }
    shares[place] = static_cast<double>(below + upto) / (2 * static_cast<double>(others.size()));
  }
  return shares;
}

// Placement values: of each positive row the share of negatives below it, of each negative row the
// share of positives above it.
struct Placements {
  std::vector<double> positive;
  std::vector<double> negative;
  double auc = 0;
};

Placements placements(std::span<const double> scores, std::span<const std::uint8_t> positive) {
  const Sorted up = sorted_of(scores, positive, 1);
  const Sorted down = sorted_of(scores, positive, 0);
  Placements found{shares_below(up, down), shares_below(down, up), 0};
  for (double& share : found.negative) {
    share = 1 - share;
  }
  found.auc = std::accumulate(found.positive.begin(), found.positive.end(), 0.0) /
              static_cast<double>(up.size());
  return found;
}

double covariance(const std::vector<double>& a, double mean_a, const std::vector<double>& b,
                  double mean_b) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    total += (a[i] - mean_a) * (b[i] - mean_b);
  }
  return a.size() > 1 ? total / static_cast<double>(a.size() - 1) : nan;
}

std::vector<double> minus(std::vector<double> from, const std::vector<double>& what) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    from[i] -= what[i];
  }
  return from;
}

}  // namespace

Ranking::Ranking(std::span<const double> scores) {
  std::vector<std::pair<double, std::uint32_t>> sorted(scores.size());
  for (std::uint32_t i = 0; i < scores.size(); ++i) {
    sorted[i] = {-scores[i], i};
  }
  std::sort(sorted.begin(), sorted.end());
  order_.resize(scores.size());
  for (std::uint32_t i = 0; i < sorted.size(); ++i) {
    order_[i] = sorted[i].second;
    if (i + 1 == sorted.size() || sorted[i].first != sorted[i + 1].first) {
      tie_ends_.push_back(i + 1);
    }
  }
}

double roc_auc(const Ranking& ranking, std::span<const std::uint8_t> positive, Weights weights) {
  double wins = 0;
  double positives = 0;
  double negatives = 0;
  each_tie(ranking, positive, weights, [&](double up, double down) {
    wins += down * (positives + up / 2);
    positives += up;
    negatives += down;
  });
  return positives > 0 && negatives > 0 ? wins / (positives * negatives) : nan;
}

double average_precision(const Ranking& ranking, std::span<const std::uint8_t> positive,
                         Weights weights) {
  double total = 0;
  double positives = 0;
  double rows = 0;
  each_tie(ranking, positive, weights, [&](double up, double down) {
    positives += up;
    rows += up + down;
    total += up * positives / rows;
  });
  return positives > 0 ? total / positives : nan;
}

double spearman(const Ranking& a, const Ranking& b, Weights weights) {
  const std::vector<double> ranks_a = midranks(a, weights);
  const std::vector<double> ranks_b = midranks(b, weights);
  double rows = 0;
  for (const std::uint16_t weight : weights) {
    rows += weight;
  }
  const double mean = (rows + 1) / 2;
  double both = 0;
  double square_a = 0;
  double square_b = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double weight = weights[i];
    const double from_a = ranks_a[i] - mean;
    const double from_b = ranks_b[i] - mean;
    both += weight * from_a * from_b;
    square_a += weight * from_a * from_a;
    square_b += weight * from_b * from_b;
  }
  return square_a > 0 && square_b > 0 ? both / std::sqrt(square_a * square_b) : nan;
}

double DeLong::standard_error() const {
  return std::sqrt(variance_difference);
}

DeLong delong(std::span<const double> baseline, std::span<const double> candidate,
              std::span<const std::uint8_t> positive) {
  const Placements a = placements(baseline, positive);
  const Placements b = placements(candidate, positive);
  const auto m = static_cast<double>(a.positive.size());
  const auto n = static_cast<double>(a.negative.size());
  const auto joint = [&](const Placements& x, const Placements& y) {
    return covariance(x.positive, x.auc, y.positive, y.auc) / m +
           covariance(x.negative, x.auc, y.negative, y.auc) / n;
  };
  const Placements apart{minus(b.positive, a.positive), minus(b.negative, a.negative),
                         b.auc - a.auc};
  return {a.auc, b.auc, joint(a, a), joint(b, b), joint(a, b), joint(apart, apart)};
}

}  // namespace mlpipe::stages::statistics
