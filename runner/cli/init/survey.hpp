// What stands in a repository, as far as a first pipeline needs it. Looks at names and at the text
// of small files; executes nothing.
#pragma once

#include <string>
#include <vector>

namespace mlpipe::cli::draft {

struct Survey {
  std::string root;
  std::vector<std::string> entries;  // top-level names that can be inputs: not hidden, not ignored
                                     // by git, no build output
  std::vector<std::string> locks;    // lock files of an environment, the most exact kind alone
  std::string venv;                  // ".venv" or "venv"; empty where there is none
  std::vector<std::string> test_paths;  // folders and files that hold Python tests, sorted
  std::vector<std::string>
      source_deps;           // packages, scripts, settings, and what else their text names
  bool uses_pytest = false;  // its settings or its tests name pytest, or tests are plain functions
  bool uses_unittest = false;
  bool has_python = false;
  bool has_dvc = false;
  std::string makefile;  // its name; empty where there is none
  bool cut = false;      // there were too many files to look at all
};

[[nodiscard]] Survey look_around(const std::string& root);

// A file of at most 4 MiB; empty where it cannot be read or is larger.
[[nodiscard]] std::string small_file(const std::string& path);

}  // namespace mlpipe::cli::draft
