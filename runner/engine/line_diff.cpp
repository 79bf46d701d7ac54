#include "runner/engine/line_diff.hpp"

#include <algorithm>

#include "runner/base/text.hpp"

namespace mlpipe::engine {
namespace {

constexpr std::size_t most_cells = 4'000'000;  // of the table of common lengths

using Side = DiffLine::Side;

std::vector<std::string_view> lines_of(std::string_view text) {
  if (!text.empty() && text.back() == '\n') {
    text.remove_suffix(1);
  }
  return text.empty() ? std::vector<std::string_view>() : split(text, '\n');
}

void append(std::vector<DiffLine>& diff, Side side, const std::vector<std::string_view>& lines,
            std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    diff.push_back({side, std::string(lines[i])});
  }
}

}  // namespace

std::vector<DiffLine> diff_lines(std::string_view then, std::string_view now) {
  const auto a = lines_of(then);
  const auto b = lines_of(now);
  std::size_t start = 0;
  while (start < a.size() && start < b.size() && a[start] == b[start]) {
    ++start;
  }
  std::size_t tail = 0;
  while (tail < a.size() - start && tail < b.size() - start &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  const std::size_t rows = a.size() - start - tail;
  const std::size_t columns = b.size() - start - tail;
  std::vector<DiffLine> diff;
  append(diff, Side::both, a, 0, start);
  if (rows != 0 && columns > most_cells / rows) {
    append(diff, Side::then, a, start, a.size() - tail);
    append(diff, Side::now, b, start, b.size() - tail);
  } else {
    // common[i][j]: length of the longest common subsequence of what follows row i and column j
    std::vector<std::uint32_t> common((rows + 1) * (columns + 1), 0);
    const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
      return common[i * (columns + 1) + j];
    };
    for (std::size_t i = rows; i-- > 0;) {
      for (std::size_t j = columns; j-- > 0;) {
        at(i, j) = a[start + i] == b[start + j] ? at(i + 1, j + 1) + 1
                                                : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < rows || j < columns) {
      if (i < rows && j < columns && a[start + i] == b[start + j]) {
        diff.push_back({Side::both, std::string(a[start + i])});
        ++i;
        ++j;
      } else if (i < rows && (j == columns || at(i + 1, j) >= at(i, j + 1))) {
        diff.push_back({Side::then, std::string(a[start + i++])});
      } else {
        diff.push_back({Side::now, std::string(b[start + j++])});
      }
    }
  }
  append(diff, Side::both, a, a.size() - tail, a.size());
  return diff;
}

}  // namespace mlpipe::engine
