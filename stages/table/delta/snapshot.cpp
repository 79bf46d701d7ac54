#include "stages/table/delta/snapshot.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <optional>

#include "runner/base/text.hpp"
#include "stages/table/delta/checkpoint.hpp"
#include "stages/table/delta/log.hpp"
#include "stages/table/delta/protocol.hpp"

namespace mlpipe::stages::table::delta {
namespace {

std::string shown_time(std::int64_t ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(ms)};
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     std::chrono::time_point_cast<std::chrono::seconds>(time),
                     ((ms % 1000) + 1000) % 1000);
}

// When a commit says it was made. Never the time of its file: that changes with every copy.
Result<std::optional<std::int64_t>> commit_time(const std::string& path) {
  std::optional<std::int64_t> time;
  TRY_OK(read_commit(path, [&](const Action& action) {
    const auto* info = std::get_if<CommitInfo>(&action);
    if (info == nullptr) {
      return More::yes;
    }
    time = info->in_commit_timestamp ? info->in_commit_timestamp : info->timestamp;
    return More::no;
  }));
  return time;
}

// The newest version that is not younger than the moment. Times that run backwards are taken as a
// millisecond after the commit before, as Delta itself does.
Result<std::int64_t> version_at(const LogFolder& log, const std::string& root, const AtTime& at) {
  std::optional<std::int64_t> found;
  std::optional<std::int64_t> before;
  for (const auto& [version, path] : log.commits) {
    TRY(const auto said, commit_time(path));
    if (!said) {
      return fail(Code::invalid,
                  fmt::format("{} cannot be read as of {}: its version {} does not say when it was "
                              "made; name a version, as in @v{}",
                              printable(root), at.text, version, log.newest()));
    }
    const std::int64_t time = before ? std::max(*said, *before + 1) : *said;
    before = time;
    if (time > at.ms) {
      break;
    }
    found = version;
  }
  if (!found) {
    return fail(
        Code::not_found,
        fmt::format("{} did not exist at {}: its oldest known version is {}{}", printable(root),
                    at.text, log.commits.empty() ? log.newest() : log.commits.begin()->first,
                    before ? fmt::format(" of {}", shown_time(*before)) : ""));
  }
  return *found;
}

Result<std::int64_t> wanted_version(const LogFolder& log, const std::string& root, const At& at) {
  if (const auto* time = std::get_if<AtTime>(&at)) {
    return version_at(log, root, *time);
  }
  const auto* exact = std::get_if<AtVersion>(&at);
  if (exact != nullptr && exact->version > log.newest()) {
    return fail(Code::not_found, fmt::format("{} has no version {}; its newest is {}",
                                             printable(root), exact->version, log.newest()));
  }
  return exact != nullptr ? exact->version : log.newest();
}

// The commits from `first` to `last`; a gap is an error.
Status replay_commits(const LogFolder& log, std::int64_t first, std::int64_t last, Replay& replay) {
  for (std::int64_t version = first; version <= last; ++version) {
    const auto commit = log.commits.find(version);
    if (commit == log.commits.end()) {
      return fail(Code::corrupt,
                  fmt::format("version {} cannot be built: the commit of version {} is missing "
                              "from {}",
                              last, version, printable(log.path)));
    }
    TRY_OK(read_commit(commit->second, [&](Action action) {
      replay.apply(std::move(action));
      return More::yes;
    }));
  }
  return {};
}

// From the newest checkpoint; where that cannot be read, from the one before it, and in the end
// from the first commit: each way leads to the same state.
Result<Replay> replay_log(port::TableEngine& engine, const LogFolder& log, std::int64_t version) {
  std::optional<Error> first_problem;
  const Checkpoint* checkpoint = log.checkpoint_before(version);
  for (;;) {
    Replay replay;
    Status status;
    if (checkpoint != nullptr) {
      status = read_checkpoint(engine, log, *checkpoint, replay);
    }
    if (status) {
      status =
          replay_commits(log, checkpoint == nullptr ? 0 : checkpoint->version + 1, version, replay);
    }
    if (status) {
      return replay;
    }
    first_problem = first_problem.value_or(status.error());
    if (checkpoint == nullptr || status.error().code == Code::interrupted) {
      return tl::make_unexpected(*first_problem);
    }
    checkpoint = log.checkpoint_before(checkpoint->version - 1);
  }
}

}  // namespace

Result<Snapshot> read_snapshot(port::TableEngine& engine, const std::string& root, const At& at) {
  TRY(const LogFolder log, list_log(root));
  if (log.newest() < 0) {
    return fail(Code::not_found,
                fmt::format("{} is no Delta table: {} holds neither a commit nor a checkpoint",
                            printable(root), printable(log.path)));
  }
  TRY(const std::int64_t version, wanted_version(log, root, at));
  TRY(Replay replay, replay_log(engine, log, version));
  const bool protocol = replay.protocol().has_value();
  if (!protocol || !replay.metadata()) {
    return fail(Code::corrupt,
                fmt::format("{} is no whole Delta table: up to version {} its log holds no {}",
                            printable(root), version, protocol ? "metadata" : "protocol"));
  }
  TRY_OK(readable(*replay.protocol(), root));
  Snapshot snapshot{version, *replay.protocol(), *replay.metadata(), {}};
  if (snapshot.metadata.provider != "parquet") {
    return fail(Code::refused, fmt::format("the files of {} are of the format {}; only Parquet is "
                                           "read",
                                           printable(root), printable(snapshot.metadata.provider)));
  }
  snapshot.files = std::move(replay).files();
  return snapshot;
}

}  // namespace mlpipe::stages::table::delta
