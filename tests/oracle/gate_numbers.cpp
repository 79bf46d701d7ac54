// One question a line, one answer a line: the pure functions of stages/statistics for an oracle in
// another language. "name list;list;..." -> numbers. Knows nothing of what is right.
#include <fmt/format.h>

#include <iostream>
#include <sstream>

#include "stages/statistics/class_metrics.hpp"
#include "stages/statistics/losses.hpp"
#include "stages/statistics/matched_pairs.hpp"
#include "stages/statistics/paired_tests.hpp"
#include "stages/statistics/ranks.hpp"

namespace {

using namespace mlpipe::stages::statistics;
using List = std::vector<double>;

std::vector<std::uint8_t> bits(const List& list) {
  return {list.begin(), list.end()};
}

List of_classes(const std::vector<List>& in) {
  ClassTotals totals(static_cast<std::size_t>(in[2][0]));
  for (std::size_t i = 0; i < in[0].size(); ++i) {
    totals.add(static_cast<std::size_t>(in[0][i]), static_cast<std::size_t>(in[1][i]), 1);
  }
  List out;
  for (const auto metric :
       {ClassMetric::accuracy, ClassMetric::balanced_accuracy, ClassMetric::mcc}) {
    out.push_back(class_metric({metric, Averaging::macro, 0}, totals));
  }
  for (const auto metric : {ClassMetric::precision, ClassMetric::recall, ClassMetric::f1}) {
    for (const auto average :
         {Averaging::one, Averaging::micro, Averaging::macro, Averaging::weighted}) {
      out.push_back(class_metric({metric, average, 1}, totals));
    }
  }
  return out;
}

List of_order(const std::vector<List>& in) {
  const auto positive = bits(in[0]);
  const std::vector<std::uint16_t> weights(in[3].begin(), in[3].end());
  const Ranking a(in[1]);
  const Ranking b(in[2]);
  return {roc_auc(a, positive, weights), average_precision(a, positive, weights),
          spearman(a, b, weights)};
}

List of_delong(const std::vector<List>& in) {
  const DeLong found = delong(in[1], in[2], bits(in[0]));
  return {found.baseline, found.candidate, found.variance_baseline, found.variance_candidate,
          found.covariance};
}

List of_pairs(const std::vector<List>& in) {
  const Discordance pairs{static_cast<std::uint64_t>(in[0][0]),
                          static_cast<std::uint64_t>(in[0][1]),
                          static_cast<std::uint64_t>(in[0][2])};
  const Bounds bounds = tango_interval(pairs, in[0][3]);
  return {mcnemar_exact(pairs), mcnemar_corrected(pairs), mcnemar_plain(pairs), bounds.low,
          bounds.high};
}

List of_differences(const std::vector<List>& in) {
  const MeanTest t = paired_t(in[0]);
  const Tails ranks = wilcoxon(in[0]);
  return {t.difference, t.standard_error, t.two_sided(), ranks.low, ranks.high, ranks.two_sided};
}

List of_samples(const std::vector<List>& in) {
  const MeanTest t = welch(in[0], in[1]);
  const Tails ranks = rank_sum(in[0], in[1]);
  return {t.difference, t.standard_error, t.df,           t.two_sided(),
          ranks.low,    ranks.high,       ranks.two_sided};
}

List of_list(const std::vector<List>& in) {
  std::vector<Ranked> list;
  for (std::size_t i = 0; i < in[0].size(); ++i) {
    list.push_back({in[0][i], in[1][i]});
  }
  const auto depth = static_cast<std::size_t>(in[2][0]);
  return {ndcg(list, depth), average_precision_at(list, depth), hit(list, depth)};
}

List of_losses(const std::vector<List>& in) {
  List sums(5, 0.0);
  for (std::size_t i = 0; i < in[0].size(); ++i) {
    sums[0] += log_loss(in[1][i], in[0][i] == 1);
    sums[1] += brier(in[1][i], in[0][i] == 1);
    sums[2] += absolute_percentage(in[2][i], in[3][i]);
    sums[3] += pinball(in[2][i], in[3][i], in[4][0]);
    const List both{1 - in[1][i], in[1][i]};
    sums[4] += log_loss(std::span<const double>(both), static_cast<std::size_t>(in[0][i]));
  }
  for (double& sum : sums) {
    sum /= static_cast<double>(in[0].size());
  }
  return sums;
}

List answer(const std::string& name, const std::vector<List>& in) {
  if (name == "classes") return of_classes(in);
  if (name == "order") return of_order(in);
  if (name == "delong") return of_delong(in);
  if (name == "pairs") return of_pairs(in);
  if (name == "differences") return of_differences(in);
  if (name == "samples") return of_samples(in);
  if (name == "list") return of_list(in);
  return name == "losses" ? of_losses(in) : List{};
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const std::size_t blank = line.find(' ');
    std::vector<List> lists(1);
    std::istringstream cells(line.substr(blank + 1));
    for (std::string cell; cells >> cell;) {
      if (cell == ";") {
        lists.emplace_back();
      } else {
        lists.back().push_back(std::stod(cell));
      }
    }
    std::cout << fmt::format("{:.17g}\n", fmt::join(answer(line.substr(0, blank), lists), " "));
  }
}
