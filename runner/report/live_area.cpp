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
  std::string frame;
  if (const std::size_t rows = rows_now(columns); rows > 0) {
    frame = fmt::format("\r\x1b[{}A", rows);
  }
  constexpr std::string_view clear_right = "\x1b[K";
  constexpr std::string_view clear_below = "\x1b[J";
  for (std::size_t at = 0; at < above.size();) {
    const std::size_t end = above.find('\n', at);
    frame.append(above, at, end - at).append(clear_right).append("\n");
    at = end == std::string::npos ? above.size() : end + 1;
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
