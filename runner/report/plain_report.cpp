#include "runner/report/plain_report.hpp"

#include <fmt/format.h>

#include "runner/report/words.hpp"

namespace mlpipe::report {

void PlainReport::write(const Lines& lines) {
  std::string text;
  for (const Line& line : lines) {
    const bool blank = line.empty();
    if (blank && after_blank_) {
      continue;  // a block ends with one, the next may begin with one
    }
    after_blank_ = blank;
    text += render(line, any_width, options_.colour) + '\n';
  }
  if (!text.empty()) {
    options_.write(text);
  }
}

void PlainReport::begin() {
  if (!begun_) {
    begun_ = true;
    const auto& run = ledger_.run();
    write({{{Style::bold, ledger_.title()},
            {Style::normal, fmt::format(": run {}, {}", clean_text(run.run_id),
                                        counted(ledger_.total(), "stage"))}}});
  }
}

void PlainReport::started(const run::StageStarted& event) {
  begin();
  std::string text = reasons_text(event.reasons);
  if (event.attempt > 1) {
    text = fmt::format("attempt {}{}{}", event.attempt, text.empty() ? "" : ": ", text);
  }
  write({{{Style::normal,
           pad("  started", 12) + pad(clean_text(event.stage), names_) + std::string(14, ' ')},
          {Style::faint, text}}});
}

void PlainReport::finished(const run::StageFinished& event) {
  Lines lines = remarks(event);
  const bool counted_only = (event.state == run::StageState::reused && event.summary.empty()) ||
                            event.state == run::StageState::blocked ||
                            (event.state == run::StageState::cancelled && event.attempts == 0);
  if (!counted_only) {
    lines.insert(lines.begin(), finished_line(event, names_, {}));
  }
  const Lines block = failure_block(event, ledger_, options_.rerun);
  lines.insert(lines.end(), block.begin(), block.end());
  if (!lines.empty()) {
    begin();
    write(lines);
  }
}

void PlainReport::on(const run::Event& event) {
  ledger_.note(event, options_.now());
  if (const auto* run = std::get_if<run::RunStarted>(&event)) {
    names_ = name_width(*run);
  } else if (const auto* stage = std::get_if<run::StageStarted>(&event)) {
    started(*stage);
  } else if (const auto* waiting = std::get_if<run::StageWaiting>(&event)) {
    begin();
    write({{{Style::faint,
             pad("  waiting", 12) + pad(clean_text(waiting->stage), names_) + std::string(14, ' ') +
                 clean_text("for " + waiting->what +
                            (waiting->behind.empty() ? "" : ", behind " + waiting->behind))}}});
  } else if (const auto* attempt = std::get_if<run::AttemptEnded>(&event)) {
    write({{{Style::warning, pad("  retry", 12)},
            {Style::normal, pad(clean_text(attempt->stage), names_) + std::string(14, ' ')},
            {Style::faint, clean_text(fmt::format("attempt {}: {}; again in {}", attempt->attempt,
                                                  attempt->cause, attempt->retry_in))}}});
  } else if (const auto* finished_stage = std::get_if<run::StageFinished>(&event)) {
    finished(*finished_stage);
  } else if (const auto* end = std::get_if<run::RunFinished>(&event)) {
    write(summary(ledger_, *end));
  }
}

}  // namespace mlpipe::report
