#include "stages/shared/metrics_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <span>

#include "runner/base/text.hpp"
#include "stages/shared/files.hpp"

namespace mlpipe::stages {
namespace {

using Json = nlohmann::json;

constexpr std::size_t shown_metrics = 4;
constexpr std::size_t max_findings = 50;

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// A name that several files hold is told apart by its file: "accuracy@build/test.json".
std::vector<plan::Metric> joined(const std::vector<MetricsFile>& files) {
  std::map<std::string_view, std::size_t> holders;
  for (const MetricsFile& file : files) {
    for (const plan::Metric& metric : file.metrics.numbers) {
      ++holders[metric.name];
    }
  }
  std::vector<plan::Metric> all;
  for (const MetricsFile& file : files) {
    for (const plan::Metric& metric : file.metrics.numbers) {
      const bool alone = holders[metric.name] == 1;
      all.push_back({alone ? metric.name : metric.name + "@" + file.path, metric.value});
    }
  }
  std::sort(all.begin(), all.end(),
            [](const plan::Metric& a, const plan::Metric& b) { return a.name < b.name; });
  return all;
}

std::string summary_of(std::span<const plan::Metric> metrics) {
  std::string text;
  for (std::size_t i = 0; i < metrics.size() && i < shown_metrics; ++i) {
    text += fmt::format("{}{} {:.6g}", i == 0 ? "" : ", ", metrics[i].name, metrics[i].value);
  }
  if (metrics.size() > shown_metrics) {
    text += fmt::format(" and {} more", metrics.size() - shown_metrics);
  }
  return text.empty() ? "no metric in the metrics files" : text;
}

plan::StepResult failed(std::string title, std::string message) {
  plan::StepResult result;
  result.outcome = plan::Outcome::failed;
  result.summary = message;
  result.findings.push_back(
      {plan::Finding::Level::error, std::move(title), std::move(message), "", 0});
  return result;
}

void report_not_finite(const std::vector<MetricsFile>& files, plan::StepResult& result) {
  std::size_t count = 0;
  std::string first;
  for (const MetricsFile& file : files) {
    for (const plan::NoNumber& item : file.metrics.no_numbers) {
      if (item.why != plan::NoNumber::Why::not_finite) {
        continue;
      }
      if (++count <= max_findings) {
        result.findings.push_back(
            {plan::Finding::Level::error, item.name,
             fmt::format("{} is {} in {}: the model or its evaluation diverged", item.name,
                         item.found, file.path),
             file.path, 0});
      }
      first = count == 1 ? fmt::format("{} is {}", item.name, item.found) : first;
    }
  }
  if (count > 0) {
    result.outcome = plan::Outcome::errored;
    result.summary =
        count == 1 ? first : fmt::format("{} and {} more", first, counted(count - 1, "metric"));
  }
}

std::string details_of(const std::vector<MetricsFile>& files) {
  Json details{{"files", Json::array()}};
  for (const MetricsFile& file : files) {
    Json errors = Json::object();
    for (const plan::NoNumber& item : file.metrics.no_numbers) {
      if (item.why == plan::NoNumber::Why::not_finite && errors.size() < max_findings) {
        errors[item.name] = item.found;
      }
    }
    details["files"].push_back(
        {{"path", file.path}, {"count", file.metrics.numbers.size()}, {"errored", errors}});
  }
  return details.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<std::vector<MetricsFile>> read_metrics_files(const std::string& root,
                                                    const std::vector<std::string>& patterns) {
  std::vector<MetricsFile> files;
  for (const std::string& pattern : patterns) {
    TRY(const std::vector<std::string> paths, files_at(root, pattern));
    if (paths.empty()) {
      return fail(Code::not_found,
                  is_glob(pattern)
                      ? fmt::format("no metrics file matches {}", printable(pattern))
                      : fmt::format("the metrics file {} is missing", printable(pattern)));
    }
    for (const std::string& path : paths) {
      TRY(const std::string bytes, read_file(root, path, max_metrics_bytes));
      TRY(plan::Metrics metrics, plan::read_metrics(path, bytes));
      files.push_back({path, std::move(metrics)});
    }
  }
  return files;
}

Result<plan::StepResult> report_metrics(const plan::StepInput& input) {
  if (input.command_exit != 0) {
    return failed("command", fmt::format("the command failed with exit {}", input.command_exit));
  }
  auto files = read_metrics_files(input.root, input.metrics);
  if (!files) {
    const bool missing = files.error().code == Code::not_found;
    return failed("metrics",
                  missing ? files.error().message + "; the command ended well but did not write it"
                          : files.error().message);
  }
  const std::vector<plan::Metric> metrics = joined(*files);
  plan::StepResult result;
  result.summary = summary_of(metrics);
  result.metrics = plan::metrics_json(std::span(metrics));
  result.details = details_of(*files);
  report_not_finite(*files, result);
  return result;
}

plan::Lowered lower_with_metrics(const spec::Stage& stage) {
  plan::Lowered lowered;
  lowered.config = spec::canonical_json(stage.config);
  const bool measures = std::any_of(stage.outs.begin(), stage.outs.end(), [](const spec::Out& out) {
    return out.role == spec::OutRole::metric;
  });
  lowered.native = measures ? plan::Native::after_command : plan::Native::none;
  return lowered;
}

}  // namespace mlpipe::stages
