#include "runner/report/live_area.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mlpipe::report {

// A terminal made narrower since the last frame has wrapped its lines.
std::size_t LiveArea::rows_now(std::size_t columns) const {
  std::size_t rows = 0;
  for (const std::size_t width : widths_) {
    rows += std::max<std::size_t>(1, (width + columns - 1) / columns);
  }
  return rows;
}

void LiveArea::draw(const std::string& above, const std::vector<Line>& lines) {
  const std::size_t columns = std::max<std::size_t>(options_->size().columns, 2);
  std::vector<std::string> next;
  std::vector<std::size_t> widths;
  for (const Line& line : lines) {
    // The last column stays free: some terminals wrap when it is filled.
    next.push_back(render(line, columns - 1, options_->colour));
    widths.push_back(std::min(cells(line), columns - 1));
  }
  if (above.empty() && next == shown_) {
    return;
  }
  const std::size_t rows = rows_now(columns);
  const std::string up = rows == 0 ? std::string() : fmt::format("\r\x1b[{}A", rows);
  std::string frame = up;
  constexpr std::string_view clear_right = "\x1b[K";
  constexpr std::string_view clear_below = "\x1b[J";
  if (!above.empty()) {
    // What scrolls may wrap, so the old lines go first; clearing behind it would eat a cell at the
    // edge. Row by row, since tmux takes a clearing from its first row on for a page to keep.
    for (std::size_t i = 0; i < rows; ++i) {
      frame.append("\x1b[2K\n");
    }
    frame.append(up).append(above);
  }
  for (const std::string& line : next) {
    frame.append(line).append(clear_right).append("\n");
  }
  frame.append(clear_below);
  options_->write(frame);
  shown_ = std::move(next);
  widths_ = std::move(widths);
}

}  // namespace mlpipe::report
