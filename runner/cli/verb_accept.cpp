// `mlpipe accept STAGE --reason TEXT`.
#include <fmt/format.h>

#include <cstdio>

#include "runner/cli/verbs.hpp"
#include "runner/engine/accept.hpp"

namespace mlpipe::cli {

int accept(const AcceptArguments& arguments) {
  if (arguments.reason.find_first_not_of(" \t") == std::string::npos) {
    return show({Code::usage, "a result that nobody ran needs a reason: --reason \"...\""});
  }
  Common common = arguments.common;
  common.targets = {arguments.stage};
  common.only = true;
  Session session(common);
  if (const auto failed = session.open_pipelines()) {
    return *failed;
  }
  if (const auto failed = session.open_cache()) {
    return *failed;
  }
  engine::Workspace& workspace = session.workspace();
  if (workspace.book) {
    return show({Code::usage,
                 "in a repository with dvc.yaml, `mlpipe data commit STAGE` takes what stands on "
                 "the disk"});
  }
  int code = 0;
  for (std::uint32_t i = 0; i < workspace.graph.size(); ++i) {
    if (!session.selected()[i]) {
      continue;
    }
    const auto accepted =
        engine::accept_result(workspace, session.host(), StageId{i}, arguments.reason);
    if (!accepted) {
      code = show({accepted.error().code, workspace.labels[i] + ": " + accepted.error().message});
      continue;
    }
    std::fputs(
        fmt::format("{}: accepted with {} output{} ({})\n", workspace.labels[i], accepted->outs,
                    accepted->outs == 1 ? "" : "s", accepted->fingerprint.short_hex())
            .c_str(),
        stdout);
  }
  return code;
}

}  // namespace mlpipe::cli
