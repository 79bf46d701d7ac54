#include "runner/graph/path_pattern.hpp"

#include <algorithm>
#include <vector>

#include "runner/base/text.hpp"

namespace mlpipe::graph {
namespace {

using Parts = std::vector<std::string_view>;

Parts components(std::string_view pattern) {
  return pattern.empty() || pattern == "." ? Parts{} : split(pattern, '/');
}

// One component as characters: literal bytes, any single character, any run.
constexpr int any_one = 256;
constexpr int any_run = 257;

std::vector<int> tokens(std::string_view part) {
  std::vector<int> list;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const std::size_t close = part[i] == '[' ? part.find(']', i + 2) : std::string_view::npos;
    if (part[i] == '*') {
      list.push_back(any_run);
    } else if (part[i] == '?') {
      list.push_back(any_one);
    } else if (close != std::string_view::npos) {
      list.push_back(any_one);
      i = close;
    } else {
      list.push_back(static_cast<unsigned char>(part[i]));
    }
  }
  return list;
}

bool both_match(std::string_view a, std::string_view b) {
  if (!is_glob(a) && !is_glob(b)) {
    return a == b;
  }
  const std::vector<int> left = tokens(a);
  const std::vector<int> right = tokens(b);
  // open[i][j]: some text is matched by the first i and by the first j tokens.
  std::vector<std::vector<char>> open(left.size() + 1, std::vector<char>(right.size() + 1, 0));
  open[0][0] = 1;
  const auto give = [&](std::size_t i, std::size_t j) {
    if (i <= left.size() && j <= right.size()) {
      open[i][j] = 1;
    }
  };
  for (std::size_t i = 0; i <= left.size(); ++i) {
    for (std::size_t j = 0; j <= right.size(); ++j) {
      if (open[i][j] == 0) {
        continue;
      }
      const int x = i < left.size() ? left[i] : -1;
      const int y = j < right.size() ? right[j] : -1;
      if (x == any_run) {
        give(i + 1, j);
        give(i, j + 1);
      }
      if (y == any_run) {
        give(i, j + 1);
        give(i + 1, j);
      }
      if (x >= 0 && y >= 0 && (x == y || x == any_one || y == any_one)) {
        give(i + 1, j + 1);
      }
    }
  }
  return open[left.size()][right.size()] != 0;
}

// reach[i][j]: some path is matched by the first i components of `a` and the first j of `b`.
std::vector<std::vector<char>> walk(const Parts& a, const Parts& b) {
  std::vector<std::vector<char>> reach(a.size() + 1, std::vector<char>(b.size() + 1, 0));
  reach[0][0] = 1;
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (reach[i][j] == 0) {
        continue;
      }
      const bool more_a = i < a.size();
      const bool more_b = j < b.size();
      const bool deep_a = more_a && a[i] == "**";
      const bool deep_b = more_b && b[j] == "**";
      if (more_a && (deep_a || deep_b)) {
        reach[i + 1][j] = 1;
      }
      if (more_b && (deep_a || deep_b)) {
        reach[i][j + 1] = 1;
      }
      if (more_a && more_b && !deep_a && !deep_b && both_match(a[i], b[j])) {
        reach[i + 1][j + 1] = 1;
      }
    }
  }
  return reach;
}

}  // namespace

std::string_view literal_prefix(std::string_view pattern) {
  if (pattern == ".") {
    return {};
  }
  const std::size_t wild = pattern.find_first_of("*?[");
  if (wild == std::string_view::npos) {
    return pattern;
  }
  const std::size_t slash = pattern.rfind('/', wild);
  return slash == std::string_view::npos ? std::string_view{} : pattern.substr(0, slash);
}

bool may_relate(std::string_view a, std::string_view b) {
  const std::string_view left = a.substr(0, a.find_first_of("*?["));
  const std::string_view right = b.substr(0, b.find_first_of("*?["));
  const std::size_t both = std::min(left.size(), right.size());
  return left.substr(0, both) == right.substr(0, both);
}

bool intersects(std::string_view a, std::string_view b) {
  const Parts left = components(a);
  const Parts right = components(b);
  return walk(left, right)[left.size()][right.size()] != 0;
}

bool covers(std::string_view outer, std::string_view inner) {
  const Parts outers = components(outer);
  const auto at_outer = walk(outers, components(inner)).back();
  return std::any_of(at_outer.begin(), at_outer.end(), [](char c) { return c != 0; });
}

bool meets(std::string_view out, std::string_view dep, Below below_out) {
  const auto reach = walk(components(out), components(dep));
  const auto ends = [](const std::vector<char>& row) { return row.back() != 0; };
  return std::any_of(reach.begin(), reach.end(), ends) ||
         (below_out == Below::yes && covers(out, dep));
}

}  // namespace mlpipe::graph
