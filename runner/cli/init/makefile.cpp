#include "runner/cli/init/makefile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "runner/base/text.hpp"

namespace mlpipe::cli::draft {
namespace {

// Names of explicit rules in the order of the file; pattern rules, variables and special targets
// are none.
std::vector<std::string> targets_of(std::string_view text) {
  std::vector<std::string> targets;
  for (const std::string_view line : split(text, '\n')) {
    const auto colon = line.find(':');
    if (line.empty() || line.front() == '\t' || line.front() == '#' ||
        colon == std::string_view::npos ||
        line.substr(0, colon).find('=') != std::string_view::npos ||
        line.substr(colon + 1, 1) == "=" || line.substr(colon, 3) == "::=") {
      continue;
    }
    for (const std::string_view word : split(line.substr(0, colon), ' ')) {
      const bool simple = !word.empty() && word.front() != '.' &&
                          word.find_first_of("%$()\t\"'\\") == std::string_view::npos;
      if (simple && std::find(targets.begin(), targets.end(), word) == targets.end()) {
        targets.emplace_back(word);
      }
    }
  }
  return targets;
}

bool contains(std::initializer_list<std::string_view> words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Targets that make files, in the order in which one feeds the next; 0 for all others.
std::size_t rank(const std::string& target) {
  constexpr std::string_view order[] = {"download", "data",  "dataset",  "prepare", "preprocess",
                                        "features", "train", "evaluate", "eval"};
  const auto at = std::find(std::begin(order), std::end(order), target);
  return at == std::end(order) ? 0 : static_cast<std::size_t>(at - std::begin(order)) + 1;
}

}  // namespace

Part translate_makefile(const Survey& survey, MakeTests tests) {
  Part part;
  const std::vector<std::string> targets =
      targets_of(small_file(survey.root + "/" + survey.makefile));
  std::vector<std::string> ordered = targets;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  std::string before;  // make steps that write share files: one after the other
  std::vector<std::string> used;
  for (const std::string& target : ordered) {
    const bool looks = contains({"test", "tests", "check", "lint", "typecheck", "mypy"}, target);
    const bool makes = rank(target) > 0;
    if ((!looks && !makes) ||
        (looks && tests == MakeTests::leave_out && contains({"test", "tests", "check"}, target))) {
      continue;
    }
    used.push_back(target);
    part.stages += fmt::format("  {}:\n    cmd: make {}\n", scalar(target), target);
    if (looks) {
      part.stages += comment(
          "What it reads is not known, so everything counts; name less where less is enough.", 4);
      part.stages += "    deps: " + flow_list(survey.entries) + "\n\n";
      continue;
    }
    part.stages += comment(
                       "What it reads and writes is not known, so it runs every time. Name its "
                       "`deps` and `outs` and drop",
                       4) +
                   comment("`always_run`: then it runs only when something changed.", 4) +
                   "    always_run: true\n";
    part.stages += before.empty() ? "\n" : fmt::format("    needs: [{}]\n\n", scalar(before));
    before = target;
  }
  part.found.push_back(
      fmt::format("{} with {} target{}", survey.makefile, targets.size(),
                  targets.size() == 1 ? "" : "s") +
      (used.empty() ? ", none of them needed here" : ", used: " + flow_list(used)));
  if (!before.empty()) {
    part.notes.emplace_back(
        "stages that make files run every time until their `deps` and `outs` are named");
  }
  return part;
}

}  // namespace mlpipe::cli::draft
