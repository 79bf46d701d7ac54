#include "runner/report/blocks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/base/text.hpp"
#include "runner/report/words.hpp"

namespace mlpipe::report {
namespace {

using run::StageState;

constexpr std::size_t state_width = 10;
constexpr std::size_t time_width = 12;

bool is_failure(StageState state) {
  return state == StageState::failed || state == StageState::errored;
}

bool executed(const run::StageFinished& stage) {
  return stage.state == StageState::passed || stage.state == StageState::warned ||
         is_failure(stage.state);
}

Span state_span(StageState state) {
  return {style_of(state), pad("  " + std::string(run::name(state)), state_width + 2)};
}

std::string lasted(const run::StageFinished& stage) {
  return executed(stage) || stage.wall.count() > 0 ? format_duration(stage.wall) : std::string();
}

void field(Lines& lines, const std::string& key, const std::string& value) {
  if (!value.empty()) {
    lines.push_back({{Style::faint, "      " + pad(key, 7)}, {Style::normal, clean_text(value)}});
  }
}

Lines finding_lines(const run::StageFinished& stage, std::size_t most) {
  Lines lines;
  for (std::size_t i = 0; i < stage.findings.size() && i < most; ++i) {
    const plan::Finding& finding = stage.findings[i];
    const Style style = finding.level == plan::Finding::Level::error     ? Style::bad
                        : finding.level == plan::Finding::Level::warning ? Style::warning
                                                                         : Style::faint;
    std::string place = finding.file;
    place += finding.file.empty() || finding.line == 0 ? "" : fmt::format(":{}", finding.line);
    const auto message = split(finding.message, '\n');
    Line first{{style, "      " + clean_text(finding.title)}};
    first.push_back({Style::normal, (finding.title.empty() ? "" : ": ") + clean_text(message[0])});
    first.push_back({Style::faint, place.empty() ? "" : "  (" + clean_text(place) + ")"});
    lines.push_back(first);
    for (std::size_t k = 1; k < message.size(); ++k) {
      lines.push_back({{Style::normal, "        " + clean_text(message[k])}});
    }
  }
  if (stage.findings.size() > most) {
    lines.push_back({{Style::faint, fmt::format("      {} more", stage.findings.size() - most)}});
  }
  return lines;
}

void append(Lines& lines, Lines more) {
  lines.insert(lines.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

}  // namespace

std::size_t name_width(const run::RunStarted& run) {
  constexpr std::size_t narrowest = 12;
  constexpr std::size_t widest = 32;
  std::size_t width = narrowest;
  for (const auto& stage : run.stages) {
    width = stage.selected ? std::max(width, cells(clean_text(stage.name))) : width;
  }
  return std::min(width, widest);
}

Line finished_line(const run::StageFinished& stage, std::size_t width_of_names,
                   const std::string& why) {
  std::string text = stage.cause;
  if (!stage.summary.empty()) {
    text += (text.empty() ? "" : ": ") + stage.summary;
  }
  if (stage.attempts > 1) {
    text += fmt::format("{}({} attempts)", text.empty() ? "" : " ", stage.attempts);
  }
  const Style style = is_failure(stage.state) ? Style::normal : Style::faint;
  return {state_span(stage.state),
          {is_failure(stage.state) ? Style::bold : Style::normal,
           pad(clean_text(stage.stage), width_of_names)},
          {Style::normal, pad_left(lasted(stage), time_width) + "  "},
          {style, clean_text(text.empty() ? why : text)}};
}

Lines failure_block(const run::StageFinished& stage, const Ledger& ledger,
                    const std::string& rerun) {
  constexpr std::size_t most_findings = 10;
  constexpr std::size_t most_log_lines = 20;
  Lines lines;
  if (!is_failure(stage.state)) {
    return lines;
  }
  append(lines, finding_lines(stage, most_findings));
  const std::size_t from = stage.tail.size() - std::min(stage.tail.size(), most_log_lines);
  for (std::size_t i = from; i < stage.tail.size(); ++i) {
    lines.push_back({{Style::faint, "      | "}, {Style::normal, clean_text(stage.tail[i])}});
  }
  for (const std::string& note : stage.notes) {
    field(lines, "note", note);
  }
  if (const run::StageFacts* facts = ledger.facts(stage.stage)) {
    field(lines, facts->owners.size() == 1 ? "owner" : "owners",
          fmt::format("{}", fmt::join(facts->owners, ", ")));
  }
  field(lines, "log", stage.log);
  field(lines, "rerun", fmt::format("{} {}", rerun, stage.stage));
  lines.push_back({});
  return lines;
}

Lines remarks(const run::StageFinished& stage) {
  constexpr std::size_t most_findings = 3;
  Lines lines;
  if (!is_failure(stage.state)) {
    append(lines, finding_lines(stage, most_findings));
    if (stage.resumed) {
      field(lines, "note", "resumed from its checkpoint, not run in one go");
    }
    for (const std::string& note : stage.notes) {
      field(lines, "note", note);
    }
  }
  return lines;
}

namespace {

struct Columns {
  std::size_t name, time, memory;
};

Line table_row(const run::StageFinished& stage, const Columns& columns) {
  std::string last = moved_text(stage.metrics);
  if (is_failure(stage.state)) {
    last = clean_text(stage.cause) + (last.empty() || stage.cause.empty() ? "" : "; ") + last;
  }
  return {
      {Style::normal, "  " + pad(cut(clean_text(stage.stage), columns.name), columns.name) + "  "},
      {style_of(stage.state), pad(run::name(stage.state), state_width)},
      {Style::normal, pad_left(lasted(stage), columns.time)},
      {Style::normal,
       pad_left(stage.max_rss == 0 ? "" : format_size(stage.max_rss), columns.memory)},
      {Style::normal, last.empty() ? "" : "  " + last}};
}

Lines table(const Ledger& ledger) {
  constexpr std::size_t most_rows = 40;
  Lines lines;
  std::size_t left_out = 0;
  const Columns columns{name_width(ledger.run()), time_width, 12};
  for (const auto& stage : ledger.finished()) {
    if (!executed(stage)) {
      continue;
    }
    // What went well may be left out of a long table, never what did not.
    if (lines.size() >= most_rows && stage.state == StageState::passed &&
        moved_text(stage.metrics).empty()) {
      ++left_out;
      continue;
    }
    lines.push_back(table_row(stage, columns));
  }
  if (left_out > 0) {
    lines.push_back({{Style::faint, fmt::format("  and {} more that passed", left_out)}});
  }
  if (!lines.empty()) {
    lines.insert(lines.begin(),
                 {{Style::faint, "  " + pad("stage", columns.name) + "  " +
                                     pad("result", state_width) + pad_left("time", columns.time) +
                                     pad_left("memory", columns.memory) + "  metrics moved"}});
    lines.insert(lines.begin(), Line{});
  }
  return lines;
}

// The name in "train", "by train" or "blocked by train".
std::string blocker(std::string_view cause) {
  for (const std::string_view lead : {std::string_view("blocked "), std::string_view("by ")}) {
    cause.remove_prefix(cause.substr(0, lead.size()) == lead ? lead.size() : 0);
  }
  return clean_text(cause);
}

// "blocked by train: compare, release and 7 more", one line for each that blocks.
Lines blocked_lines(const Ledger& ledger) {
  constexpr std::size_t most_names = 5;
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const auto& stage : ledger.finished()) {
    if (stage.state == StageState::blocked) {
      const std::string by = blocker(stage.cause);
      auto found = std::find_if(groups.begin(), groups.end(),
                                [&](const auto& one) { return one.first == by; });
      if (found == groups.end()) {
        found = groups.insert(groups.end(), {by, {}});
      }
      found->second.push_back(clean_text(stage.stage));
    }
  }
  Lines lines;
  for (auto& [by, stages] : groups) {
    const std::size_t all = stages.size();
    stages.resize(std::min(all, most_names));
    lines.push_back(
        {{Style::faint, fmt::format("  blocked{}{}: ", by.empty() ? "" : " by ", by)},
         {Style::normal, fmt::format("{}", fmt::join(stages, ", "))},
         {Style::faint, all > most_names ? fmt::format(" and {} more", all - most_names) : ""}});
  }
  return lines;
}

std::string counts_text(const run::RunFinished& end) {
  std::string text;
  for (const auto state : {StageState::failed, StageState::errored, StageState::warned,
                           StageState::passed, StageState::restored, StageState::reused,
                           StageState::skipped, StageState::blocked, StageState::cancelled}) {
    if (const std::size_t count = run::list_of(end, state).size(); count > 0) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, run::name(state));
    }
  }
  return text;
}

Style style_of_run(const std::string& status) {
  return status == "passed" ? Style::good : status == "warned" ? Style::warning : Style::bad;
}

}  // namespace

Line nothing_to_do(const std::vector<std::string>& pipelines, std::size_t stages) {
  return {{Style::normal, fmt::format("{}: nothing to do, {} up to date", title_of(pipelines),
                                      counted(stages, "stage"))}};
}

Lines summary(const Ledger& ledger, const run::RunFinished& end) {
  const std::size_t reused = end.reused.size();
  const std::size_t restored = end.restored.size();
  if (end.exit_code == 0 && end.ran.empty() && end.skipped.empty()) {
    if (restored == 0) {
      return {nothing_to_do(ledger.run().pipelines, reused)};
    }
    return {{{Style::normal, fmt::format("{}: nothing to run, {} restored, {} up to date",
                                         ledger.title(), counted(restored, "stage"), reused)}}};
  }
  Lines lines = table(ledger);
  append(lines, blocked_lines(ledger));
  if (!lines.empty()) {
    lines.push_back({});
  }
  if (!end.trouble.empty()) {
    lines.push_back({{Style::bad, "  " + clean_text(end.trouble)}});
  }
  const std::string counts = counts_text(end);
  lines.push_back({{Style::bold, ledger.title() + ": "},
                   {style_of_run(end.status), end.status},
                   {Style::normal, fmt::format(" in {}", format_duration(end.wall))},
                   {Style::faint, counts.empty() ? "" : ": " + counts}});
  return lines;
}

}  // namespace mlpipe::report
