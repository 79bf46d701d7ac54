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

#include "runner/base/text.hpp"
#include "runner/cache/checksum.hpp"
#include "runner/cache/settled_file.hpp"
#include "runner/engine/environment.hpp"

namespace mlpipe::engine {
namespace {

using cache::Fd;

// Fields of a payload, each ended by a NUL:
//   date-or-empty machine environment-checksum stages pipeline... "" variable...
constexpr char end = '\0';
constexpr std::string_view clock_word = "run.date";

std::string state_dir_of(const std::string& root) {
  return root + "/.mlpipe";
}

std::string machine() {
  return fmt::format("{} cores, {} pages", std::thread::hardware_concurrency(),
                     sysconf(_SC_PHYS_PAGES));
}

std::string key_of(const SettleQuestion& question) {
  struct stat binary {};
  if (stat(question.executable.c_str(), &binary) != 0) {
    return {};
  }
  const cache::Signature by = cache::signature_of(binary);
  std::string key =
      fmt::format("{} {} {} {} {}", by.device, by.inode, by.size, by.mtime_ns, by.ctime_ns);
  for (const std::string& argument : question.asked) {
    key.append(1, end).append(argument);
  }
  return key.append(1, end).append(question.root);
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

// The files that were read before the record could see them: whatever changed since it began is in
// doubt.
class Sources {
 public:
  Sources(const std::string& root, cache::Seen& seen)
      : root_(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), seen_(seen) {}

  void add(const std::string& path) {
    struct stat status {};
    const auto look = [&](int flags) { return fstatat(root_.get(), path.c_str(), &status, flags); };
    if (look(AT_SYMLINK_NOFOLLOW) != 0) {
      errno == ENOENT || errno == ENOTDIR ? seen_.absent(path) : seen_.doubt();
    } else if (S_ISLNK(status.st_mode)) {
      seen_.doubt();  // the link's own signature does not tell what is behind it
    } else {
      seen_.present(path, cache::signature_of(status), root_.get());
    }
  }

 private:
  Fd root_;
  cache::Seen& seen_;
};

bool ends_with(std::string_view text, std::string_view tail) {
  return text.size() >= tail.size() && text.substr(text.size() - tail.size()) == tail;
}

// Files there that are no pipelines may become some.
Status add_pipelines_folder(const std::string& root, Sources& sources) {
  sources.add("pipelines");
  const Fd fd(open((root + "/pipelines").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    return {};
  }
  TRY(const auto names, cache::list_folder(fd.get(), "pipelines"));
  for (const cache::Name& name : names) {
    if (ends_with(name.text, ".yaml") || ends_with(name.text, ".yml")) {
      sources.add("pipelines/" + name.text);
    }
  }
  return {};
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
  const Fd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    return errno != ENOENT;
  }
  const auto names = cache::list_folder(fd.get(), folder);
  return !names || !names->empty();
}

}  // namespace

std::optional<SettledRun> still_settled(const SettleQuestion& question, const Variables& caller,
                                        std::chrono::system_clock::time_point now) {
  const std::string state_dir = state_dir_of(question.root);
  const std::string key = key_of(question);
  const auto file = cache::SettledFile::open(state_dir, key);
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

std::unique_ptr<cache::Seen> begin_seeing(const std::string& root) {
  const std::string state_dir = state_dir_of(root);
  return access((state_dir + "/journal").c_str(), F_OK) == 0
             ? std::make_unique<cache::Seen>(state_dir + "/tmp")
             : nullptr;
}

Status settle(const Workspace& workspace, const SettleQuestion& question, const Host& host,
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
  Sources sources(workspace.root, seen);
  bool clock = false;
  for (const auto& file : workspace.loaded.sources.files()) {
    clock = clock || file.text.find(clock_word) != std::string::npos;
  }
  for (const auto* files : {&workspace.loaded.files_read, &workspace.loaded.files_absent}) {
    std::for_each(files->begin(), files->end(),
                  [&](const std::string& path) { sources.add(path); });
  }
  TRY_OK(add_pipelines_folder(workspace.root, sources));
  for (const spec::Pipeline& pipeline : project.pipelines) {
    sources.add(pipeline.lock_path);
  }
  sources.add(".mlpipe/journal");
  const std::string key = key_of(question);
  const auto entries = seen.take();
  if (entries.empty() || key.empty()) {
    return {};
  }
  const std::vector<std::string_view> sorted(names.begin(), names.end());
  std::string payload = clock ? workspace.date : std::string();
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
  return cache::write_settled(workspace.state_dir, key, payload, entries);
}

}  // namespace mlpipe::engine
