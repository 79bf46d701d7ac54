#include "stages/statistics/losses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mlpipe::stages::statistics {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

double clipped(double probability) {
  return std::clamp(probability, epsilon, 1 - epsilon);
}

void best_first(std::vector<Ranked>& list) {
  std::stable_sort(list.begin(), list.end(),
                   [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
}

std::size_t places(const std::vector<Ranked>& list, std::size_t depth) {
  return depth == 0 ? list.size() : std::min(depth, list.size());
}

double discount(std::size_t place) {  // from 0
  return 1 / std::log2(static_cast<double>(place) + 2);
}

}  // namespace

double log_loss(double probability, bool happened) {
  const double p = clipped(probability);
  return -std::log(happened ? p : 1 - p);
}

double log_loss(std::span<const double> probabilities, std::size_t happened) {
  double total = 0;
  for (const double probability : probabilities) {
    total += clipped(probability);
  }
  return -std::log(clipped(probabilities[happened]) / total);
}

double brier(double probability, bool happened) {
  const double miss = probability - (happened ? 1 : 0);
  return miss * miss;
}

double brier(std::span<const double> probabilities, std::size_t happened) {
  double total = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    total += brier(probabilities[i], i == happened);
  }
  return total;
}

double absolute_percentage(double truth, double forecast) {
  return std::abs(truth - forecast) / std::max(std::abs(truth), epsilon);
}

double pinball(double truth, double forecast, double quantile) {
  const double miss = truth - forecast;
  return miss >= 0 ? quantile * miss : (quantile - 1) * miss;
}

double ndcg(std::vector<Ranked> list, std::size_t depth) {
  best_first(list);
  const std::size_t counted = places(list, depth);
  double gain = 0;
  for (std::size_t begin = 0; begin < list.size();) {
    std::size_t end = begin;
    double relevance = 0;
    double discounts = 0;
    for (; end < list.size() && list[end].score == list[begin].score; ++end) {
      relevance += list[end].relevance;
      discounts += end < counted ? discount(end) : 0;
    }
    gain += relevance / static_cast<double>(end - begin) * discounts;
    begin = end;
  }
  std::sort(list.begin(), list.end(),
            [](const Ranked& a, const Ranked& b) { return a.relevance > b.relevance; });
  double ideal = 0;
  for (std::size_t i = 0; i < counted; ++i) {
    ideal += list[i].relevance * discount(i);
  }
  return ideal > 0 ? gain / ideal : 0;
}

double average_precision_at(std::vector<Ranked> list, std::size_t depth) {
  best_first(list);
  const std::size_t counted = places(list, depth);
  double total = 0;
  double found = 0;
  for (std::size_t i = 0; i < counted; ++i) {
    if (list[i].relevance > 0) {
      found += 1;
      total += found / static_cast<double>(i + 1);
    }
  }
  const auto relevant = static_cast<std::size_t>(
      std::count_if(list.begin(), list.end(), [](const Ranked& one) { return one.relevance > 0; }));
  return relevant > 0 ? total / static_cast<double>(std::min(relevant, counted)) : 0;
}

double hit(std::vector<Ranked> list, std::size_t depth) {
  best_first(list);
  const auto end = list.begin() + static_cast<std::ptrdiff_t>(places(list, depth));
  return std::any_of(list.begin(), end, [](const Ranked& one) { return one.relevance > 0; }) ? 1
                                                                                             : 0;
}

}  // namespace mlpipe::stages::statistics
