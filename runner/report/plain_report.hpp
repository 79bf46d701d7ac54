// A run where no lines can be redrawn (CI, a file): a line at the start and at the end of each
// stage, failures as blocks, the same summary. Nothing is written while nothing runs, so a run with
// nothing to do is one line.
#pragma once

#include "runner/report/blocks.hpp"
#include "runner/report/ledger.hpp"
#include "runner/report/options.hpp"

namespace mlpipe::report {

class PlainReport final : public run::Listener {
 public:
  explicit PlainReport(ReportOptions options) : options_(std::move(options)) {}
  void on(const run::Event& event) override;

 private:
  void write(const Lines& lines);
  void begin();
  void started(const run::StageStarted& event);
  void finished(const run::StageFinished& event);

  ReportOptions options_;
  Ledger ledger_;
  std::size_t names_ = 0;
  bool begun_ = false;
  bool after_blank_ = false;
};

}  // namespace mlpipe::report
