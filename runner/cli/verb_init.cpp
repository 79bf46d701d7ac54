// `mlpipe init`: looks at the repository and writes a pipeline that runs there.
#include <fmt/format.h>

#include <cstdio>

#include "runner/adapter/local_executor.hpp"
#include "runner/cli/init/draft.hpp"
#include "runner/cli/init/survey.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/files.hpp"
#include "runner/spec/dvc/repository.hpp"

namespace mlpipe::cli {
namespace {

constexpr std::chrono::seconds probe_time{20};

// Starts the interpreter; it looks for the module without importing it.
bool has_module(Session& session, const std::string& interpreter, const std::string& module) {
  port::Command command;
  command.argv = {interpreter, "-c",
                  "import importlib.util as u, sys; sys.exit(0 if u.find_spec(sys.argv[1]) else 3)",
                  module};
  command.env = session.host().caller;
  command.working_dir = session.root();
  command.timeout = probe_time;
  port::Executor& executor = *session.host().executor;
  const auto started = executor.start(command);
  while (started) {
    const auto polled = executor.poll(std::chrono::milliseconds(1000));
    if (!polled || polled->interrupted) {
      return false;
    }
    for (const port::Exit& exit : polled->exits) {
      if (exit.id == *started) {
        return exit.cause == port::ExitCause::exited && exit.code == 0;
      }
    }
  }
  return false;
}

void say(const std::string& text) {
  std::fputs((text + "\n").c_str(), stderr);
}

// What was written is read back as any pipeline is: what does not hold is shown at once.
int check(const Common& common) {
  Session session(common);
  if (const auto failed = session.open_pipelines()) {
    say("some of it needs your hand before `mlpipe run` (see above)");
    return *failed;
  }
  if (const auto failed = session.open_cache()) {
    return *failed;
  }
  if (const auto failed = session.check_machine()) {
    say("some of it needs your hand before `mlpipe run` (see above)");
    return *failed;
  }
  say("next: mlpipe run");
  return 0;
}

}  // namespace

int init(const InitArguments& arguments) {
  if (!arguments.folder.empty() && !engine::stands(arguments.folder)) {
    return show({Code::usage, fmt::format("the folder {} does not exist", arguments.folder)});
  }
  Common common;
  common.folder = arguments.folder;
  Session session(common);
  const std::string path = session.root() + "/mlpipe.yaml";
  if (!arguments.print_only && !arguments.force && engine::stands(path)) {
    return show(
        {Code::usage,
         path + " is there already: --print shows what would be written, --force replaces it"});
  }
  const bool dvc =
      spec::dvc::is_project(session.root()) && engine::stands(session.root() + "/dvc.yaml");
  if (dvc && !arguments.print_only && !arguments.force) {
    say("found a DVC repository: `mlpipe run` works as it is, on dvc.yaml and dvc.lock");
    say("--print shows what an mlpipe.yaml would hold, --force writes it");
    return 0;
  }
  if (const auto failed = session.open_executor()) {
    return *failed;
  }
  const draft::Survey survey = draft::look_around(session.root());
  const auto drafted =
      draft::draft_pipeline(survey, [&](const std::string& interpreter, const std::string& module) {
        return has_module(session, interpreter, module);
      });
  if (!drafted) {
    return show(drafted.error());
  }
  for (const std::string& found : drafted->found) {
    say("found " + found);
  }
  for (const std::string& note : drafted->notes) {
    say("note: " + note);
  }
  if (arguments.print_only) {
    std::fputs(drafted->text.c_str(), stdout);
    return 0;
  }
  if (const Status written = engine::write_file(path, drafted->text); !written) {
    return show(written.error());
  }
  say("wrote " + path);
  common.files = {"mlpipe.yaml"};
  common.folder = session.root();
  return check(common);
}

}  // namespace mlpipe::cli
