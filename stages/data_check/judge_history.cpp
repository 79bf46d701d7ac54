#include "stages/data_check/judge_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runner/base/text.hpp"
#include "stages/data_check/metric.hpp"
#include "stages/data_check/opinion.hpp"

namespace mlpipe::stages::data_check {
namespace {

// 1 / Phi^-1(3/4): makes the median deviation of normal values their standard deviation.
constexpr double normal_mad = 1.4826022185056018;

// The verdict on a number by bounds and zones.
CheckVerdict verdict(const Check& check, double value, const std::string& message,
                     const std::string& wrong) {
  const Metric metric{Metric::Sort::number, value, 0};
  if (check.zones.fail && lies_in(*check.zones.fail, metric)) {
    return {broken(check), fmt::format("{}, which is {}", message, check.zones.fail->text)};
  }
  if (!check.zones.fail && !wrong.empty()) {
    return {broken(check), message + wrong};
  }
  if (check.zones.warn && lies_in(*check.zones.warn, metric)) {
    return {CheckStatus::warn, fmt::format("{}, which is {}", message, check.zones.warn->text)};
  }
  return {CheckStatus::pass, message};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

struct Usual {
  double centre = 0;
  double room = 0;
};

Usual usual(Anomaly::Method method, double k, const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  if (method == Anomaly::Method::mad) {
    const double centre = median(values);
    std::vector<double> off;
    for (const double value : values) {
      off.push_back(std::abs(value - centre));
    }
    return {centre, k * normal_mad * median(std::move(off))};
  }
  if (method == Anomaly::Method::change) {
    return {values.back(), k * std::abs(values.back())};
  }
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return {mean, values.size() < 2 ? 0.0 : k * std::sqrt(squares / (n - 1))};
}

}  // namespace

CheckVerdict by_change(const Check& check, const RowCountChange& rule, const Measured& measured,
                       const Circumstances& around) {
  const auto* values = around.history == nullptr ? nullptr : around.history->of(check.name);
  if (values == nullptr) {
    return {CheckStatus::skipped, fmt::format("{}: {} rows; no earlier run to compare with",
                                              check.name, grouped(measured.considered))};
  }
  const double before = values->back();
  const double now = static_cast<double>(measured.considered);
  const double change = before == now ? 0.0 : now / before - 1;
  const std::string message =
      fmt::format("{}: {} rows, {:+.4g}% on the {} of the last good run", check.name,
                  shown_number(now), 100 * change, shown_number(before));
  const std::string wrong = fault_of(rule.bounds, change);
  return verdict(check, change, message, wrong.empty() ? "" : ", a change that is " + wrong);
}

CheckVerdict by_anomaly(const Check& check, const Anomaly& rule, const Circumstances& around) {
  if (std::isnan(around.watched)) {
    return {CheckStatus::error,
            fmt::format("{}: could not be evaluated: the check {} has no number", check.name,
                        printable(rule.of))};
  }
  const auto* values = around.history == nullptr ? nullptr : around.history->of(rule.of);
  const std::int64_t runs = values == nullptr ? 0 : static_cast<std::int64_t>(values->size());
  const std::int64_t needed =
      rule.method == Anomaly::Method::change ? 1 : std::max<std::int64_t>(rule.min_runs, 2);
  if (runs < needed) {
    return {CheckStatus::skipped,
            fmt::format("{}: {}; {} earlier run{}, {} are needed", check.name,
                        shown_number(around.watched), runs, runs == 1 ? "" : "s", needed)};
  }
  const Usual room = usual(rule.method, rule.k, *values);
  const std::string message =
      fmt::format("{}: {}, in {} earlier run{} {:.6g} +- {:.6g}", check.name,
                  shown_number(around.watched), runs, runs == 1 ? "" : "s", room.centre, room.room);
  const double off = std::abs(around.watched - room.centre);
  return verdict(check, off, message, off > room.room ? ", which is out of the usual" : "");
}

}  // namespace mlpipe::stages::data_check
