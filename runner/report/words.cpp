#include "runner/report/words.hpp"

#include <fmt/format.h>

#include <cmath>

#include "runner/base/text.hpp"

namespace mlpipe::report {
namespace {

using plan::ChangeKind;
using plan::ItemKind;

std::string moved(const std::string& what, const plan::Change& change) {
  if (change.old_value.empty() || change.new_value.empty()) {
    return what + " changed";
  }
  return fmt::format("{}: {} -> {}", what, change.old_value, change.new_value);
}

// `thing` declared, no longer declared, missing, or different.
std::string declared(const std::string& thing, const std::string& noun,
                     const plan::Change& change) {
  switch (change.change) {
    case ChangeKind::added:
      return fmt::format("{}{} is new", noun, thing);
    case ChangeKind::removed:
      return fmt::format("{}{} is gone", noun, thing);
    case ChangeKind::missing:
      return fmt::format("{}{} missing", noun, thing);
    case ChangeKind::aged:
      return fmt::format("{}{} is too old", noun, thing);
    case ChangeKind::modified:
      break;
  }
  return fmt::format("{}{} changed", noun, thing);
}

std::string with_item(const std::string& text, const std::string& item) {
  return item.empty() ? text : fmt::format("{} ({})", text, item);
}

std::string value_text(const std::string& what, const plan::Change& change) {
  if (change.change == ChangeKind::modified) {
    return moved(what, change);
  }
  const std::string text = declared(what, "", change);
  return change.change == ChangeKind::added && !change.new_value.empty()
             ? text + ": " + change.new_value
             : text;
}

std::string sentence(const plan::Change& change) {
  switch (change.kind) {
    case ItemKind::record:
      return change.item.empty() ? "never run" : change.item;
    case ItemKind::kind:
      return moved("stage kind", change);
    case ItemKind::config:
      return declared(change.item.empty() ? "configuration" : change.item, "", change);
    case ItemKind::command:
      return change.item.empty() || change.item == "cmd" ? "command changed"
                                                         : moved(change.item, change);
    case ItemKind::dep:
      return declared(change.item, "", change);
    case ItemKind::out:
      return declared(change.item, "output ", change);
    case ItemKind::param:
    case ItemKind::environment:
      return value_text(change.item, change);
    case ItemKind::env:
      return declared(change.item, "variable ", change);
    case ItemKind::platform:
      return moved("platform", change);
    case ItemKind::baseline:  // its identity ends in a digest: nothing to read
      return change.item.empty() || change.item == "baseline"
                 ? "baseline changed"
                 : "baseline " + change.item + " changed";
    case ItemKind::force:
      return with_item("forced", change.item);
    case ItemKind::upstream:
      return change.item.empty() ? "waits for a stage above" : "waits for " + change.item;
    case ItemKind::age:
      return change.new_value.empty() ? "result is too old"
                                      : "result is older than " + change.new_value;
  }
  return "changed";
}

}  // namespace

std::string reason_text(const plan::Change& change) {
  return clean_text(sentence(change));
}

std::string reasons_text(std::span<const plan::Change> changes) {
  constexpr std::size_t shown = 2;
  std::string text;
  for (std::size_t i = 0; i < changes.size() && i < shown; ++i) {
    text += (i == 0 ? "" : "; ") + reason_text(changes[i]);
  }
  return changes.size() > shown ? text + fmt::format("; {} more", changes.size() - shown) : text;
}

Style style_of(run::StageState state) {
  switch (state) {
    case run::StageState::passed:
      return Style::good;
    case run::StageState::warned:
      return Style::warning;
    case run::StageState::failed:
    case run::StageState::errored:
      return Style::bad;
    case run::StageState::reused:
    case run::StageState::restored:
      return Style::quiet;
    case run::StageState::skipped:
    case run::StageState::blocked:
    case run::StageState::cancelled:
      return Style::faint;
  }
  return Style::normal;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string number_text(double value) {
  constexpr double exact = 1e15;
  if (!(std::floor(value) == value && std::fabs(value) < exact)) {
    return fmt::format("{:.5g}", value);
  }
  std::string digits = fmt::format("{:.0f}", std::fabs(value));
  for (std::size_t at = digits.size(); at > 3; at -= 3) {
    digits.insert(at - 3, ",");
  }
  return (value < 0 ? "-" : "") + digits;
}

std::string moved_text(std::span<const run::MetricValue> metrics) {
  std::string text;
  for (const run::MetricValue& metric : metrics) {
    if (metric.before && *metric.before != metric.value &&
        !(std::isnan(*metric.before) && std::isnan(metric.value))) {
      text += fmt::format("{}{} {} -> {}", text.empty() ? "" : ", ", clean_text(metric.name),
                          number_text(*metric.before), number_text(metric.value));
    }
  }
  return text;
}

std::string elapsed_text(std::chrono::milliseconds elapsed) {
  const auto seconds = elapsed.count() / 1000;
  return seconds < 60 ? fmt::format("{} s", seconds) : format_duration(elapsed);
}

}  // namespace mlpipe::report
