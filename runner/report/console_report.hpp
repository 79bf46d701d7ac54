// A run on a terminal: finished stages scroll by, what runs is shown at the bottom, failures with
// what one needs to act, a summary at the end. Calm: at most ten frames a second, no spinner, whole
// seconds.
#pragma once

#include "runner/report/blocks.hpp"
#include "runner/report/ledger.hpp"
#include "runner/report/live_area.hpp"
#include "runner/report/options.hpp"

namespace mlpipe::report {

class ConsoleReport final : public run::Listener {
 public:
  explicit ConsoleReport(ReportOptions options);
  // Takes the live lines away, so that a run that ends without run_finished leaves a clean
  // terminal.
  ~ConsoleReport() override;
  ConsoleReport(const ConsoleReport&) = delete;
  ConsoleReport& operator=(const ConsoleReport&) = delete;

  void on(const run::Event& event) override;
  void tick() override;

 private:
  void scroll(const Line& line);
  void scroll_all(const Lines& lines);
  void finished(const run::StageFinished& event);
  void draw_when_due();
  [[nodiscard]] Lines live() const;
  [[nodiscard]] Line running_line(const Ledger::Running& one) const;
  [[nodiscard]] Line count_line() const;

  ReportOptions options_;
  Ledger ledger_;
  LiveArea area_;
  std::string above_;  // rendered, not written yet
  std::size_t names_ = 0;
  std::chrono::milliseconds drawn_{-1'000'000};
  bool over_ = false;
  bool after_blank_ = false;
};

}  // namespace mlpipe::report
