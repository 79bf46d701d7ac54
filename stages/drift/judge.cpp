#include "stages/drift/judge.hpp"

#include <fmt/format.h>

#include <cmath>

#include "stages/statistics/distributions.hpp"
#include "stages/statistics/multiple_tests.hpp"

namespace mlpipe::stages::drift {
namespace {

// The column's own choice where there is one, else that of its type.
Choice choice_for(const Config& config, const ColumnResult& result) {
  const Choice& wide = config.choice_of(*result.type);
  const ColumnRule* rule = config.rule_of(result.column);
  if (rule == nullptr) {
    return wide;
  }
  Choice choice = rule->choice;
  if (!choice.method) {
    choice.method = wide.method;
    if (!choice.threshold && !choice.calibrated) {
      choice.threshold = wide.threshold;
      choice.calibrated = wide.calibrated;
    }
  }
  return choice;
}

bool drifted(Rule rule, double tested, double threshold) {
  switch (rule) {
    case Rule::p_below:
      return tested < threshold;
    case Rule::p_at_most:
      return tested <= threshold;
    case Rule::at_least:
      return tested >= threshold;
    case Rule::above:
      return tested > threshold;
  }
  return false;
}

void decide(ColumnResult& result) {
  const Rule rule = facts(*result.method).rule;
  const double tested = !by_p_value(rule)         ? *result.value
                        : result.adjusted_p_value ? *result.adjusted_p_value
                                                  : result.p_value.value_or(NAN);
  result.drifted = drifted(rule, tested, *result.threshold);
}

}  // namespace

void judge(const Config& config, const Samples& samples, ColumnResult& result) {
  const Choice choice = choice_for(config, result);
  result.method = choice.method.value_or(
      evidently_choice(*result.type, result.reference_rows, distinct_values(samples)));
  const MethodFacts& method = facts(*result.method);
  result.threshold = choice.threshold.value_or(method.threshold);
  if (!applies(method, *result.type)) {
    result.error = fmt::format("`{}` compares columns of type {}, and this one is {}", method.name,
                               method.types, name_of(*result.type));
    return;
  }
  const auto compared = compare(*result.method, *result.type, samples);
  if (!compared) {
    result.error = compared.error().message;
    return;
  }
  result.value = compared->value;
  result.p_value = compared->p_value;
  result.bins = compared->bins;
  if (choice.calibrated && compared->bins > 1) {
    const auto degrees = static_cast<double>(compared->bins - 1);
    result.threshold =
        compared->noise * statistics::chi_squared_quantile(1 - *choice.calibrated, degrees);
    result.p_value = statistics::chi_squared_sf(compared->value / compared->noise, degrees);
  }
  decide(result);
}

void correct(DriftResult& result) {
  if (result.correction == Correction::none) {
    return;
  }
  std::vector<ColumnResult*> tested;
  std::vector<double> p_values;
  for (ColumnResult& one : result.columns) {
    if (one.error.empty() && one.p_value && by_p_value(facts(*one.method).rule)) {
      tested.push_back(&one);
      p_values.push_back(*one.p_value);
    }
  }
  const std::vector<double> adjusted = result.correction == Correction::holm
                                           ? statistics::holm(p_values)
                                           : statistics::benjamini_hochberg(p_values);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    tested[i]->adjusted_p_value = adjusted[i];
    decide(*tested[i]);
  }
}

}  // namespace mlpipe::stages::drift
