#include "runner/cli/session.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "runner/adapter/local_executor.hpp"
#include "runner/adapter/modules.hpp"
#include "runner/adapter/system_clock.hpp"
#include "runner/base/text.hpp"
#include "runner/cli/dvc_choice.hpp"
#include "runner/cli/gate_history.hpp"
#include "runner/cli/version.hpp"
#include "runner/engine/compiled_pipelines.hpp"
#include "runner/engine/dvc/dvc_book.hpp"
#include "runner/engine/dvc/open.hpp"
#include "stages/kind.hpp"

extern char** environ;

namespace mlpipe::cli {
namespace {

namespace fs = std::filesystem;

engine::Variables caller_environment() {
  engine::Variables variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (const auto equals = text.find('='); equals != std::string_view::npos && equals > 0) {
      variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  std::sort(variables.begin(), variables.end());
  return variables;
}

std::string executable_path() {
  std::error_code error;
  const fs::path path = fs::read_symlink("/proc/self/exe", error);
  return error ? std::string("mlpipe") : path.string();
}

// Whether .git stands in the folder or above: the library alone takes longer to load than a short
// run lasts, and most that it would find out is that there is nothing.
bool may_be_in_git(const std::string& root) {
  std::error_code error;
  fs::path folder = fs::canonical(root, error);
  while (!error && !fs::exists(folder / ".git", error)) {
    if (folder == folder.root_path()) {
      return false;
    }
    folder = folder.parent_path();
  }
  return true;
}

std::vector<spec::KindRules> kind_rules() {
  std::vector<spec::KindRules> rules;
  for (const stages::Kind& kind : stages::catalog()) {
    rules.push_back(kind.rules);
  }
  return rules;
}

int exit_code_of(Code code) {
  switch (code) {
    case Code::usage:
    case Code::invalid:
    case Code::not_found:
      return 2;
    case Code::interrupted:
      return 130;
    case Code::refused:
      return 5;
    default:
      return 6;
  }
}

}  // namespace

std::string actor() {
  for (const char* name : {"GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "LOGNAME"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') {
      return value;
    }
  }
  const passwd* entry = getpwuid(getuid());
  return entry == nullptr ? fmt::format("uid {}", getuid()) : std::string(entry->pw_name);
}

int show(const Error& error) {
  std::fputs(fmt::format("mlpipe: {}\n", error.message).c_str(), stderr);
  return exit_code_of(error.code);
}

bool is_terminal(Stream stream) {
  const char* term = std::getenv("TERM");
  const char* ci = std::getenv("CI");
  const char* no_colour = std::getenv("NO_COLOR");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb" ||
                    (ci != nullptr && *ci != '\0') || (no_colour != nullptr && *no_colour != '\0');
  return !dumb && isatty(stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO) != 0;
}

Session::Session(Common common) : common_(std::move(common)) {
  std::error_code error;
  here_ = common_.folder.empty() ? fs::current_path(error).string()
                                 : fs::absolute(common_.folder, error).string();
  root_ = engine::find_root(here_);
  clock_ = std::make_unique<adapter::SystemClock>();
  host_.executable = executable_path();
  host_.version = version;
  host_.caller = caller_environment();
  host_.clock = clock_.get();
  host_.lower = [](const spec::Stage& stage) -> Result<plan::Lowered> {
    const stages::Kind* kind = stages::find_kind(stage.kind);
    return kind == nullptr ? fail(Code::internal, "unknown kind " + stage.kind)
                           : kind->lower(stage);
  };
  host_.vcs = [this]() -> Result<port::Vcs*> {
    if (!vcs_) {
      if (!may_be_in_git(root_)) {
        return fail(Code::not_found, "there is no git repository at or above " + printable(root_));
      }
      TRY(vcs_, adapter::open_vcs(root_));
    }
    return vcs_.get();
  };
  host_.end_processes = [](const cache::RunInfo& run) -> Status {
    TRY(const std::size_t ended, adapter::end_processes_with("MLPIPE_RUN_TOKEN", run.token,
                                                             std::chrono::milliseconds(2000)));
    (void)ended;
    return {};
  };
  connect_gate_history(host_, opened_.workspace, root_);
}

Session::~Session() = default;

void Session::show_diagnostics() {
  auto& loaded = opened_.workspace.loaded;
  if (!loaded.diagnostics.empty()) {
    engine::reread_texts(root_, loaded);
    const auto colour = is_terminal(Stream::err) ? spec::Colour::on : spec::Colour::off;
    std::fputs(spec::render(loaded.diagnostics, loaded.sources, colour).c_str(), stderr);
  }
}

std::string Session::folder() const {
  const std::string path = fs::path(here_).lexically_normal().string();
  return path.starts_with(root_ + '/') ? path.substr(root_.size() + 1) : std::string();
}

std::optional<int> Session::open_pipelines(Untargeted untargeted) {
  static const std::vector<spec::KindRules> rules = kind_rules();
  host_.actor = actor();  // not before: asking for the login costs more than a settled run
  engine::OpenOptions options;
  options.root = root_;
  options.files = common_.files;
  options.profile = common_.profile;
  options.kinds = rules;
  options.dvc = common_.dvc.compat ? engine::DvcMode::strict : engine::DvcMode::auto_detected;
  auto opened = engine::open_workspace(options, host_);
  if (!opened) {
    return show(opened.error());
  }
  opened_ = std::move(*opened);
  show_diagnostics();
  if (!opened_.valid) {
    return 2;
  }
  if (auto* book = engine::dvc::book_of(workspace())) {
    auto chosen = select_dvc(*book, workspace().graph, common_, folder(), untargeted);
    if (!chosen) {
      return show(chosen.error());
    }
    selected_ = std::move(chosen->selected);
    named_ = std::move(chosen->named);
    return std::nullopt;
  }
  if (const Status refused = refuse_dvc_flags(common_); !refused) {
    return show(refused.error());
  }
  graph::Selection selection;
  selection.targets = common_.targets;
  selection.tags = common_.tags;
  selection.reach = common_.only         ? graph::Selection::Reach::only
                    : common_.downstream ? graph::Selection::Reach::downstream
                                         : graph::Selection::Reach::with_upstream;
  auto selected = graph::select(workspace().project(), workspace().graph, selection);
  if (!selected) {
    return show(selected.error());
  }
  selected_ = std::move(*selected);
  return std::nullopt;
}

std::vector<bool> Session::named() const {
  if (opened_.workspace.book) {
    return named_;
  }
  graph::Selection selection;
  selection.targets = common_.targets;
  selection.tags = common_.tags;
  selection.reach = graph::Selection::Reach::only;
  const auto& space = opened_.workspace;
  auto flags = graph::select(space.project(), space.graph, selection);
  return flags ? std::move(*flags) : std::vector<bool>(space.graph.size(), false);
}

std::optional<int> Session::open_cache() {
  const Status opened = engine::open_cache(workspace());
  return opened ? std::nullopt : std::optional<int>(show(opened.error()));
}

std::optional<int> Session::check_machine() {
  spec::Diagnostics& diagnostics = workspace().loaded.diagnostics;
  const std::size_t before = diagnostics.items().size();
  engine::check_machine(workspace(), host_, selected_);
  if (diagnostics.items().size() > before) {
    show_diagnostics();
  }
  return diagnostics.has_errors() ? std::optional<int>(2) : std::nullopt;
}

std::optional<int> Session::open_executor() {
  auto executor = adapter::make_local_executor();
  if (!executor) {
    return show(executor.error());
  }
  executor_ = std::move(*executor);
  host_.executor = executor_.get();
  return std::nullopt;
}

}  // namespace mlpipe::cli
