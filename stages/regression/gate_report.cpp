// The answer of a gate as JSON and as text.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "stages/regression/gate_files.hpp"

namespace mlpipe::stages::regression {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json row_json(const Row& row) {
  Json json;
  json["metric"] = row.asked->metric.name;
  json["baseline"] = number(row.baseline);
  json["candidate"] = number(row.candidate);
  json["difference"] = number(row.difference);
  json["ci"] = {number(row.interval.low), number(row.interval.high)};
  json["p_value"] = number(row.p_value);
  json["test"] = row.test;
  json["detectable"] = number(row.detectable);
  json["slice"] = row.slice.empty() ? Json(nullptr) : Json(row.slice);
  json["rows"] = row.rows;
  json["verdict"] = name_of(row.verdict);
  json["margin"] = row.asked->margin;
  json["p_worse"] = number(row.p_worse);
  json["p_adjusted"] = number(row.adjusted);
  json["standard_error"] = number(row.standard_error);
  json["draws"] = row.draws == 0 ? Json(nullptr) : Json(row.draws);
  json["message"] = row.message;
  return json;
}

Json matrix(const std::vector<std::uint64_t>& counts, std::size_t classes) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < classes; ++i) {
    rows.push_back(std::vector<std::uint64_t>(
        counts.begin() + static_cast<std::ptrdiff_t>(i * classes),
        counts.begin() + static_cast<std::ptrdiff_t>((i + 1) * classes)));
  }
  return rows;
}

std::string line_of(const Row& row, std::size_t width) {
  const std::string name =
      row.slice.empty() ? row.asked->metric.name
                        : fmt::format("{} [{}]", row.asked->metric.name, printable(row.slice));
  return fmt::format(
      "  {:<{}}  {:>10.5g} -> {:<10.5g} {:>+10.4g}  [{:+.4g}, {:+.4g}]  p {:<9.3g} "
      "{:<13} {}\n",
      name, width, row.baseline, row.candidate, row.difference, row.interval.low, row.interval.high,
      row.p_value, row.test, name_of(row.verdict));
}

std::size_t width_of(const Answer& answer, std::size_t shown) {
  std::size_t width = 0;
  for (const Row& row : answer.metrics) {
    width = std::max(width, row.asked->metric.name.size() +
                                (row.slice.empty() ? 0 : printable(row.slice).size() + 3));
  }
  for (std::size_t i = 0; i < std::min(shown, answer.slices.size()); ++i) {
    const Row& row = answer.slices[i];
    width = std::max(width, row.asked->metric.name.size() + printable(row.slice).size() + 3);
  }
  return width;
}

std::string reasons(const std::vector<Row>& rows, Verdict verdict) {
  std::string text;
  for (const Row& row : rows) {
    if (row.verdict == verdict) {
      text +=
          fmt::format("{}{}\n", row.slice.empty() ? "" : printable(row.slice) + ": ", row.message);
    }
  }
  return text;
}

}  // namespace

std::string to_json(const Answer& answer, const Evidence& evidence) {
  Json json;
  json["version"] = 1;
  json["verdict"] = name_of(answer.verdict);
  json["rows"] = answer.rows;
  json["alpha"] = evidence.alpha;
  json["power"] = evidence.power;
  json["correction"] = evidence.correction == Correction::holm ? "holm" : "none";
  json["seed"] = evidence.seed;
  json["metrics"] = Json::array();
  for (const std::vector<Row>* rows : {&answer.metrics, &answer.slices}) {
    for (const Row& row : *rows) {
      json["metrics"].push_back(row_json(row));
    }
  }
  json["unjudged"] = Json::array();
  for (const Unjudged& one : answer.unjudged) {
    json["unjudged"].push_back({{"slice", one.slice},
                                {"metric", one.metric.empty() ? Json(nullptr) : Json(one.metric)},
                                {"rows", one.rows},
                                {"why", one.why}});
  }
  json["changed"] = answer.changed ? number(*answer.changed) : Json(nullptr);
  json["confusion"] = nullptr;
  if (answer.confusion) {
    const std::size_t classes = answer.confusion->classes.size();
    json["confusion"] = {{"classes", answer.confusion->classes},
                         {"baseline", matrix(answer.confusion->baseline, classes)},
                         {"candidate", matrix(answer.confusion->candidate, classes)}};
  }
  json["notes"] = answer.notes;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_text(const Answer& answer, const Evidence& evidence) {
  constexpr std::size_t shown = 10;
  const std::size_t width = width_of(answer, shown);
  std::string text =
      fmt::format("{} rows; {:.4g} % intervals{}\n", answer.rows, 100 * (1 - evidence.alpha),
                  evidence.correction == Correction::holm ? ", Holm's correction" : "");
  for (const Row& row : answer.metrics) {
    text += line_of(row, width);
  }
  if (!answer.slices.empty()) {
    text += "slices, worst first\n";
  }
  for (std::size_t i = 0; i < std::min(shown, answer.slices.size()); ++i) {
    text += line_of(answer.slices[i], width);
  }
  if (answer.slices.size() > shown) {
    text += fmt::format("  and {} more\n", answer.slices.size() - shown);
  }
  for (const Unjudged& one : answer.unjudged) {
    text +=
        fmt::format("not judged: {}{}: {}\n", printable(one.slice),
                    one.metric.empty() ? fmt::format(" ({} rows)", one.rows) : ", " + one.metric,
                    printable(one.why));
  }
  for (const std::string& note : answer.notes) {
    text += note + "\n";
  }
  text += reasons(answer.metrics, Verdict::fail) + reasons(answer.slices, Verdict::fail);
  text += reasons(answer.metrics, Verdict::inconclusive);
  return text + fmt::format("verdict: {}\n", name_of(answer.verdict));
}

}  // namespace mlpipe::stages::regression
