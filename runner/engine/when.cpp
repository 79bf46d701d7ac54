#include "runner/engine/when.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "runner/base/text.hpp"
#include "runner/engine/environment.hpp"

namespace mlpipe::engine {
namespace {

std::string variable(const Host& host, std::string_view name) {
  const std::string* value = find_variable(host.caller, name);
  return value == nullptr ? std::string() : *value;
}

bool any_matches(const std::vector<std::string>& globs, const std::string& text) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return glob_match(glob, text); });
}

// What "changed" compares with: where this branch left the default branch; on the default branch
// itself its last commit.
Result<std::string> comparison_base(port::Vcs& vcs, const std::string& head) {
  for (const char* name : {"origin/HEAD", "origin/main", "origin/master", "main", "master"}) {
    const auto tip = vcs.resolve(name);
    if (!tip) {
      continue;
    }
    TRY(std::string base, vcs.merge_base(head, *tip));
    if (base != head) {
      return base;
    }
    auto parent = vcs.resolve("HEAD^");
    return parent ? *parent : base;
  }
  return head;
}

Result<std::optional<std::string>> unmet_changed(const Host& host,
                                                 const std::vector<std::string>& globs) {
  TRY(port::Vcs * vcs, host.vcs());
  TRY(const port::Head head, vcs->head());
  TRY(const std::string base, comparison_base(*vcs, head.commit));
  TRY(const std::vector<std::string> paths, vcs->changed_since(base));
  const bool hit = std::any_of(paths.begin(), paths.end(),
                               [&](const std::string& path) { return any_matches(globs, path); });
  return hit ? std::optional<std::string>()
             : fmt::format("nothing matching {} changed since {}", fmt::join(globs, ", "),
                           base.substr(0, 12));
}

std::optional<std::string> unmet_env(const Host& host,
                                     const std::vector<spec::When::EnvIs>& conditions) {
  for (const spec::When::EnvIs& condition : conditions) {
    const std::string value = variable(host, condition.name);
    if (condition.equals ? value != *condition.equals : value.empty()) {
      return condition.equals
                 ? fmt::format("the variable {} is not `{}`", condition.name, *condition.equals)
                 : fmt::format("the variable {} is not set", condition.name);
    }
  }
  return std::nullopt;
}

std::optional<std::string> unmet_stage(const Workspace& workspace,
                                       const std::vector<spec::When::StageIs>& conditions,
                                       const StateOf& state_of) {
  for (const spec::When::StageIs& condition : conditions) {
    for (std::uint32_t i = 0; i < workspace.project().stages.size(); ++i) {
      const spec::Stage& other = workspace.project().stages[i];
      if (other.name != condition.stage && other.group != condition.stage &&
          workspace.labels[i] != condition.stage) {
        continue;
      }
      const auto state = state_of(StageId{i});
      const std::string_view shown = state ? run::name(*state) : "not part of this run";
      if (std::find(condition.states.begin(), condition.states.end(), shown) ==
          condition.states.end()) {
        return fmt::format("stage {} is {}, not {}", other.name, shown,
                           fmt::join(condition.states, " or "));
      }
    }
  }
  return std::nullopt;
}

}  // namespace

bool touches(const spec::Stage& stage, const spec::Pipeline& pipeline,
             const std::vector<std::string>& paths) {
  const auto covers = [](const std::string& declared, const std::string& path) {
    return declared == path || glob_match(declared, path) ||
           (path.size() > declared.size() && path.compare(0, declared.size(), declared) == 0 &&
            path[declared.size()] == '/');
  };
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return path == pipeline.path || path == pipeline.params_file ||
           std::any_of(stage.deps.begin(), stage.deps.end(),
                       [&](const spec::Dep& dep) { return covers(dep.path, path); }) ||
           std::any_of(stage.params.begin(), stage.params.end(),
                       [&](const spec::Param& param) { return param.file == path; }) ||
           std::any_of(stage.environment.lock.begin(), stage.environment.lock.end(),
                       [&](const std::string& lock) { return lock == path; });
  });
}

Result<Revision> current_revision(const Host& host) {
  Revision revision;
  TRY(port::Vcs * vcs, host.vcs());
  TRY(const port::Head head, vcs->head());
  revision = {head.commit, head.branch, head.tags, head.dirty};
  if (revision.branch.empty()) {
    for (const char* name : {"MLPIPE_BRANCH", "GITHUB_HEAD_REF",
                             "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_BRANCH"}) {
      revision.branch = revision.branch.empty() ? variable(host, name) : revision.branch;
    }
    if (revision.branch.empty() && variable(host, "GITHUB_REF_TYPE") == "branch") {
      revision.branch = variable(host, "GITHUB_REF_NAME");
    }
  }
  const std::string tag = variable(host, "GITHUB_REF_TYPE") == "tag"
                              ? variable(host, "GITHUB_REF_NAME")
                              : variable(host, "CI_COMMIT_TAG");
  if (!tag.empty() &&
      std::find(revision.tags.begin(), revision.tags.end(), tag) == revision.tags.end()) {
    revision.tags.push_back(tag);
  }
  return revision;
}

Result<std::optional<std::string>> unmet_condition(const Workspace& workspace, const Host& host,
                                                   const spec::When& when,
                                                   const StateOf& state_of) {
  if (auto unmet = unmet_env(host, when.env)) {
    return unmet;
  }
  if (auto unmet = unmet_stage(workspace, when.stage, state_of)) {
    return unmet;
  }
  if (when.branch.empty() && when.tag.empty() && when.changed.empty()) {
    return std::optional<std::string>();
  }
  TRY(const Revision revision, current_revision(host));
  if (!when.branch.empty() && !any_matches(when.branch, revision.branch)) {
    return std::optional<std::string>(
        fmt::format("the branch is {}, not {}",
                    revision.branch.empty() ? "unknown (detached HEAD)" : revision.branch,
                    fmt::join(when.branch, " or ")));
  }
  const bool tagged =
      std::any_of(revision.tags.begin(), revision.tags.end(),
                  [&](const std::string& tag) { return any_matches(when.tag, tag); });
  if (!when.tag.empty() && !tagged) {
    return std::optional<std::string>(
        fmt::format("no tag here matches {}", fmt::join(when.tag, " or ")));
  }
  return when.changed.empty() ? std::optional<std::string>() : unmet_changed(host, when.changed);
}

}  // namespace mlpipe::engine
