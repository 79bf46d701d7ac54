// Where a failing test stands in the source, out of what the report says about it; and its name as
// pytest would write it. Knows text only: whether a file is there is asked through a function.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "stages/unit_test/junit.hpp"

namespace mlpipe::stages::unit_test {

struct Place {
  std::string file;
  std::uint32_t line = 0;
};

// Every "path.ext:LINE" and `File "path", line LINE` of a text, in order, as written.
[[nodiscard]] std::vector<Place> places_in(std::string_view text);

struct Tree {
  std::string root;         // absolute: a path below it is made relative to it
  std::string working_dir;  // where the command ran, relative to the root
  std::function<bool(const std::string&)> has_file;  // relative to the root
};

struct Located {
  std::string title;       // "tests/test_split.py::TestYears::test_gap"
  std::string file;        // relative to the root; empty where nothing is known
  std::uint32_t line = 0;  // 0: not known
};
[[nodiscard]] Located locate(const TestCase& test, const Tree& tree);

}  // namespace mlpipe::stages::unit_test
