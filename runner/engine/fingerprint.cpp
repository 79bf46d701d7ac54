#include "runner/engine/fingerprint.hpp"

#include <fmt/format.h>

#include "runner/base/text.hpp"
#include "runner/engine/environment.hpp"

namespace mlpipe::engine {
namespace {

#if defined(__x86_64__)
constexpr std::string_view platform = "linux-x86_64";
#elif defined(__aarch64__)
constexpr std::string_view platform = "linux-aarch64";
#else
constexpr std::string_view platform = "linux-other";
#endif

std::string_view shell_name(spec::Shell shell) {
  switch (shell) {
    case spec::Shell::sh:
      return "sh";
    case spec::Shell::bash:
      return "bash";
    case spec::Shell::none:
      return "none";
  }
  return "sh";
}

bool ends_with(std::string_view text, std::string_view tail) {
  return text.size() >= tail.size() && text.substr(text.size() - tail.size()) == tail;
}

// The identity of a gate's candidate: what stands in its metrics files, whatever they are called.
std::string candidate_identity(const spec::Stage& stage, const plan::Lowered& lowered,
                               const std::vector<port::Content>& contents) {
  Sha256 hasher;
  for (std::size_t i = 0; i < stage.deps.size(); ++i) {
    for (const std::string& path : lowered.candidate) {
      if (path == stage.deps[i].path) {
        hasher.update(port::to_text(contents[i]) + "\n");
      }
    }
  }
  return hasher.finish().hex();
}

}  // namespace

std::string describe_out(const spec::Out& out) {
  std::string_view role = "out";
  if (out.role != spec::OutRole::out) {
    role = out.role == spec::OutRole::metric ? "metric" : "plot";
  }
  return fmt::format("{}{}{}", role, out.caching == spec::Caching::uncached ? " uncached" : "",
                     out.persist == spec::Persist::yes ? " persist" : "");
}

Result<std::vector<port::Content>> look_at_deps(Workspace& workspace, const spec::Stage& stage) {
  std::vector<port::Content> contents;
  contents.reserve(stage.deps.size());
  for (const spec::Dep& dep : stage.deps) {
    if (const auto assumed = workspace.assumed.find(dep.path); assumed != workspace.assumed.end()) {
      contents.push_back(assumed->second);
      continue;
    }
    const bool cells = dep.notebook == spec::Notebook::code_cells && ends_with(dep.path, ".ipynb");
    TRY(port::Content content, cells ? workspace.index->look_notebook(dep.path)
                                     : workspace.index->look(dep.path, cache::View::dependency));
    if (content.type == port::EntryType::missing) {
      return fail(Code::not_found, fmt::format("`{}` does not exist", printable(dep.path)));
    }
    contents.push_back(content);
  }
  return contents;
}

Result<Fingerprinted> fingerprint(Workspace& workspace, const Host& host, StageId id) {
  const spec::Stage& stage = workspace.stage(id);
  const plan::Lowered& lowered = workspace.lowered[id.index()];
  Fingerprinted result;
  plan::Manifest& manifest = result.manifest;
  manifest.add(plan::Tag::kind, stage.kind, std::to_string(lowered.kind_version));
  manifest.add(plan::Tag::config, "", lowered.config);
  if (!stage.cmd.empty()) {
    manifest.add(plan::Tag::command, "cmd", stage.cmd);
    manifest.add(plan::Tag::command, "shell", shell_name(stage.shell));
    manifest.add(plan::Tag::command, "working_dir", stage.working_dir);
  }
  for (const spec::Out& out : stage.outs) {
    manifest.add(plan::Tag::out, out.path, describe_out(out));
  }
  TRY(result.deps, look_at_deps(workspace, stage));
  for (std::size_t i = 0; i < stage.deps.size(); ++i) {
    manifest.add(plan::Tag::dep, stage.deps[i].path, port::to_text(result.deps[i]));
  }
  for (const spec::Param& param : stage.params) {
    manifest.add(plan::Tag::param, param.file + ":" + param.key, param.value);
  }
  count_environment(stage, host.caller, manifest);
  TRY(result.toolchain,
      resolve_toolchain(stage.environment, workspace.root, host.caller, *workspace.index));
  for (const auto& [name, digest] : result.toolchain.digests) {
    manifest.add(plan::Tag::environment, name, digest);
  }
  manifest.add(plan::Tag::platform, platform, "");
  if (stage.seed) {
    manifest.add(plan::Tag::seed, "seed", std::to_string(*stage.seed));
  }
  if (lowered.baseline) {
    result.candidate = candidate_identity(stage, lowered, result.deps);
    TRY(result.baseline, host.baseline(stage, *lowered.baseline, lowered, result.candidate));
    manifest.add(plan::Tag::baseline, "", result.baseline->id);
  }
  result.fingerprint = manifest.fingerprint();
  return result;
}

}  // namespace mlpipe::engine
