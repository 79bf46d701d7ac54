#include "stages/regression/metric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

#include "runner/base/text.hpp"

namespace mlpipe::stages::regression {
namespace {

using statistics::Averaging;
constexpr Direction up = Direction::higher_is_better;
constexpr Direction down = Direction::lower_is_better;

// What may stand behind an @, and what counts where nothing does.
struct Parameter {
  enum class Kind : std::uint8_t { none, quantile, bins, depth } kind = Kind::none;
  double otherwise = 0;
};
constexpr Parameter no_parameter{};
constexpr Parameter quantile{Parameter::Kind::quantile, 0.5};
constexpr Parameter bins{Parameter::Kind::bins, 15};
constexpr Parameter depth{Parameter::Kind::depth, 0};

struct Known {
  const char* name;
  MetricId id;
  Family family;
  Need need;
  Direction direction;
  Averaging averaging = Averaging::one;
  Parameter parameter = no_parameter;
};

constexpr Known known[] = {
    {"accuracy", MetricId::accuracy, Family::counts, Need::classes, up},
    {"balanced_accuracy", MetricId::balanced_accuracy, Family::counts, Need::classes, up},
    {"precision", MetricId::precision, Family::counts, Need::classes, up},
    {"precision_micro", MetricId::precision, Family::counts, Need::classes, up, Averaging::micro},
    {"precision_macro", MetricId::precision, Family::counts, Need::classes, up, Averaging::macro},
    {"precision_weighted", MetricId::precision, Family::counts, Need::classes, up,
     Averaging::weighted},
    {"recall", MetricId::recall, Family::counts, Need::classes, up},
    {"recall_micro", MetricId::recall, Family::counts, Need::classes, up, Averaging::micro},
    {"recall_macro", MetricId::recall, Family::counts, Need::classes, up, Averaging::macro},
    {"recall_weighted", MetricId::recall, Family::counts, Need::classes, up, Averaging::weighted},
    {"f1", MetricId::f1, Family::counts, Need::classes, up},
    {"f1_micro", MetricId::f1, Family::counts, Need::classes, up, Averaging::micro},
    {"f1_macro", MetricId::f1, Family::counts, Need::classes, up, Averaging::macro},
    {"f1_weighted", MetricId::f1, Family::counts, Need::classes, up, Averaging::weighted},
    {"mcc", MetricId::mcc, Family::counts, Need::classes, up},
    {"log_loss", MetricId::log_loss, Family::row_losses, Need::class_scores, down},
    {"brier", MetricId::brier, Family::row_losses, Need::class_scores, down},
    {"mae", MetricId::mae, Family::row_losses, Need::numbers, down},
    {"rmse", MetricId::rmse, Family::row_losses, Need::numbers, down},
    {"mape", MetricId::mape, Family::row_losses, Need::numbers, down},
    {"r2", MetricId::r2, Family::row_losses, Need::numbers, up},
    {"pinball", MetricId::pinball, Family::row_losses, Need::numbers, down, Averaging::one,
     quantile},
    {"ece", MetricId::ece, Family::calibration, Need::class_scores, down, Averaging::one, bins},
    {"roc_auc", MetricId::roc_auc, Family::order, Need::class_scores, up},
    {"pr_auc", MetricId::pr_auc, Family::order, Need::class_scores, up},
    {"spearman", MetricId::spearman, Family::order, Need::order_of_numbers, up},
    {"ndcg", MetricId::ndcg, Family::lists, Need::lists, up, Averaging::one, depth},
    {"map", MetricId::map, Family::lists, Need::lists, up, Averaging::one, depth},
    {"hit_rate", MetricId::hit_rate, Family::lists, Need::lists, up, Averaging::one, depth},
    {"demographic_parity_difference", MetricId::demographic_parity_difference, Family::fairness,
     Need::classes, down},
    {"demographic_parity_ratio", MetricId::demographic_parity_ratio, Family::fairness,
     Need::classes, up},
    {"equal_opportunity_difference", MetricId::equal_opportunity_difference, Family::fairness,
     Need::classes, down},
    {"equalised_odds_difference", MetricId::equalised_odds_difference, Family::fairness,
     Need::classes, down},
    {"calibration_gap", MetricId::calibration_gap, Family::fairness, Need::class_scores, down},
};

constexpr double most_bins = 1000;
constexpr double most_depth = 1e6;

Result<double> parameter_of(const Known& metric, const std::string& name, std::size_t at) {
  if (at == std::string::npos) {
    if (metric.id == MetricId::hit_rate) {
      return fail(Code::invalid,
                  "hit_rate needs a depth: every list with a relevant row hits, as a whole; say "
                  "hit_rate@10");
    }
    return metric.parameter.otherwise;
  }
  double value = 0;
  const char* end = name.data() + name.size();
  const auto [stop, problem] = std::from_chars(name.data() + at + 1, end, value);
  const bool whole = value == std::floor(value);
  const auto in = [&](double least, double most) { return value >= least && value <= most; };
  if (problem != std::errc() || stop != end || metric.parameter.kind == Parameter::Kind::none) {
    return fail(Code::invalid, fmt::format("`{}`: {} takes {}", printable(name), metric.name,
                                           metric.parameter.kind == Parameter::Kind::none
                                               ? "no @ behind it"
                                               : "a number behind the @"));
  }
  switch (metric.parameter.kind) {
    case Parameter::Kind::quantile:
      if (!(value > 0 && value < 1)) {
        return fail(Code::invalid, fmt::format("`{}`: a quantile lies between 0 and 1", name));
      }
      break;
    case Parameter::Kind::bins:
      if (!whole || !in(1, most_bins)) {
        return fail(Code::invalid, fmt::format("`{}`: 1 to 1000 bins", name));
      }
      break;
    default:
      if (!whole || !in(1, most_depth)) {
        return fail(Code::invalid, fmt::format("`{}`: a depth is a whole number from 1", name));
      }
  }
  return value;
}

}  // namespace

bool Metric::is_mean() const {
  return family == Family::lists ||
         (family == Family::row_losses && id != MetricId::rmse && id != MetricId::r2);
}

Result<Metric> metric_named(const std::string& name) {
  const std::size_t at = name.find('@');
  const std::string stem = name.substr(0, at);
  const auto* found = std::find_if(std::begin(known), std::end(known),
                                   [&](const Known& one) { return stem == one.name; });
  if (found == std::end(known)) {
    const auto near = nearest(stem, metric_names());
    return fail(Code::invalid, fmt::format("there is no metric `{}`{}", printable(name),
                                           near ? fmt::format("; did you mean `{}`?", *near)
                                                : "; docs/gates.md lists them"));
  }
  TRY(const double parameter, parameter_of(*found, name, at));
  return Metric{name,     found->id, found->family, found->need, found->direction, found->averaging,
                parameter};
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const Known& one : known) {
    names.emplace_back(one.name);
  }
  return names;
}

}  // namespace mlpipe::stages::regression
