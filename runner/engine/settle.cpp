#include "runner/engine/settle.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <thread>

#include "runner/base/text.hpp"
#include "runner/cache/answer_file.hpp"
#include "runner/cache/checksum.hpp"
#include "runner/engine/environment.hpp"

namespace mlpipe::engine {
namespace {

// Fields of a payload, each ended by a NUL:
//   date-or-empty machine environment-checksum stages pipeline... "" variable...
constexpr char end = '\0';
constexpr std::string_view kind = "settled";

std::string state_dir_of(const std::string& root) {
  return root + "/.mlpipe";
}

std::string machine() {
  return fmt::format("{} cores, {} pages", std::thread::hardware_concurrency(),
                     sysconf(_SC_PHYS_PAGES));
}

// Of the variables that count for some stage, in their order; values leave no trace but this.
std::string environment_of(const std::vector<std::string_view>& names, const Variables& caller) {
  std::string text;
  for (const auto& [name, value] : caller) {
    if (counts_by_default(name)) {
      text.append(name).append("=").append(value).push_back(end);
    }
  }
  for (const std::string_view name : names) {
    const std::string* value = find_variable(caller, name);
    text.append(name).append(value == nullptr ? "" : "=" + *value).push_back(end);
  }
  return fmt::format("{:016x}", cache::checksum(text));
}

bool may_change_unseen(const spec::Stage& stage, const plan::Lowered& lowered) {
  return stage.when || stage.max_age || stage.always_run || lowered.always_run || lowered.deploys ||
         lowered.baseline || lowered.verdict == plan::Verdict::fresh || !stage.secrets.empty() ||
         !stage.environment.python.empty() || !stage.environment.tools.empty() ||
         stage.resources.gpus > 0;
}

std::vector<std::string_view> fields_of(std::string_view payload) {
  std::vector<std::string_view> fields = split(payload, end);
  if (!fields.empty()) {
    fields.pop_back();  // behind the last end
  }
  return fields;
}

bool another_run_is_registered(const std::string& state_dir) {
  const std::string folder = state_dir + "/locks/runs";
  const cache::Fd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    return errno != ENOENT;
  }
  const auto names = cache::list_folder(fd.get(), folder);
  return !names || !names->empty();
}

}  // namespace

std::optional<SettledRun> still_settled(const Question& question, const Variables& caller,
                                        std::chrono::system_clock::time_point now) {
  const std::string state_dir = state_dir_of(question.root);
  const std::string key = key_of(question);
  const auto file = cache::AnswerFile::open(state_dir, kind, key);
  if (!file || key.empty()) {
    return std::nullopt;
  }
  const auto fields = fields_of(file->payload());
  constexpr std::size_t fixed = 4;
  if (fields.size() <= fixed || (!fields[0].empty() && fields[0] != utc_date(now)) ||
      fields[1] != machine()) {
    return std::nullopt;
  }
  SettledRun run;
  const auto blank = std::find(fields.begin() + fixed, fields.end(), std::string_view());
  for (auto at = fields.begin() + fixed; at != blank; ++at) {
    run.pipelines.emplace_back(*at);
  }
  const std::vector<std::string_view> names(blank == fields.end() ? blank : blank + 1,
                                            fields.end());
  std::from_chars(fields[3].data(), fields[3].data() + fields[3].size(), run.stages);
  if (fields[2] != environment_of(names, caller) || another_run_is_registered(state_dir) ||
      !file->stands(question.root)) {
    return std::nullopt;
  }
  return run;
}

Status settle(const Workspace& workspace, const Question& question, const Host& host,
              const std::vector<bool>& selected, cache::Seen& seen) {
  const spec::Project& project = workspace.project();
  std::set<std::string_view> names;
  std::size_t stages = 0;
  for (std::size_t i = 0; i < selected.size(); ++i) {
    const spec::Stage& stage = project.stages[i];
    if (selected[i]) {
      ++stages;
      if (may_change_unseen(stage, workspace.lowered[i])) {
        return {};
      }
      names.insert(stage.env.pass.begin(), stage.env.pass.end());
      names.insert(stage.env.count.begin(), stage.env.count.end());
    }
  }
  if (!workspace.loaded.diagnostics.empty()) {
    return {};  // warnings are to be seen again
  }
  TRY_OK(see_sources(workspace.root, workspace.loaded, seen));
  for (const spec::Pipeline& pipeline : project.pipelines) {
    see_path(workspace.root, pipeline.lock_path, seen);
  }
  see_path(workspace.root, ".mlpipe/journal", seen);
  const std::string key = key_of(question);
  const auto entries = seen.take();
  if (entries.empty() || key.empty()) {
    return {};
  }
  const std::vector<std::string_view> sorted(names.begin(), names.end());
  std::string payload = workspace.loaded.reads_clock ? workspace.date : std::string();
  payload.append(1, end).append(machine()).append(1, end);
  payload.append(environment_of(sorted, host.caller)).append(1, end);
  payload.append(std::to_string(stages)).append(1, end);
  for (const spec::Pipeline& pipeline : project.pipelines) {
    payload.append(pipeline.name).append(1, end);
  }
  payload.append(1, end);
  for (const std::string_view name : sorted) {
    payload.append(name).append(1, end);
  }
  return cache::write_answer(workspace.state_dir, kind, key, payload, entries);
}

}  // namespace mlpipe::engine
