// Lines at the bottom of a terminal that are drawn again and again, with finished text scrolling
// away above them. Every frame is one write, overwrites in place and leaves the cursor on the line
// below. Knows nothing of runs.
#pragma once

#include <string>
#include <vector>

#include "runner/report/line.hpp"

namespace mlpipe::report {

class LiveArea {
 public:
  explicit LiveArea(const ReportOptions& options) : options_(&options) {}

  // Puts `above` (rendered lines, each with its newline) over the area and redraws it with `lines`,
  // cut to the terminal's width. Writes nothing where nothing would change.
  void draw(const std::string& above, const std::vector<Line>& lines);

 private:
  [[nodiscard]] std::size_t rows_now(std::size_t columns) const;

  const ReportOptions* options_;
  std::vector<std::string> shown_;
  std::vector<std::size_t> widths_;  // cells of each shown line
};

}  // namespace mlpipe::report
