// Expectations on the distribution of a column.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

#include "stages/data_check/suite_catalog.hpp"
#include "stages/shared/options.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;
using Ks = expect::KsDistribution;

constexpr double weights_tolerance = 1e-5;  // numpy's allclose to 1
constexpr std::int64_t most_samples = 100'000;

std::vector<double> numbers(Kwargs& kwargs, const Node& node, std::string_view what) {
  std::vector<double> out;
  if (node.kind != NodeKind::list) {
    kwargs.problem(node.mark,
                   fmt::format("`{}` must be a list of numbers, not {}", what, shown(node)));
    return out;
  }
  for (const Node& item : node.items) {
    if (item.kind != NodeKind::integer && item.kind != NodeKind::real) {
      kwargs.problem(item.mark, fmt::format("`{}` must hold numbers, not {}", what, shown(item)));
    }
    out.push_back(number_of(item));
  }
  return out;
}

// is_valid_partition_object of Great Expectations: weights that sum to 1, bins that rise.
void check_partition(Kwargs& kwargs, spec::Mark mark, const expect::Partition& partition) {
  const double sum =
      std::accumulate(partition.weights.begin(), partition.weights.end(), 0.0) +
      std::accumulate(partition.tail_weights.begin(), partition.tail_weights.end(), 0.0);
  const bool by_value = !partition.values.empty();
  const std::size_t wanted = by_value ? partition.values.size() : partition.bins.size() - 1;
  if (!by_value && partition.bins.size() < 2) {
    kwargs.problem(mark, "a partition needs `values`, or at least two `bins`");
  } else if (partition.weights.size() != wanted) {
    kwargs.problem(mark,
                   fmt::format("the partition has {} weights for {} {}", partition.weights.size(),
                               wanted, by_value ? "values" : "intervals"));
  } else if (!(std::fabs(sum - 1.0) <= weights_tolerance)) {
    kwargs.problem(mark, fmt::format("the weights of the partition sum to {}, not to 1", sum));
  }
  for (std::size_t i = 1; i < partition.bins.size(); ++i) {
    if (!(partition.bins[i - 1] < partition.bins[i])) {
      kwargs.problem(mark, "the `bins` of the partition must rise");
    }
  }
  for (const double weight : partition.weights) {
    if (!(weight >= 0)) {
      kwargs.problem(mark, "a weight of the partition is negative");
    }
  }
}

enum class Wanted : std::uint8_t { any, values, bins };

expect::Partition read_partition(Kwargs& kwargs, Wanted wanted) {
  expect::Partition partition;
  const Node* node = kwargs.take("partition_object");
  if (node == nullptr || node->kind != NodeKind::map) {
    kwargs.problem(
        "`partition_object` must hold `weights`, and `values` or `bins`; without one the "
        "column would be compared with itself");
    return partition;
  }
  const Node* weights = node->find("weights");
  const Node* values = node->find("values");
  const Node* bins = node->find("bins");
  const Node* tails = node->find("tail_weights");
  if (weights == nullptr || (values == nullptr) == (bins == nullptr)) {
    kwargs.problem(node->mark, "a partition holds `weights`, and either `values` or `bins`");
    return partition;
  }
  if ((wanted == Wanted::values && values == nullptr) ||
      (wanted == Wanted::bins && bins == nullptr)) {
    kwargs.problem(node->mark, fmt::format("this expectation needs a partition with `{}`",
                                           wanted == Wanted::values ? "values" : "bins"));
    return partition;
  }
  partition.weights = numbers(kwargs, *weights, "weights");
  if (bins != nullptr) {
    partition.bins = numbers(kwargs, *bins, "bins");
  } else {
    for (const Node& item : values->items) {
      partition.values.push_back(written_scalar(item).value_or(Scalar{}));
    }
  }
  if (tails != nullptr && tails->kind != NodeKind::null) {
    partition.tail_weights = numbers(kwargs, *tails, "tail_weights");
    if (partition.tail_weights.size() != 2) {
      kwargs.problem(tails->mark, "`tail_weights` must be two numbers");
    }
  }
  check_partition(kwargs, node->mark, partition);
  return partition;
}

Expected read_kl(Kwargs& kwargs) {
  expect::KlDivergence asked;
  asked.threshold = kwargs.maybe_number("threshold");
  asked.tail_holdout = kwargs.share("tail_weight_holdout", 0.0);
  asked.internal_holdout = kwargs.share("internal_weight_holdout", 0.0);
  const bool bucketize = kwargs.flag("bucketize_data", true);
  for (const auto* bound : {"min_value", "max_value"}) {
    if (const Node* node = kwargs.take(bound)) {
      kwargs.problem(node->mark, fmt::format("`{}` has no meaning for a divergence", bound));
    }
  }
  if (asked.threshold && *asked.threshold < 0) {
    kwargs.problem("`threshold` must not be negative");
  }
  asked.partition = read_partition(kwargs, Wanted::any);
  const auto& bins = asked.partition.bins;
  const bool tails = !asked.partition.tail_weights.empty();
  if (bins.empty()) {
    if (asked.internal_holdout > 0) {
      kwargs.problem("`internal_weight_holdout` cannot be used with a partition of values");
    }
    return asked;
  }
  const int open = (std::isinf(bins.front()) ? 1 : 0) + (std::isinf(bins.back()) ? 1 : 0);
  if (!bucketize) {
    kwargs.problem("`bucketize_data` cannot be false with a partition of bins");
  } else if (tails && asked.tail_holdout > 0) {
    kwargs.problem("`tail_weight_holdout` must be 0 where the partition has `tail_weights`");
  } else if (open == 2 && asked.tail_holdout > 0) {
    kwargs.problem("`tail_weight_holdout` cannot be used with bins that reach to infinity");
  } else if (open > 0 && tails) {
    kwargs.problem("a partition whose bins reach to infinity has no `tail_weights`");
  }
  return asked;
}

Expected read_chi_square(Kwargs& kwargs) {
  expect::ChiSquare asked;
  asked.p = kwargs.share("p", 0.05);
  asked.tail_holdout = kwargs.share("tail_weight_holdout", 0.0);
  asked.partition = read_partition(kwargs, Wanted::values);
  return asked;
}

Expected read_bootstrap(Kwargs& kwargs) {
  expect::KsBootstrap asked;
  asked.p = kwargs.share("p", 0.05);
  asked.partition = read_partition(kwargs, Wanted::bins);
  asked.samples = kwargs.maybe_integer("bootstrap_samples").value_or(asked.samples);
  asked.sample_size = kwargs.maybe_integer("bootstrap_sample_size")
                          .value_or(static_cast<std::int64_t>(asked.partition.weights.size() * 2));
  const auto& bins = asked.partition.bins;
  if (!bins.empty() && (std::isinf(bins.front()) || std::isinf(bins.back()))) {
    kwargs.problem("the outer bins of this partition must be finite");
  }
  for (const double weight : asked.partition.tail_weights) {
    if (weight > 0) {
      kwargs.problem("this partition cannot have `tail_weights`");
    }
  }
  if (asked.samples < 1 || asked.sample_size < 1 || asked.samples > most_samples ||
      asked.sample_size > most_samples) {
    kwargs.problem(fmt::format(
        "`bootstrap_samples` and `bootstrap_sample_size` must lie from 1 to {}", most_samples));
  }
  return asked;
}

struct Named {
  Ks::Family family;
  std::vector<std::string> shape;  // what a dict calls it
  const char* location;
  const char* scale;
};

const std::map<std::string, Named>& families() {
  static const std::map<std::string, Named> known{
      {"norm", {Ks::Family::norm, {}, "mean", "std_dev"}},
      {"beta", {Ks::Family::beta, {"alpha", "beta"}, "loc", "scale"}},
      {"gamma", {Ks::Family::gamma, {"alpha"}, "loc", "scale"}},
      {"uniform", {Ks::Family::uniform, {}, "min", "max"}},  // handed to scipy as loc and scale
      {"chi2", {Ks::Family::chi2, {"df"}, "loc", "scale"}},
      {"expon", {Ks::Family::expon, {}, "loc", "scale"}}};
  return known;
}

void read_named_params(Kwargs& kwargs, const Node& node, const Named& named, Ks& asked) {
  const auto number = [&](const std::string& key, std::optional<double> otherwise) {
    const Node* value = node.find(key);
    const bool usable =
        value != nullptr && (value->kind == NodeKind::integer || value->kind == NodeKind::real);
    if (!usable && (value != nullptr || !otherwise)) {
      kwargs.problem(node.mark, fmt::format("`params` needs the number `{}`", key));
    }
    return usable ? number_of(*value) : otherwise.value_or(1.0);
  };
  for (const std::string& key : named.shape) {
    asked.shape.push_back(number(key, std::nullopt));
  }
  const bool by_name = std::string_view(named.location) != "loc";
  asked.location = number(named.location, by_name ? std::nullopt : std::optional(0.0));
  asked.scale = number(named.scale, by_name ? std::nullopt : std::optional(1.0));
  for (const Node::Key& key : node.keys) {
    const bool known =
        key.text == named.location || key.text == named.scale || key.text == "loc" ||
        key.text == "scale" ||
        std::find(named.shape.begin(), named.shape.end(), key.text) != named.shape.end();
    if (!known) {
      kwargs.problem(key.mark, fmt::format("this distribution has no parameter `{}`", key.text));
    }
  }
}

Expected read_ks_distribution(Kwargs& kwargs) {
  Ks asked;
  const std::string name =
      kwargs.one_of("distribution", {"norm", "beta", "gamma", "uniform", "chi2", "expon"}, "");
  asked.p = kwargs.share("p_value", 0.05);
  if (asked.p <= 0 || asked.p >= 1) {
    kwargs.problem("`p_value` must lie between 0 and 1");
  }
  const Node* params = kwargs.take("params");
  const auto family = families().find(name);
  if (family == families().end()) {
    kwargs.problem("the kwarg `distribution` is missing");
    return asked;
  }
  const Named& named = family->second;
  asked.family = named.family;
  if (params != nullptr && params->kind == NodeKind::map) {
    read_named_params(kwargs, *params, named, asked);
  } else if (params != nullptr) {
    std::vector<double> list = numbers(kwargs, *params, "params");
    const std::size_t shapes = named.shape.size();
    if (list.size() < shapes || list.size() > shapes + 2) {
      kwargs.problem(params->mark,
                     fmt::format("`params` must be {} to {} numbers", shapes, shapes + 2));
      return asked;
    }
    asked.shape.assign(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(shapes));
    asked.location = list.size() > shapes ? list[shapes] : 0.0;
    asked.scale = list.size() > shapes + 1 ? list[shapes + 1] : 1.0;
  } else {
    kwargs.problem("the kwarg `params` is missing");
  }
  if (!(asked.scale > 0) ||
      std::any_of(asked.shape.begin(), asked.shape.end(), [](double x) { return !(x > 0); })) {
    kwargs.problem("the scale and the shape of a distribution must be positive");
  }
  return asked;
}

Expected read_cramers_phi(Kwargs& kwargs) {
  for (const auto* bins : {"bins_A", "bins_B", "n_bins_A", "n_bins_B"}) {
    if (const Node* node = kwargs.take(bins)) {
      kwargs.problem(node->mark, fmt::format("`{}` is not supported: columns are compared by their "
                                             "values",
                                             bins));
    }
  }
  return expect::CramersPhi{kwargs.maybe_number("threshold").value_or(0.1)};
}

}  // namespace

std::span<const ExpectationKind> distribution_expectations() {
  using Domain = ExpectationKind::Domain;
  constexpr auto plain = ExpectationKind::Mostly::none;
  static const std::array kinds{
      ExpectationKind{"expect_column_kl_divergence_to_be_less_than", Domain::column, plain,
                      read_kl},
      ExpectationKind{"expect_column_chisquare_test_p_value_to_be_greater_than", Domain::column,
                      plain, read_chi_square},
      ExpectationKind{"expect_column_parameterized_distribution_ks_test_p_value_to_be_greater_than",
                      Domain::column, plain, read_ks_distribution},
      ExpectationKind{"expect_column_bootstrapped_ks_test_p_value_to_be_greater_than",
                      Domain::column, plain, read_bootstrap},
      ExpectationKind{"expect_column_pair_cramers_phi_value_to_be_less_than", Domain::pair, plain,
                      read_cramers_phi}};
  return kinds;
}

}  // namespace mlpipe::stages::data_check
