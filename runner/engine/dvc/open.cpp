#include "runner/engine/dvc/open.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/base/text.hpp"
#include "runner/engine/dvc/dvc_book.hpp"
#include "runner/engine/files.hpp"
#include "runner/spec/source_files.hpp"

namespace mlpipe::engine::dvc {
namespace {

bool is_dvc_yaml(const std::string& path) {
  return path == "dvc.yaml" || path.ends_with("/dvc.yaml");
}

}  // namespace

bool is_meant(const OpenOptions& options) {
  if (options.dvc == DvcMode::strict) {
    return true;
  }
  if (!options.files.empty()) {
    return std::all_of(options.files.begin(), options.files.end(), is_dvc_yaml);
  }
  if (!spec::dvc::is_project(options.root)) {
    return false;
  }
  const auto own = spec::find_pipelines(options.root, {});
  return !own && own.error().code == Code::not_found;
}

Result<Opened> open_workspace(const OpenOptions& options, const Host& host) {
  if (!spec::dvc::is_project(options.root)) {
    return fail(
        Code::not_found,
        fmt::format(
            "{} is no DVC project: there is no folder .dvc in it or above; `dvc init` makes one",
            printable(options.root)));
  }
  if (!options.profile.empty()) {
    return fail(Code::usage, "profiles belong to mlpipe.yaml; a repository with dvc.yaml has none");
  }
  Opened opened;
  Workspace& workspace = opened.workspace;
  workspace.root = options.root;
  workspace.state_dir = options.root + "/.mlpipe";
  workspace.date = utc_date(host.clock->now());
  TRY(spec::dvc::Repository repository, spec::dvc::read_repository(options.root, workspace.loaded));
  auto& diagnostics = workspace.loaded.diagnostics;
  if (!diagnostics.has_errors()) {
    workspace.loaded.project = spec::dvc::to_project(repository, diagnostics);
  }
  if (!diagnostics.has_errors()) {
    workspace.graph = graph::Graph::build(workspace.project(), diagnostics);
  }
  if (diagnostics.has_errors()) {
    return opened;
  }
  for (const spec::Stage& stage : workspace.project().stages) {
    workspace.lowered.emplace_back();
    workspace.labels.push_back(stage.name);
  }
  workspace.locked.emplace_back();
  const Compat compat = options.dvc == DvcMode::strict ? Compat::strict : Compat::repaired;
  TRY(auto tracker, Tracker::open(std::move(repository), workspace.state_dir, compat));
  workspace.book.reset(new DvcBook(std::move(tracker), workspace.root));
  opened.valid = true;
  return opened;
}

DvcBook* book_of(Workspace& workspace) {
  auto* book = dynamic_cast<DvcBook*>(workspace.book.get());
  if (book != nullptr) {
    book->set_graph(workspace.graph);
  }
  return book;
}

}  // namespace mlpipe::engine::dvc
