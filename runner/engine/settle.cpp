#include "runner/engine/settle.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <thread>
#include <unordered_set>

#include "runner/base/text.hpp"
#include "runner/cache/answer_file.hpp"
#include "runner/cache/checksum.hpp"
#include "runner/cache/glob.hpp"
#include "runner/engine/environment.hpp"

namespace mlpipe::engine {
namespace {

// Fields of a payload, each ended by a NUL:
//   date-or-empty machine environment-checksum journal stages pipeline... "" variable...
constexpr char end = '\0';
constexpr std::string_view kind = "settled";
// More than that, and looking at each stage anew is as quick.
constexpr std::size_t most_changed = 1024;

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

// The journal only grows: what was recorded since is of stages whose files changed with it.
enum class Growth : std::uint8_t { none, some, other_file };

std::string journal_text(const std::string& state_dir) {
  struct stat status {};
  return stat((state_dir + "/journal").c_str(), &status) == 0
             ? fmt::format("{} {} {}", status.st_dev, status.st_ino, status.st_size)
             : std::string();
}

Growth growth_since(std::string_view then, const std::string& state_dir) {
  const std::string now = journal_text(state_dir);
  if (now == then) {
    return Growth::none;
  }
  const auto file = [](std::string_view text) { return text.substr(0, text.rfind(' ')); };
  const auto size = [](std::string_view text) {
    std::uint64_t bytes = 0;
    std::from_chars(text.data() + text.rfind(' ') + 1, text.data() + text.size(), bytes);
    return bytes;
  };
  return !now.empty() && file(now) == file(then) && size(now) >= size(then) ? Growth::some
                                                                            : Growth::other_file;
}

// The paths that changed, and the folders they lie in.
class Touched {
 public:
  explicit Touched(const std::vector<std::string>& changed) {
    for (const std::string_view path : changed) {
      files_.insert(path);
      for (auto slash = path.rfind('/'); slash != std::string_view::npos && slash > 0;
           slash = path.rfind('/', slash - 1)) {
        folders_.insert(path.substr(0, slash));
      }
    }
  }
  [[nodiscard]] bool file(std::string_view path) const { return files_.count(path) > 0; }
  [[nodiscard]] bool below(std::string_view folder) const {
    return file(folder) || folders_.count(folder) > 0;
  }
  [[nodiscard]] bool directly_in(std::string_view folder) const {
    return std::any_of(files_.begin(), files_.end(), [&](std::string_view path) {
      return path == folder || path.substr(0, path.rfind('/')) == folder;
    });
  }
  // A file, a folder with all below it, or a glob with all below its fixed part.
  [[nodiscard]] bool concerns(std::string_view path) const {
    if (files_.empty()) {
      return false;
    }
    const std::string fixed = is_glob(path) ? cache::literal_prefix(path) : std::string(path);
    return fixed.empty() || fixed == "." || below(fixed);
  }

 private:
  std::unordered_set<std::string_view> files_;
  std::unordered_set<std::string_view> folders_;
};

// Old entries of paths that still stand as they did, beside what was seen now.
std::vector<cache::Seen::Entry> joined(std::vector<cache::Seen::Entry> seen, const Settled& base) {
  std::unordered_set<std::string_view> newer(base.changed.begin(), base.changed.end());
  for (const auto& entry : seen) {
    newer.insert(entry.path);
  }
  std::vector<cache::Seen::Entry> all = seen;
  for (auto& entry : base.file.entries()) {
    if (newer.count(entry.path) == 0) {
      all.push_back(std::move(entry));
    }
  }
  return all;
}

}  // namespace

std::optional<Settled> find_settled(const Question& question, const Variables& caller,
                                    std::chrono::system_clock::time_point now) {
  const std::string state_dir = state_dir_of(question.root);
  const std::string key = key_of(question);
  auto file = key.empty() ? std::nullopt : cache::AnswerFile::open(state_dir, kind, key);
  if (!file) {
    return std::nullopt;
  }
  const auto fields = fields_of(file->payload());
  constexpr std::size_t fixed = 5;
  if (fields.size() <= fixed || (!fields[0].empty() && fields[0] != utc_date(now)) ||
      fields[1] != machine()) {
    return std::nullopt;
  }
  const auto blank = std::find(fields.begin() + fixed, fields.end(), std::string_view());
  const std::vector<std::string_view> names(blank == fields.end() ? blank : blank + 1,
                                            fields.end());
  const Growth journal = growth_since(fields[3], state_dir);
  if (fields[2] != environment_of(names, caller) || journal == Growth::other_file ||
      another_run_is_registered(state_dir)) {
    return std::nullopt;
  }
  auto changed = file->changed(question.root, most_changed);
  if (!changed) {
    return std::nullopt;
  }
  Settled settled{{}, 0, std::move(*changed), journal == Growth::none, std::move(*file)};
  for (auto at = fields.begin() + fixed; at != blank; ++at) {
    settled.pipelines.emplace_back(*at);
  }
  std::from_chars(fields[4].data(), fields[4].data() + fields[4].size(), settled.stages);
  return settled;
}

std::vector<bool> untouched(const Workspace& workspace, const Settled& settled) {
  const spec::Project& project = workspace.project();
  const Touched touched(settled.changed);
  for (const auto* paths : {&workspace.loaded.files_read, &workspace.loaded.files_absent}) {
    if (std::any_of(paths->begin(), paths->end(), [&](const auto& p) { return touched.file(p); })) {
      return {};
    }
  }
  if (touched.file(".mlpipeignore") || touched.directly_in("pipelines")) {
    return {};
  }
  std::vector<bool> flags(project.stages.size(), true);
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const spec::Stage& stage = project.stages[i];
    const auto by_path = [&](const auto& item) { return touched.concerns(item.path); };
    const auto& locks = stage.environment.lock;
    flags[i] = std::none_of(stage.deps.begin(), stage.deps.end(), by_path) &&
               std::none_of(stage.outs.begin(), stage.outs.end(), by_path) &&
               std::none_of(locks.begin(), locks.end(),
                            [&](const std::string& path) { return touched.concerns(path); });
  }
  return flags;
}

Status settle(const Workspace& workspace, const Question& question, const Host& host,
              const std::vector<bool>& selected, cache::Seen& seen, const Settled* base) {
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
  const std::string key = key_of(question);
  auto entries = seen.take();
  if (entries.empty() || key.empty()) {
    return {};
  }
  if (base != nullptr) {
    entries = joined(std::move(entries), *base);
  }
  const std::vector<std::string_view> sorted(names.begin(), names.end());
  std::string payload = workspace.loaded.reads_clock ? workspace.date : std::string();
  payload.append(1, end).append(machine()).append(1, end);
  payload.append(environment_of(sorted, host.caller)).append(1, end);
  payload.append(journal_text(workspace.state_dir)).append(1, end);
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
