#include "runner/plan/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"

namespace mlpipe::plan {
namespace {

constexpr std::size_t max_metrics = 1'000'000;

template <class Named>
const Named* find_named(const std::vector<Named>& sorted, std::string_view name) {
  const auto found = std::lower_bound(
      sorted.begin(), sorted.end(), name,
      [](const Named& item, std::string_view wanted) { return item.name < wanted; });
  return found != sorted.end() && found->name == name ? &*found : nullptr;
}

template <class Named>
void sort_named(std::vector<Named>& items) {
  std::stable_sort(items.begin(), items.end(),
                   [](const Named& a, const Named& b) { return a.name < b.name; });
}

template <class Named>
const std::string* twice(const std::vector<Named>& sorted) {
  const auto found =
      std::adjacent_find(sorted.begin(), sorted.end(),
                         [](const Named& a, const Named& b) { return a.name == b.name; });
  return found == sorted.end() ? nullptr : &found->name;
}

std::string lower_ending(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || path.find('/', dot) != std::string_view::npos) {
    return {};
  }
  std::string ending(path.substr(dot));
  for (char& c : ending) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return ending;
}

void append_pair(std::string& json, const std::string& name, double value) {
  json += json.size() > 1 ? "," : "";
  json += nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  json += fmt::format(":{}", value);
}

Spread spread_of(const std::string& name, const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  Spread spread{name, values.size(), 0, *least, *most, 0};
  for (const double value : values) {
    spread.mean += value;
  }
  spread.mean /= count;
  if (!std::isfinite(spread.mean)) {  // the sum of large finite numbers overflowed
    spread.mean = 0;
    for (const double value : values) {
      spread.mean += value / count;
    }
  }
  spread.mean = std::clamp(spread.mean, spread.min, spread.max);
  if (values.size() == 1) {
    return spread;
  }
  double squares = 0;
  for (const double value : values) {
    squares += (value - spread.mean) * (value - spread.mean);
  }
  spread.deviation = std::sqrt(squares / (count - 1));
  return spread;
}

}  // namespace

const Metric* Metrics::find(std::string_view name) const {
  return find_named(numbers, name);
}
const NoNumber* Metrics::find_no_number(std::string_view name) const {
  return find_named(no_numbers, name);
}

void MetricsBuilder::add(std::string name, double value) {
  if (std::isfinite(value)) {
    metrics_.numbers.push_back({std::move(name), value});
    return;
  }
  const char* found = std::isnan(value) ? "NaN" : value > 0 ? "infinity" : "-infinity";
  metrics_.no_numbers.push_back({std::move(name), NoNumber::Why::not_finite, found});
}

void MetricsBuilder::add_no_number(std::string name, std::string found) {
  metrics_.no_numbers.push_back({std::move(name), NoNumber::Why::other, std::move(found)});
}

bool MetricsBuilder::full() const {
  return metrics_.numbers.size() + metrics_.no_numbers.size() > max_metrics;
}

Result<Metrics> MetricsBuilder::finish() {
  if (full()) {
    return fail(Code::invalid, fmt::format("{} holds more than {} values; name the few that count",
                                           path_, max_metrics));
  }
  sort_named(metrics_.numbers);
  sort_named(metrics_.no_numbers);
  const std::string* name = twice(metrics_.numbers);
  name = name == nullptr ? twice(metrics_.no_numbers) : name;
  for (const NoNumber& item : metrics_.no_numbers) {
    name = name == nullptr && metrics_.find(item.name) != nullptr ? &item.name : name;
  }
  if (name != nullptr) {
    return fail(Code::invalid,
                fmt::format("{}: metric {} occurs twice; which one counts cannot be told", path_,
                            printable(*name)));
  }
  return std::move(metrics_);
}

Result<Metrics> read_metrics(std::string_view path, std::string_view bytes) {
  const std::string ending = lower_ending(path);
  if (trim(bytes).empty()) {
    return fail(Code::invalid, fmt::format("{} is empty", path));
  }
  if (ending == ".json") {
    return read_json_metrics(path, bytes);
  }
  if (ending == ".yaml" || ending == ".yml") {
    return read_yaml_metrics(path, bytes);
  }
  if (ending == ".csv" || ending == ".tsv") {
    return read_csv_metrics(path, bytes, ending == ".csv" ? ',' : '\t');
  }
  return fail(Code::invalid,
              fmt::format("{}: metrics are read from .json, .yaml, .yml, .csv and .tsv files; "
                          "write one of these",
                          path));
}

std::vector<Spread> spread_over(std::span<const Metrics> files) {
  std::vector<Spread> spreads;
  if (files.empty()) {
    return spreads;
  }
  for (const Metric& first : files.front().numbers) {
    std::vector<double> values;
    for (const Metrics& file : files) {
      if (const Metric* metric = file.find(first.name)) {
        values.push_back(metric->value);
      }
    }
    if (values.size() == files.size()) {
      spreads.push_back(spread_of(first.name, values));
    }
  }
  return spreads;
}

std::string metrics_json(std::span<const Metric> sorted) {
  std::string json = "{";
  for (const Metric& metric : sorted) {
    append_pair(json, metric.name, metric.value);
  }
  return json + "}";
}

std::string metrics_json(std::span<const Spread> sorted) {
  std::string json = "{";
  for (const Spread& spread : sorted) {
    append_pair(json, spread.name, spread.mean);
  }
  return json + "}";
}

std::optional<double> number_of(const spec::Node& node) {
  if (node.quoted || (node.kind != spec::NodeKind::integer && node.kind != spec::NodeKind::real)) {
    return std::nullopt;
  }
  std::string_view text = node.text;
  double sign = 1;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  if (text.starts_with("0x") || text.starts_with("0o")) {
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data() + 2, text.data() + text.size(), value, text[1] == 'x' ? 16 : 8);
    return error == std::errc{} && end == text.data() + text.size()
               ? std::optional(sign * static_cast<double>(value))
               : std::nullopt;
  }
  if (text == ".inf" || text == ".Inf" || text == ".INF") {
    return sign * HUGE_VAL;
  }
  if (text == ".nan" || text == ".NaN" || text == ".NAN") {
    return std::nan("");
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) {
    return sign * std::strtod(std::string(text).c_str(), nullptr);
  }
  return error == std::errc{} ? std::optional(sign * value) : std::nullopt;
}

}  // namespace mlpipe::plan
