#include "runner/report/console_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/base/text.hpp"
#include "runner/report/words.hpp"

namespace mlpipe::report {
namespace {

constexpr std::chrono::milliseconds frame_time{100};

}  // namespace

ConsoleReport::ConsoleReport(ReportOptions options)
    : options_(std::move(options)), area_(options_) {}

ConsoleReport::~ConsoleReport() {
  area_.draw(above_, {});
}

void ConsoleReport::scroll(const Line& line) {
  if (line.empty() && after_blank_) {
    return;  // a block ends with one, the next may begin with one
  }
  after_blank_ = line.empty();
  above_ += render(line, any_width, options_.colour) + '\n';
}

void ConsoleReport::scroll_all(const Lines& lines) {
  for (const Line& line : lines) {
    scroll(line);
  }
}

void ConsoleReport::finished(const run::StageFinished& event) {
  // Reused and blocked stages may be thousands: they are counted, and named in the summary.
  if (event.state == run::StageState::reused || event.state == run::StageState::blocked ||
      (event.state == run::StageState::cancelled && event.attempts == 0)) {
    scroll_all(remarks(event));
    return;
  }
  scroll(finished_line(event, names_, reasons_text(ledger_.reasons(event.stage))));
  scroll_all(remarks(event));
  scroll_all(failure_block(event, ledger_, options_.rerun));
}

void ConsoleReport::on(const run::Event& event) {
  ledger_.note(event, options_.now());
  if (const auto* started = std::get_if<run::RunStarted>(&event)) {
    names_ = name_width(*started);
  } else if (const auto* attempt = std::get_if<run::AttemptEnded>(&event)) {
    scroll({{Style::warning, pad("  retry", 12)},
            {Style::normal, pad(clean_text(attempt->stage), names_) + std::string(14, ' ')},
            {Style::faint, clean_text(fmt::format("attempt {}: {}; again in {}", attempt->attempt,
                                                  attempt->cause, attempt->retry_in))}});
  } else if (const auto* stage = std::get_if<run::StageFinished>(&event)) {
    finished(*stage);
  } else if (const auto* end = std::get_if<run::RunFinished>(&event)) {
    scroll_all(summary(ledger_, *end));
    area_.draw(above_, {});
    above_.clear();
    over_ = true;
    return;
  }
  draw_when_due();
}

void ConsoleReport::tick() {
  draw_when_due();
}

void ConsoleReport::draw_when_due() {
  const auto now = options_.now();
  // Nothing is shown until something happens: a run with nothing to do is one line.
  const bool quiet = above_.empty() && ledger_.running().empty() && ledger_.waiting().empty();
  if (over_ || now - drawn_ < frame_time || quiet) {
    return;
  }
  area_.draw(above_, live());
  above_.clear();
  drawn_ = now;
}

Line ConsoleReport::running_line(const Ledger::Running& one) const {
  std::string text = reasons_text(one.reasons);
  if (one.attempt > 1) {
    text = fmt::format("attempt {}{}{}", one.attempt, text.empty() ? "" : ": ", text);
  }
  return {{Style::bold, pad("  running", 12)},
          {Style::normal, pad(clean_text(one.stage), names_)},
          {Style::normal, pad_left(elapsed_text(options_.now() - one.since), 12) + "  "},
          {Style::faint, text}};
}

Line ConsoleReport::count_line() const {
  std::string text = fmt::format("  {}/{} done", ledger_.done(), ledger_.total());
  const auto count = [&](std::size_t number, std::string_view what) {
    text += number == 0 ? "" : fmt::format(", {} {}", number, what);
  };
  count(ledger_.running().size(), "running");
  count(ledger_.count(run::StageState::reused), "reused");
  count(ledger_.count(run::StageState::failed) + ledger_.count(run::StageState::errored), "failed");
  count(ledger_.count(run::StageState::blocked), "blocked");
  return {{Style::faint, text + ", " + elapsed_text(options_.now() - ledger_.begun())}};
}

Lines ConsoleReport::live() const {
  constexpr std::size_t most_running = 16;
  constexpr std::size_t most_waiting = 3;
  const std::size_t rows = options_.size().rows;
  const std::size_t room = std::min(most_running, rows > 8 ? rows - 6 : 2);
  Lines lines;
  const auto& running = ledger_.running();
  for (std::size_t i = 0; i < running.size() && i < room; ++i) {
    lines.push_back(running_line(running[i]));
  }
  if (running.size() > room) {
    lines.push_back({{Style::faint, fmt::format("  and {} more", running.size() - room)}});
  }
  const auto& waiting = ledger_.waiting();
  for (std::size_t i = 0; i < waiting.size() && i < most_waiting && lines.size() < room; ++i) {
    const auto& one = waiting[i];
    lines.push_back(
        {{Style::faint, pad("  waiting", 12)},
         {Style::normal, pad(clean_text(one.stage), names_) + std::string(14, ' ')},
         {Style::faint,
          clean_text("for " + one.what + (one.behind.empty() ? "" : ", behind " + one.behind))}});
  }
  lines.push_back(count_line());
  return lines;
}

}  // namespace mlpipe::report
