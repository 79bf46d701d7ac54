// `mlpipe gc`: removes stored objects that no recent, last, locked or blessed result needs.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "runner/cache/gc.hpp"
#include "runner/cli/gc_roots.hpp"
#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::hours default_keep{24 * 30};

std::string tally_text(const cache::Tally& tally) {
  return fmt::format("{} object{}, {}", tally.objects, tally.objects == 1 ? "" : "s",
                     format_size(tally.bytes));
}

Json tally_json(const cache::Tally& tally) {
  return {{"objects", tally.objects}, {"bytes", tally.bytes}};
}

// The largest of several: what one pipeline may keep is not taken away by another.
std::optional<std::uint64_t> most_bytes(const engine::Workspace& workspace) {
  std::optional<std::uint64_t> most;
  for (const spec::Pipeline& pipeline : workspace.project().pipelines) {
    if (!pipeline.storing.max_size) {
      return std::nullopt;
    }
    most = std::max(most.value_or(0), *pipeline.storing.max_size);
  }
  return most;
}

void print(const cache::GcReport& report, bool dry_run, bool json) {
  if (json) {
    const Json answer = {{"dry_run", dry_run},
                         {"removed", tally_json(report.unreachable)},
                         {"evicted", tally_json(report.evicted)},
                         {"kept", tally_json(report.kept)},
                         {"young", tally_json(report.young)}};
    std::puts(answer.dump().c_str());
    return;
  }
  std::string text =
      fmt::format("{}: {}\n", dry_run ? "would remove" : "removed", tally_text(report.unreachable));
  if (report.evicted.objects > 0) {
    text += fmt::format("{} to stay below cache.max_size: {}\n",
                        dry_run ? "would remove" : "removed", tally_text(report.evicted));
  }
  text += "kept: " + tally_text(report.kept);
  if (report.young.objects > 0) {
    text += fmt::format(" (of them used within the last hour, needed by nothing: {})",
                        tally_text(report.young));
  }
  std::puts(text.c_str());
}

}  // namespace

int gc(const GcArguments& arguments) {
  std::chrono::milliseconds keep = default_keep;
  if (!arguments.keep_days.empty()) {
    const auto asked = parse_duration(arguments.keep_days);
    if (!asked) {
      return show({Code::usage, fmt::format("--keep: `{}` is no age; write 30d, 12h or 0",
                                            arguments.keep_days)});
    }
    keep = *asked;
  }
  Session session(arguments.common);
  if (const auto failed = session.open_pipelines()) {
    return *failed;  // without its lock files nobody can say what is needed
  }
  if (const auto failed = session.open_cache()) {
    return *failed;
  }
  const engine::Workspace& workspace = session.workspace();
  const auto alive = workspace.locks->alive();
  if (!alive) {
    return show(alive.error());
  }
  if (!alive->empty() && !arguments.dry_run) {
    return show({Code::busy,
                 fmt::format("run {} (pid {}) is alive and may be about to restore what would go; "
                             "collect when it has ended, or look with --dry-run",
                             alive->front().run_id, alive->front().pid)});
  }
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      session.host().clock->now().time_since_epoch());
  auto roots = gc_roots(workspace, now, keep);
  if (!roots) {
    return show(roots.error());
  }
  cache::GcRequest request;
  request.roots = std::move(roots->kept);
  request.pinned = std::move(roots->pinned);
  request.max_size = most_bytes(workspace);
  request.sweep = arguments.dry_run ? cache::Sweep::dry_run : cache::Sweep::remove;
  const auto report = cache::collect_garbage(workspace.state_dir, request);
  if (!report) {
    return show(report.error());
  }
  print(*report, arguments.dry_run, arguments.common.json);
  return 0;
}

}  // namespace mlpipe::cli
