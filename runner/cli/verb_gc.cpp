// `mlpipe gc`: removes stored objects that no recent, last, locked or blessed result needs.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "runner/cli/gc_collect.hpp"
#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string tally_text(const cache::Tally& tally) {
  return fmt::format("{} object{}, {}", tally.objects, tally.objects == 1 ? "" : "s",
                     format_size(tally.bytes));
}

Json tally_json(const cache::Tally& tally) {
  return {{"objects", tally.objects}, {"bytes", tally.bytes}};
}

void print(const Collected& collected, bool dry_run, bool json) {
  const cache::GcReport& report = collected.objects;
  if (json) {
    const Json answer = {{"dry_run", dry_run},
                         {"removed", tally_json(report.unreachable)},
                         {"evicted", tally_json(report.evicted)},
                         {"kept", tally_json(report.kept)},
                         {"young", tally_json(report.young)},
                         {"results", collected.results},
                         {"runs", collected.runs}};
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
  if (collected.results + collected.runs > 0) {
    text += fmt::format("\n{}: {} older result{}, events and logs of {} run{}",
                        dry_run ? "would forget" : "forgot", collected.results,
                        collected.results == 1 ? "" : "s", collected.runs,
                        collected.runs == 1 ? "" : "s");
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
  const auto report =
      collect(session, keep, arguments.dry_run ? cache::Sweep::dry_run : cache::Sweep::remove);
  if (!report) {
    return show(report.error());
  }
  print(*report, arguments.dry_run, arguments.common.json);
  return 0;
}

}  // namespace mlpipe::cli
