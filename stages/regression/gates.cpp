#include "stages/regression/gates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runner/base/text.hpp"

namespace mlpipe::stages::regression {
namespace {

std::string shown(double value) {
  return fmt::format("{:.6g}", value);
}

// Two values that differ are shown so that they look different.
std::pair<std::string, std::string> shown_apart(double a, double b) {
  for (const int digits : {6, 9, 12}) {
    auto pair = std::pair{fmt::format("{:.{}g}", a, digits), fmt::format("{:.{}g}", b, digits)};
    if (a == b || pair.first != pair.second) {
      return pair;
    }
  }
  return {fmt::format("{:.17g}", a), fmt::format("{:.17g}", b)};
}

std::size_t decimals(const std::string& number) {
  const std::size_t point = number.find('.');
  return point == std::string::npos ? 0 : number.size() - point - 1;
}

// A change and its limit with a sign and the same number of decimals: "-0.019" and "-0.010".
std::pair<std::string, std::string> signed_pair(double change, double limit) {
  const std::string a = fmt::format("{:+.6g}", change);
  const std::string b = fmt::format("{:+.6g}", limit);
  if (a.find('e') != std::string::npos || b.find('e') != std::string::npos) {
    return {a, b};
  }
  const std::size_t places = std::max(decimals(a), decimals(b));
  return {fmt::format("{:+.{}f}", change, places), fmt::format("{:+.{}f}", limit, places)};
}

double slack(double a, double b) {
  return rounding_slack * std::max(std::abs(a), std::abs(b));
}

const double* value_of(const std::vector<plan::Metric>& sorted, const std::string& name) {
  const auto found = std::lower_bound(
      sorted.begin(), sorted.end(), name,
      [](const plan::Metric& item, const std::string& wanted) { return item.name < wanted; });
  return found != sorted.end() && found->name == name ? &found->value : nullptr;
}

GateStatus broken(const Gate& gate) {
  return gate.severity == plan::Finding::Level::warning ? GateStatus::warned : GateStatus::failed;
}

// One limit's verdict is added to those before it: the worst status counts, its messages stand
// first.
void add(GateResult& result, GateStatus status, const std::string& message) {
  const auto rank = [](GateStatus value) {
    switch (value) {
      case GateStatus::passed:
        return 0;
      case GateStatus::skipped:
        return 1;
      case GateStatus::warned:
        return 2;
      case GateStatus::failed:
        return 3;
      case GateStatus::errored:
        return 4;
    }
    return 4;
  };
  if (rank(status) > rank(result.status)) {
    const bool had_trouble = rank(result.status) > 1;
    result.status = status;
    result.message = had_trouble ? message + "; " + result.message : message;
  } else if (result.message.empty() || (rank(status) > 1 && status == result.status)) {
    result.message += (result.message.empty() ? "" : "; ") + message;
  }
}

// Why the candidate has no number for the metric in one of its files; empty where it has.
std::string trouble_in(const CandidateFile& file, const std::string& metric) {
  if (file.metrics.find(metric) != nullptr) {
    return {};
  }
  if (const plan::NoNumber* item = file.metrics.find_no_number(metric)) {
    return fmt::format("{} is {} in {}", metric, item->found, file.path);
  }
  std::vector<std::string> names;
  for (const plan::Metric& known : file.metrics.numbers) {
    names.push_back(known.name);
  }
  const auto near = nearest(metric, names);
  return fmt::format("{} holds no metric {}{}", file.path, metric,
                     near ? fmt::format(" (it has {})", *near) : "");
}

bool measure(const Gate& gate, const Comparison& comparison, GateResult& result) {
  std::vector<plan::Metrics> holders;
  for (const CandidateFile& file : comparison.candidate) {
    if (const std::string trouble = trouble_in(file, gate.metric); !trouble.empty()) {
      add(result, GateStatus::errored, trouble);
      return false;
    }
    holders.push_back({{*file.metrics.find(gate.metric)}, {}});
  }
  if (holders.empty()) {
    add(result, GateStatus::errored, "there is no candidate to judge");
    return false;
  }
  result.candidate = plan::spread_over(holders).front();
  return true;
}

void judge_bounds(const Gate& gate, GateResult& result) {
  const double value = result.candidate->mean;
  if (gate.min && value < *gate.min - slack(value, *gate.min)) {
    const auto [is, least] = shown_apart(value, *gate.min);
    add(result, broken(gate),
        fmt::format("{} is {}, at least {} is asked for", gate.metric, is, least));
  }
  if (gate.max && value > *gate.max + slack(value, *gate.max)) {
    const auto [is, most] = shown_apart(value, *gate.max);
    add(result, broken(gate),
        fmt::format("{} is {}, at most {} is allowed", gate.metric, is, most));
  }
}

// "accuracy fell from 0.861 to 0.842"
std::string movement(const std::string& metric, double from, double to) {
  const auto [before, now] = shown_apart(from, to);
  if (from == to) {
    return fmt::format("{} stayed at {}", metric, now);
  }
  return fmt::format("{} {} from {} to {}", metric, to < from ? "fell" : "rose", before, now);
}

double drop_of(const Gate& gate, double baseline, double candidate) {
  return gate.direction == Direction::higher_is_better ? baseline - candidate
                                                       : candidate - baseline;
}

void judge_drop(const Gate& gate, double baseline, GateResult& result) {
  const double candidate = result.candidate->mean;
  const double drop = drop_of(gate, baseline, candidate);
  const double sign = gate.direction == Direction::higher_is_better ? -1 : 1;
  const std::string moved = movement(gate.metric, baseline, candidate);
  if (!std::isfinite(drop)) {
    return add(result, GateStatus::errored, moved + ", which is too far to be measured");
  }
  if (gate.max_drop && drop > *gate.max_drop + slack(baseline, candidate)) {
    const auto [change, allowed] = signed_pair(candidate - baseline, sign * *gate.max_drop);
    add(result, broken(gate),
        *gate.max_drop == 0 ? fmt::format("{} ({}), it must not get worse", moved, change)
                            : fmt::format("{} ({}), allowed is {}", moved, change, allowed));
  }
  if (!gate.max_drop_relative || drop <= slack(baseline, candidate)) {
    return;
  }
  if (baseline == 0) {
    return add(result, GateStatus::errored,
               moved + "; a drop relative to 0 says nothing, use max_drop for this metric");
  }
  const double share = drop / std::abs(baseline);
  if (share > *gate.max_drop_relative + rounding_slack) {
    const auto [change, allowed] =
        signed_pair(sign * share * 100, sign * *gate.max_drop_relative * 100);
    add(result, broken(gate), fmt::format("{} ({} %), allowed is {} %", moved, change, allowed));
  }
}

void judge_missing(const Gate& gate, const Comparison& comparison, GateResult& result) {
  const std::string why =
      comparison.baseline == nullptr
          ? "no baseline: " +
                (comparison.baseline_note.empty() ? "none was found" : comparison.baseline_note)
          : fmt::format("the baseline ({}) holds no metric {}", comparison.baseline->name,
                        gate.metric);
  const std::string message =
      fmt::format("{} is {}, not compared; {}", gate.metric, shown(result.candidate->mean), why);
  switch (comparison.on_missing) {
    case OnMissing::pass:
      return add(result, GateStatus::skipped, message);
    case OnMissing::warn:
      return add(result, GateStatus::warned, message);
    case OnMissing::fail:
      return add(result, broken(gate), message);
  }
}

// Ten small drops, each within its limit, add up: the sum since a person last agreed is held to the
// same limit.
void judge_since_blessing(const Gate& gate, const Baseline& baseline, GateResult& result) {
  const double* blessed = value_of(baseline.since_blessing, gate.metric);
  if (blessed == nullptr) {
    return;
  }
  const double candidate = result.candidate->mean;
  result.since_blessing = candidate - *blessed;
  const double drop = drop_of(gate, *blessed, candidate);
  const bool too_far = (gate.max_drop && drop > *gate.max_drop + slack(*blessed, candidate)) ||
                       (gate.max_drop_relative && *blessed != 0 &&
                        drop / std::abs(*blessed) > *gate.max_drop_relative + rounding_slack);
  if (too_far && result.status == GateStatus::passed) {
    add(result, GateStatus::warned,
        fmt::format("{} since the last explicit blessing ({}), more than one step may lose",
                    movement(gate.metric, *blessed, candidate), baseline.blessing_id));
  }
}

}  // namespace

GateResult judge(const Gate& gate, const Comparison& comparison) {
  GateResult result;
  result.gate = &gate;
  if (!measure(gate, comparison, result)) {
    return result;
  }
  judge_bounds(gate, result);
  const Baseline* baseline = comparison.baseline;
  const double* before = baseline == nullptr ? nullptr : value_of(baseline->metrics, gate.metric);
  if (before != nullptr) {
    result.baseline = *before;
  }
  if (gate.compares() && before == nullptr) {
    judge_missing(gate, comparison, result);
  } else if (gate.compares()) {
    judge_drop(gate, *before, result);
    judge_since_blessing(gate, *baseline, result);
  }
  if (result.message.empty()) {
    const double value = result.candidate->mean;
    result.message = before == nullptr || !gate.compares()
                         ? fmt::format("{} is {}", gate.metric, shown(value))
                         : fmt::format("{} ({})", movement(gate.metric, *before, value),
                                       signed_pair(value - *before, 0).first);
  }
  return result;
}

std::string limits_text(const Gate& gate) {
  std::string text;
  const auto append = [&](const char* name, const std::optional<double>& limit) {
    if (limit) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, shown(*limit));
    }
  };
  append("max_drop", gate.max_drop);
  append("max_drop_relative", gate.max_drop_relative);
  append("min", gate.min);
  append("max", gate.max);
  return text;
}

}  // namespace mlpipe::stages::regression
