#include "runner/engine/workspace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "runner/base/text.hpp"
#include "runner/engine/dvc/open.hpp"
#include "runner/engine/secrets.hpp"

namespace mlpipe::engine {
namespace {

namespace fs = std::filesystem;

Status read_locks(Workspace& workspace) {
  for (const spec::Pipeline& pipeline : workspace.project().pipelines) {
    std::ifstream file(workspace.root + "/" + pipeline.lock_path, std::ios::binary);
    std::vector<lock::LockedStage> entries;
    if (file) {
      const std::string text{std::istreambuf_iterator<char>(file),
                             std::istreambuf_iterator<char>()};
      auto read = lock::read(text);
      if (!read) {
        return fail(Code::invalid, fmt::format("{}: {}; mend it, or delete it and run again",
                                               pipeline.lock_path, read.error().message));
      }
      entries = std::move(*read);
    }
    workspace.locked.push_back(std::move(entries));
  }
  workspace.index_locks();
  return {};
}

std::uint64_t machine_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long size = sysconf(_SC_PAGE_SIZE);
  return pages > 0 && size > 0
             ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size)
             : 0;
}

void check_deps(Workspace& workspace, const spec::Stage& stage) {
  for (const spec::Dep& dep : stage.deps) {
    if (workspace.graph.produced(dep.path)) {
      continue;
    }
    struct stat found {};
    const bool there = is_glob(dep.path) ? [&] {
      const auto matches = workspace.index->expand(dep.path);
      return !matches || !matches->empty();
    }()
                                         : lstat((workspace.root + "/" + dep.path).c_str(), &found) == 0;
    if (!there) {
      workspace.loaded.diagnostics.error(
          dep.mark,
          fmt::format("`{}` does not exist and no stage produces it", printable(dep.path)),
          "create it, correct the path, or declare it under `outs` of the stage that writes it");
    }
  }
}

// What this machine has at all; asked once, not for each of ten thousand stages.
struct Machine {
  unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  std::uint64_t memory = machine_memory();
  std::uint32_t gpus = cache::gpu_count();
};

void check_resources(Workspace& workspace, const spec::Stage& stage, const Machine& machine) {
  auto& diagnostics = workspace.loaded.diagnostics;
  const spec::Resources& asked = stage.resources;
  if (asked.cpus > machine.cores) {
    diagnostics.error(stage.mark,
                      fmt::format("stage `{}` asks for {:g} cpus, this machine has {}", stage.name,
                                  asked.cpus, machine.cores),
                      "lower `resources.cpus`");
  }
  if (asked.memory > machine.memory) {
    diagnostics.error(
        stage.mark,
        fmt::format("stage `{}` asks for {} of memory, this machine has {}", stage.name,
                    format_size(asked.memory), format_size(machine.memory)),
        "lower `resources.memory`");
  }
  if (asked.gpus > machine.gpus) {
    diagnostics.error(stage.mark,
                      fmt::format("stage `{}` asks for {} GPUs, this machine has {}", stage.name,
                                  asked.gpus, machine.gpus),
                      "lower `resources.gpus`, or set MLPIPE_GPUS where the GPUs are not found");
  }
}

}  // namespace

std::optional<StageId> Workspace::find(std::string_view wanted) const {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == wanted || project().stages[i].name == wanted) {
      return StageId{static_cast<std::uint32_t>(i)};
    }
  }
  return std::nullopt;
}

void Workspace::index_locks() {
  locked_at.clear();
  for (std::uint32_t pipeline = 0; pipeline < locked.size(); ++pipeline) {
    for (std::size_t i = 0; i < locked[pipeline].size(); ++i) {
      locked_at.emplace(locked[pipeline][i].fingerprint, std::pair(PipelineId{pipeline}, i));
    }
  }
}

const lock::LockedStage* Workspace::locked_result(StageId id, const Digest& fingerprint) const {
  const spec::Stage& wanted = stage(id);
  const auto [first, last] = locked_at.equal_range(fingerprint);
  for (auto at = first; at != last; ++at) {
    const auto& [pipeline, i] = at->second;
    if (pipeline == wanted.pipeline && locked[pipeline.index()][i].name == wanted.name) {
      return &locked[pipeline.index()][i];
    }
  }
  return nullptr;
}

std::string utc_date(std::chrono::system_clock::time_point now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::string find_root(const std::string& from) {
  std::error_code ignored;
  for (fs::path folder = from; !folder.empty(); folder = folder.parent_path()) {
    if (fs::exists(folder / "mlpipe.yaml", ignored) ||
        fs::is_directory(folder / "pipelines", ignored) || fs::exists(folder / ".git", ignored) ||
        fs::is_directory(folder / ".mlpipe", ignored) ||
        fs::is_directory(folder / ".dvc", ignored)) {
      return folder.string();
    }
    if (folder == folder.root_path()) {
      break;
    }
  }
  return from;
}

Result<Opened> open_workspace(const OpenOptions& options, const Host& host) {
  if (dvc::is_meant(options)) {
    return dvc::open_workspace(options, host);
  }
  Opened opened;
  Workspace& workspace = opened.workspace;
  workspace.root = options.root;
  workspace.state_dir = options.root + "/.mlpipe";
  workspace.date = utc_date(host.clock->now());
  spec::LoadOptions load;
  load.root = options.root;
  load.files = options.files;
  load.profile = options.profile;
  load.run_date = workspace.date;
  load.kinds = options.kinds;
  load.version = host.version;
  TRY(workspace.loaded, spec::load(load));
  auto& diagnostics = workspace.loaded.diagnostics;
  if (diagnostics.has_errors()) {
    return opened;
  }
  workspace.graph = graph::Graph::build(workspace.project(), diagnostics);
  if (diagnostics.has_errors()) {
    return opened;
  }
  for (const spec::Stage& stage : workspace.project().stages) {
    TRY(plan::Lowered lowered, host.lower(stage));
    workspace.lowered.push_back(std::move(lowered));
    workspace.labels.push_back(workspace.project().label(stage));
  }
  TRY_OK(read_locks(workspace));
  opened.valid = true;
  return opened;
}

void check_machine(Workspace& workspace, const Host& host, const std::vector<bool>& selected) {
  const auto& stages = workspace.project().stages;
  const Machine machine;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (selected[i]) {
      if (!workspace.book) {  // a book says of each stage what it lacks, when its turn comes
        check_deps(workspace, stages[i]);
      }
      check_resources(workspace, stages[i], machine);
      check_secrets(stages[i], workspace.root, host.caller, workspace.loaded.diagnostics);
    }
  }
}

Status open_cache(Workspace& workspace) {
  // One store serves all pipelines of the repository: what one of them asks for holds for all.
  const auto& pipelines = workspace.project().pipelines;
  const auto asks = [&](auto wants) {
    return std::any_of(pipelines.begin(), pipelines.end(), wants);
  };
  const cache::Link link =
      asks([](const spec::Pipeline& p) { return p.storing.link == spec::CacheLink::hardlink; })
          ? cache::Link::hardlink
          : cache::Link::reflink_or_copy;
  workspace.durability =
      asks([](const spec::Pipeline& p) { return p.storing.commit == spec::CommitOn::power; })
          ? cache::Durability::power
          : cache::Durability::order;
  workspace.store = std::make_unique<cache::ObjectStore>(workspace.state_dir, workspace.root, link);
  workspace.index =
      std::make_unique<cache::Index>(workspace.state_dir, workspace.root, *workspace.store);
  workspace.locks = std::make_unique<cache::Locks>(workspace.state_dir);
  TRY(workspace.journal, cache::Journal::open(workspace.state_dir, workspace.durability));
  return {};
}

Status make_state_dir(const std::string& state_dir) {
  if (mkdir(state_dir.c_str(), 0777) != 0 && errno != EEXIST) {
    return fail_errno("cannot create " + state_dir, errno);
  }
  const std::string ignore = state_dir + "/.gitignore";
  if (access(ignore.c_str(), F_OK) == 0) {
    return {};
  }
  const int file = open(ignore.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) {
    return errno == EEXIST ? Status{} : Status(fail_errno("cannot write " + ignore, errno));
  }
  const bool written = write(file, "*\n", 2) == 2;
  close(file);
  return written ? Status{} : Status(fail_errno("cannot write " + ignore, errno));
}

}  // namespace mlpipe::engine
