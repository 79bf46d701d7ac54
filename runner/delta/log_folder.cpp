#include "runner/delta/log_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <tuple>

#include "runner/base/text.hpp"

namespace mlpipe::delta {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t version_digits = 20;
constexpr std::size_t part_digits = 10;

std::optional<std::int64_t> number(std::string_view text, std::size_t digits) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole && text.size() == digits && value >= 0 ? std::optional(value) : std::nullopt;
}

// The parts of one checkpoint that were met so far: version, number of parts, name of a v2 one.
using Candidate = std::tuple<std::int64_t, std::int64_t, std::string>;
using Candidates = std::map<Candidate, std::map<std::int64_t, std::string>>;

// VERSION.checkpoint.parquet, VERSION.checkpoint.PART.PARTS.parquet,
// VERSION.checkpoint.UUID.(json|parquet)
void take_checkpoint(const std::vector<std::string_view>& words, std::int64_t version,
                     const std::string& path, Candidates& candidates) {
  const bool parquet = words.back() == "parquet";
  if (words.size() == 3 && parquet) {
    candidates[{version, 1, ""}][1] = path;
  } else if (words.size() == 5 && parquet) {
    const auto part = number(words[2], part_digits);
    const auto parts = number(words[3], part_digits);
    if (part && parts && *part >= 1 && *part <= *parts) {
      candidates[{version, *parts, ""}][*part] = path;
    }
  } else if (words.size() == 4 && (parquet || words.back() == "json")) {
    candidates[{version, 1, std::string(words[2])}][1] = path;
  }
}

}  // namespace

const Checkpoint* LogFolder::checkpoint_before(std::int64_t version) const {
  const auto after = std::find_if(checkpoints.begin(), checkpoints.end(),
                                  [&](const Checkpoint& one) { return one.version > version; });
  return after == checkpoints.begin() ? nullptr : &*std::prev(after);
}

std::int64_t LogFolder::newest() const {
  const std::int64_t commit = commits.empty() ? -1 : commits.rbegin()->first;
  return checkpoints.empty() ? commit : std::max(commit, checkpoints.back().version);
}

Result<LogFolder> list_log(const std::string& root) {
  LogFolder log;
  log.path = (fs::path(root) / "_delta_log").string();
  std::error_code problem;
  fs::directory_iterator walk(log.path, problem);
  if (problem) {
    return fail(problem == std::errc::no_such_file_or_directory ? Code::not_found : Code::io,
                fmt::format("{} is no Delta table: cannot list {}: {}", printable(root),
                            printable(log.path), problem.message()));
  }
  Candidates candidates;
  for (; walk != fs::directory_iterator(); walk.increment(problem)) {
    const std::string name = walk->path().filename().string();
    const auto words = split(name, '.');
    const auto version = number(words.front(), version_digits);
    if (version && words.size() == 2 && words[1] == "json") {
      log.commits[*version] = walk->path().string();
    } else if (version && words.size() > 2 && words[1] == "checkpoint") {
      take_checkpoint(words, *version, walk->path().string(), candidates);
    }
    if (problem) {
      break;
    }
  }
  if (problem) {
    return fail_errno(fmt::format("cannot list {}", printable(log.path)), problem.value());
  }
  for (const auto& [candidate, parts] : candidates) {
    if (static_cast<std::int64_t>(parts.size()) == std::get<1>(candidate)) {
      Checkpoint& checkpoint = log.checkpoints.emplace_back();
      checkpoint.version = std::get<0>(candidate);
      for (const auto& [part, path] : parts) {
        checkpoint.parts.push_back(path);
      }
    }
  }
  return log;
}

}  // namespace mlpipe::delta
