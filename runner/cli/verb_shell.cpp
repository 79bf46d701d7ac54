// `mlpipe shell STAGE [-- COMMAND...]`: the folder and environment of a stage, with nothing set
// aside and nothing recorded.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "runner/cli/verbs.hpp"
#include "runner/engine/book.hpp"
#include "runner/engine/command_line.hpp"
#include "runner/engine/environment.hpp"
#include "runner/engine/secrets.hpp"
#include "runner/engine/toolchain.hpp"

namespace mlpipe::cli {
namespace {

// Does not return where it succeeds.
int become(const std::vector<std::string>& argv, const engine::Variables& variables,
           const std::string& folder) {
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) {
    entries.push_back(name + "=" + value);
  }
  std::vector<char*> arguments;
  std::vector<char*> environment;
  for (const std::string& argument : argv) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  for (std::string& entry : entries) {
    environment.push_back(entry.data());
  }
  arguments.push_back(nullptr);
  environment.push_back(nullptr);
  if (chdir(folder.c_str()) != 0) {
    return show(fail_errno("cannot enter " + folder, errno).value());
  }
  execvpe(arguments[0], arguments.data(), environment.data());
  return show(fail_errno("cannot start " + argv[0], errno).value());
}

}  // namespace

int shell(const ShellArguments& arguments) {
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
  if (const auto failed = session.open_executor()) {
    return *failed;
  }
  engine::Workspace& workspace = session.workspace();
  const auto& flags = session.selected();
  std::optional<StageId> id;
  for (std::uint32_t i = 0; i < flags.size(); ++i) {
    if (flags[i] && id) {
      return show({Code::usage, fmt::format("`{}` names several stages; say one, e.g. {}",
                                            arguments.stage, workspace.label(*id))});
    }
    id = flags[i] ? std::optional<StageId>(StageId{i}) : id;
  }
  const spec::Stage& stage = workspace.stage(*id);
  const auto toolchain = engine::resolve_toolchain(stage.environment, workspace.root,
                                                   session.host().caller, *workspace.index);
  if (!toolchain) {
    return show(toolchain.error());
  }
  std::vector<port::Polled> backlog;
  const auto secrets = engine::read_secrets(stage, workspace.root, session.host().caller,
                                            *session.host().executor, backlog);
  if (!secrets) {
    return show(secrets.error());
  }
  engine::Variables variables =
      workspace.book ? workspace.book->launch(*id, session.host()).environment
                     : engine::stage_environment(stage, session.host().caller, toolchain->bin);
  for (const auto& [name, value] : *secrets) {
    engine::set_variable(variables, name, value);
  }
  engine::set_variable(variables, "MLPIPE_STAGE", workspace.label(*id));
  engine::set_variable(variables, "MLPIPE_ROOT", workspace.root);
  if (stage.seed) {
    engine::set_variable(variables, "MLPIPE_SEED", std::to_string(*stage.seed));
  }
  if (!stage.cmd.empty() && arguments.command.empty()) {
    std::fputs(fmt::format("the stage runs: {}\n", stage.cmd).c_str(), stderr);
  }
  const char* own = std::getenv("SHELL");
  const std::vector<std::string> argv =
      arguments.command.empty()
          ? std::vector<std::string>{own != nullptr && *own != '\0' ? own : "/bin/sh"}
          : arguments.command;
  return become(argv, variables,
                workspace.root + (stage.working_dir == "." ? "" : "/" + stage.working_dir));
}

}  // namespace mlpipe::cli
