// `mlpipe logs STAGE [-f]`: what a stage printed in its last run, or while it runs.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "runner/cache/locks.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::cli {
namespace {

namespace fs = std::filesystem;

struct Found {
  std::string run_id;
  std::string path;
  std::uint32_t attempt = 0;
};

// The newest log of the stage: run ids sort by time.
std::optional<Found> find_log(const std::string& runs, const LogsArguments& arguments) {
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator at(runs, error), end; !error && at != end; at.increment(error)) {
    ids.push_back(at->path().filename().string());
  }
  std::sort(ids.rbegin(), ids.rend());
  const std::string stem = engine::file_name_of(arguments.stage);
  for (const std::string& id : ids) {
    if (!arguments.run_id.empty() && id != arguments.run_id) {
      continue;
    }
    std::optional<Found> best;
    for (std::uint32_t attempt = 1;; ++attempt) {
      const std::string path = fmt::format("{}/{}/logs/{}.{}.log", runs, id, stem, attempt);
      if (attempt > 100 && !engine::stands(path)) {
        break;
      }
      const bool wanted = arguments.attempt == 0 || arguments.attempt == attempt;
      if (wanted && engine::stands(path)) {
        best = Found{id, path, attempt};
      }
    }
    if (best) {
      return best;
    }
  }
  return std::nullopt;
}

bool is_alive(const std::string& state_dir, const std::string& run_id) {
  const auto alive = cache::Locks(state_dir).alive();
  return alive && std::any_of(alive->begin(), alive->end(),
                              [&](const cache::RunInfo& run) { return run.run_id == run_id; });
}

// Copies what there is to stdout; with `follow` until the run is over.
int copy_log(const Found& found, const std::string& state_dir, bool follow) {
  const int file = open(found.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return show(fail_errno("cannot read " + found.path, errno).value());
  }
  char block[65536];
  while (true) {
    const bool alive =
        follow &&
        is_alive(state_dir, found.run_id);  // asked before reading: nothing after it is lost
    ssize_t count = 0;
    while ((count = read(file, block, sizeof block)) > 0) {
      std::fwrite(block, 1, static_cast<std::size_t>(count), stdout);
    }
    if (std::fflush(stdout) != 0 || !alive) {
      break;
    }
    ::poll(nullptr, 0, 100);
  }
  close(file);
  return 0;
}

}  // namespace

int logs(const LogsArguments& arguments) {
  Session session(arguments.common);
  const std::string state_dir = session.root() + "/.mlpipe";
  const auto found = find_log(state_dir + "/runs", arguments);
  if (!found) {
    return show({Code::not_found,
                 fmt::format("no log of `{}` is here: it has not run, or it printed nothing",
                             arguments.stage)});
  }
  std::fputs(fmt::format("run {}, attempt {}\n", found->run_id, found->attempt).c_str(), stderr);
  return copy_log(*found, state_dir, arguments.follow);
}

}  // namespace mlpipe::cli
