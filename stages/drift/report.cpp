#include "stages/drift/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"

namespace mlpipe::stages::drift {
namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(Verdict verdict) {
  return verdict == Verdict::pass ? "pass" : verdict == Verdict::fail ? "fail" : "error";
}

Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

std::string state_of(const ColumnResult& column) {
  return !column.error.empty() ? "error" : column.drifted ? "drift" : "same";
}

std::string shown(const std::optional<double>& value) {
  if (!value) {
    return "-";
  }
  const bool plain = *value == 0 || (std::abs(*value) >= 1e-4 && std::abs(*value) < 1e6);
  return plain ? fmt::format("{:.4f}", *value) : fmt::format("{:.2e}", *value);
}

Json column_json(const ColumnResult& column) {
  Json json{
      {"column", column.column},
      {"type", column.type ? Json(name_of(*column.type)) : Json(nullptr)},
      {"method", column.method ? Json(facts(*column.method).name) : Json(nullptr)},
      {"value", number(column.value)},
      {"p_value", number(column.p_value)},
      {"threshold", number(column.threshold)},
      {"drifted", column.drifted},
      {"reference_rows", column.reference_rows},
      {"current_rows", column.current_rows},
      {"role", name_of(column.role)},
      {"status", state_of(column)},
      {"reference_missing", column.reference_missing},
      {"current_missing", column.current_missing},
      {"exact", column.exact},
  };
  if (column.adjusted_p_value) {
    json["adjusted_p_value"] = number(column.adjusted_p_value);
  }
  if (column.bins > 0) {
    json["bins"] = column.bins;
  }
  if (!column.error.empty()) {
    json["message"] = column.error;
  }
  return json;
}

Json document(const DriftResult& result) {
  Json columns = Json::array();
  for (const ColumnResult& column : result.columns) {
    columns.push_back(column_json(column));
  }
  Json skipped = Json::array();
  for (const Skipped& one : result.skipped) {
    skipped.push_back({{"column", one.column}, {"reason", one.reason}});
  }
  Json json{{"version", 1},
            {"status", name_of(result.status())},
            {"drifted_share", result.drifted_share()},
            {"share", result.share},
            {"correction", name_of(result.correction)},
            {"reference", {{"table", result.reference}, {"rows", result.reference_rows}}},
            {"current", {{"table", result.current}, {"rows", result.current_rows}}},
            {"columns", columns},
            {"skipped", skipped}};
  if (!result.error.empty()) {
    json["message"] = result.error;
  }
  return json;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

using Row = std::vector<std::string>;

std::vector<Row> rows_of(const DriftResult& result) {
  std::vector<Row> rows{{"column", "type", "method", "value", "p", "threshold", "verdict"}};
  for (const ColumnResult& column : result.columns) {
    const auto& p = column.adjusted_p_value ? column.adjusted_p_value : column.p_value;
    rows.push_back(
        {printable(column.column) +
             (column.role == Role::feature ? "" : fmt::format(" ({})", name_of(column.role))),
         column.type ? std::string(name_of(*column.type)) : "-",
         column.method ? std::string(facts(*column.method).name) : "-", shown(column.value),
         shown(p), shown(column.threshold),
         column.error.empty() ? column.drifted ? "DRIFT" : "same" : "error: " + column.error});
  }
  return rows;
}

std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    escaped += c == '|' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
  }
  return escaped;
}

// What the verdict rests on, in one line.
std::string verdict_line(const DriftResult& result) {
  return fmt::format("{} ({:.0f} %, bound {:.0f} %): {}", result.summary(),
                     100 * result.drifted_share(), 100 * result.share, name_of(result.status()));
}

}  // namespace

std::string to_json(const DriftResult& result) {
  return dump(document(result));
}

std::string to_text(const DriftResult& result) {
  const std::vector<Row> rows = rows_of(result);
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      const bool right = i >= 3;  // numbers
      text += right ? fmt::format("{:>{}}  ", row[i], widths[i])
                    : fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    text += row.back() + "\n";
  }
  for (const Skipped& one : result.skipped) {
    text += fmt::format("not compared: {} ({})\n", printable(one.column), one.reason);
  }
  return text + verdict_line(result) + "\n";
}

std::string to_markdown(const DriftResult& result) {
  std::string text = fmt::format("**{}**\n\n", cell(verdict_line(result)));
  text += fmt::format("`{}` ({} rows) against `{}` ({} rows)\n\n", result.current,
                      result.current_rows, result.reference, result.reference_rows);
  bool head = true;
  for (const Row& row : rows_of(result)) {
    for (const std::string& one : row) {
      text += "| " + cell(one) + " ";
    }
    text += head ? "|\n|---|---|---|--:|--:|--:|---|\n" : "|\n";
    head = false;
  }
  for (const Skipped& one : result.skipped) {
    text += fmt::format("\nNot compared: `{}`, {}.\n", printable(one.column), one.reason);
  }
  return text;
}

plan::Outcome outcome_of(const DriftResult& result) {
  switch (result.status()) {
    case Verdict::pass:
      return plan::Outcome::passed;
    case Verdict::fail:
      return plan::Outcome::failed;
    case Verdict::error:
      break;
  }
  return plan::Outcome::errored;
}

plan::StepResult step_result(const DriftResult& result) {
  plan::StepResult step;
  step.outcome = outcome_of(result);
  step.summary = result.summary();
  Json metrics{{"drifted_share", result.drifted_share()}, {"drifted_columns", result.drifted()}};
  for (const ColumnResult& column : result.columns) {
    if (!column.error.empty()) {
      step.findings.push_back({plan::Finding::Level::error, column.column,
                               "could not be compared: " + column.error, result.current, 0});
    } else if (column.drifted) {
      const auto& p = column.adjusted_p_value ? column.adjusted_p_value : column.p_value;
      const auto level = step.outcome == plan::Outcome::failed ? plan::Finding::Level::error
                                                               : plan::Finding::Level::warning;
      step.findings.push_back(
          {level, column.column,
           fmt::format("drifted: {} {}{} (threshold {})", facts(*column.method).name,
                       shown(column.value), p ? fmt::format(", p {}", shown(p)) : "",
                       shown(column.threshold)),
           result.current, 0});
    }
    if (column.value && std::isfinite(*column.value)) {
      metrics["value." + column.column] = *column.value;
    }
  }
  step.metrics = dump(metrics);
  step.details = to_json(result);
  return step;
}

}  // namespace mlpipe::stages::drift
