// The pieces of text that displays are made of: the line of a finished stage, the block of a
// failure, the summary.
#pragma once

#include <string>
#include <vector>

#include "runner/report/ledger.hpp"
#include "runner/report/line.hpp"

namespace mlpipe::report {

using Lines = std::vector<Line>;

// Columns of stage names: wide enough for the stages of the run, within reason.
[[nodiscard]] std::size_t name_width(const run::RunStarted& run);

// "  passed    train      12.4 s  12 checks passed". `why` stands where the stage says nothing of
// itself.
[[nodiscard]] Line finished_line(const run::StageFinished& stage, std::size_t width_of_names,
                                 const std::string& why);

// Findings, the last lines of the log, owners, where the log is, how to run it again. Empty for
// what is no failure.
[[nodiscard]] Lines failure_block(const run::StageFinished& stage, const Ledger& ledger,
                                  const std::string& rerun);
// Notes, and findings of stages that did not fail.
[[nodiscard]] Lines remarks(const run::StageFinished& stage);

// "weather: nothing to do, 6 stages up to date".
[[nodiscard]] Line nothing_to_do(const std::vector<std::string>& pipelines, std::size_t stages);
// The table and the last line; the last line alone where nothing ran.
[[nodiscard]] Lines summary(const Ledger& ledger, const run::RunFinished& end);

}  // namespace mlpipe::report
