#include "runner/engine/recover.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "runner/base/text.hpp"
#include "runner/engine/aside.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::engine {

Result<std::vector<std::string>> recover_dead_runs(Workspace& workspace, const Host& host) {
  std::vector<std::string> lines;
  TRY(const std::vector<cache::RunInfo> dead, workspace.locks->dead());
  for (const cache::RunInfo& run : dead) {
    TRY_OK(host.end_processes(run));
    TRY_OK(recover_aside(workspace.root, workspace.state_dir, run.run_id));
    TRY_OK(remove_all(workspace.state_dir + "/tmp/" + file_name_of(run.run_id)));
    TRY_OK(workspace.locks->bury(run));
    lines.push_back(fmt::format(
        "run {} (pid {}) ended uncleanly; its processes are gone and its outputs put back",
        run.run_id, run.pid));
  }
  return lines;
}

Status check_free_space(const std::string& root) {
  struct statvfs file_system {};
  constexpr std::uint64_t least = 32ULL << 20U;
  if (statvfs(root.c_str(), &file_system) != 0) {
    return {};  // unknown is no reason to refuse
  }
  const std::uint64_t free =
      static_cast<std::uint64_t>(file_system.f_bavail) * file_system.f_frsize;
  if (file_system.f_blocks > 0 && free < least) {
    return fail(
        Code::no_space,
        fmt::format("only {} are free on the file system of {}; make room, for instance with "
                    "`mlpipe gc`, and run again",
                    format_size(free), root));
  }
  return {};
}

}  // namespace mlpipe::engine
