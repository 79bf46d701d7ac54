// `mlpipe doctor`: what is here, what is missing, what to do about it. Changes nothing, waits for
// nobody.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "runner/adapter/modules.hpp"
#include "runner/base/text.hpp"
#include "runner/cache/journal.hpp"
#include "runner/cache/locks.hpp"
#include "runner/cli/doctor_facts.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/cli/version.hpp"
#include "runner/engine/files.hpp"
#include "runner/report/line.hpp"
#include "runner/report/words.hpp"

namespace mlpipe::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::uint64_t little_space = 1ULL << 30U;
constexpr std::uint64_t hardly_any_space = 64ULL << 20U;

enum class Health : std::uint8_t { ok, warn, fail };

struct Line {
  Health health = Health::ok;
  std::string what;
  std::string fact;
  std::string advice;  // empty where nothing is to be done
};

std::string_view name(Health health) {
  return health == Health::ok ? "ok" : health == Health::warn ? "warn" : "fail";
}

class Doctor {
 public:
  explicit Doctor(const Common& common)
      : common_(common), session_(common), state_dir_(session_.root() + "/.mlpipe") {}

  std::vector<Line> examine() {
    say(Health::ok, "version", fmt::format("mlpipe {}", version));
    say(Health::ok, "root", session_.root());
    pipelines();
    state();
    file_system();
    journal();
    runs();
    git();
    tables();
    const std::uint32_t gpus = cache::gpu_count();
    say(Health::ok, "gpus", gpus == 0 ? "none" : std::to_string(gpus));
    return std::move(lines_);
  }

 private:
  void say(Health health, std::string what, std::string fact, std::string advice = {}) {
    lines_.push_back({health, std::move(what), std::move(fact), std::move(advice)});
  }

  void pipelines() {
    if (session_.open_pipelines()) {
      const bool none = !engine::stands(session_.root() + "/mlpipe.yaml") &&
                        !engine::stands(session_.root() + "/pipelines") && common_.files.empty();
      return none ? say(Health::warn, "pipelines", "none", "`mlpipe init` writes one")
                  : say(Health::fail, "pipelines", "not valid",
                        "mend what is said above; `mlpipe validate` says it again");
    }
    const spec::Project& project = session_.workspace().project();
    std::string paths;
    for (const spec::Pipeline& pipeline : project.pipelines) {
      paths += (paths.empty() ? "" : ", ") + pipeline.path;
    }
    say(Health::ok, "pipelines",
        fmt::format("{}: {} stage{}, valid", paths, project.stages.size(),
                    project.stages.size() == 1 ? "" : "s"));
  }

  void state() {
    if (!engine::stands(state_dir_)) {
      return say(Health::ok, "state", ".mlpipe is not there yet; the first run makes it");
    }
    if (access(state_dir_.c_str(), R_OK | W_OK | X_OK) != 0) {
      return say(Health::fail, "state", ".mlpipe cannot be written to",
                 "check who owns it: ls -ld " + state_dir_);
    }
    const FolderSize objects = size_of(state_dir_ + "/objects");
    const FolderSize all = size_of(state_dir_);
    say(Health::ok, "state",
        fmt::format(".mlpipe holds {}; {} stored object{} of {}", format_size(all.bytes),
                    objects.files, objects.files == 1 ? "" : "s", format_size(objects.bytes)));
    const FolderSize kept = size_of(state_dir_ + "/kept");
    if (kept.files > 0) {
      say(Health::warn, "kept",
          fmt::format("{} edited output{} kept aside, {}", kept.files, kept.files == 1 ? "" : "s",
                      format_size(kept.bytes)),
          "look through .mlpipe/kept and delete what you do not need");
    }
  }

  void file_system() {
    const auto facts = file_system_of(engine::stands(state_dir_) ? state_dir_ : session_.root());
    if (!facts) {
      return say(Health::fail, "file system", "cannot be asked",
                 "check that " + session_.root() + " is reachable");
    }
    std::string fact = facts->type;
    if (facts->tick) {
      fact += fmt::format(", time stamps {:.3g} ms apart",
                          static_cast<double>(facts->tick->count()) / 1e6);
    }
    if (facts->reflinks) {
      fact += *facts->reflinks ? ", shares blocks between copies"
                               : ", no reflinks: stored outputs take their size again";
    }
    say(facts->network ? Health::warn : Health::ok, "file system", fact,
        facts->network
            ? "a network file system: files are hashed more often; a local disk is faster"
            : "");
    const Health health = facts->free_bytes < hardly_any_space ? Health::fail
                          : facts->free_bytes < little_space   ? Health::warn
                                                               : Health::ok;
    say(health, "free space", format_size(facts->free_bytes),
        health == Health::ok
            ? ""
            : "`mlpipe gc` removes what nothing needs; `cache: {max_size: 10G}` keeps it small");
  }

  void journal() {
    if (!engine::stands(state_dir_ + "/journal")) {
      return say(Health::ok, "journal", "none yet");
    }
    const auto opened = cache::Journal::open(state_dir_, cache::Durability::order);
    if (!opened) {
      return say(Health::fail, "journal", opened.error().message,
                 "move .mlpipe/journal away and run again: what the lock file and the store know "
                 "is reused");
    }
    const auto warnings = opened->warnings();
    for (const std::string& warning : warnings) {
      say(Health::warn, "journal", warning,
          "the next run goes on in a clean one; what was lost runs again");
    }
    if (warnings.empty()) {
      say(Health::ok, "journal", report::counted(opened->all().size(), "result") + ", no damage");
    }
    const FolderSize corrupt = size_of(state_dir_ + "/corrupt");
    if (corrupt.files > 0) {
      say(Health::warn, "objects", fmt::format("{} with wrong content set aside", corrupt.files),
          "check this disk; what they held is made again when it is needed");
    }
  }

  void runs() {
    const cache::Locks locks(state_dir_);
    const auto alive = locks.alive();
    const auto dead = locks.dead();
    if (!alive || !dead) {
      return say(Health::fail, "runs", alive ? dead.error().message : alive.error().message);
    }
    for (const cache::RunInfo& run : *alive) {
      say(Health::ok, "runs", fmt::format("{} is running, pid {}", run.run_id, run.pid));
    }
    for (const cache::RunInfo& run : *dead) {
      say(Health::warn, "runs", fmt::format("{} (pid {}) did not end cleanly", run.run_id, run.pid),
          "the next run ends what it left behind and puts its outputs back");
    }
    if (alive->empty() && dead->empty()) {
      say(Health::ok, "runs", "none under way, none left behind");
    }
  }

  void git() {
    const auto vcs = session_.host().vcs();
    if (!vcs) {
      return say(vcs.error().code == Code::not_found ? Health::ok : Health::warn, "git",
                 vcs.error().message,
                 vcs.error().code == Code::not_found
                     ? ""
                     : "baselines from git and `when: {branch: ...}` need it");
    }
    const auto head = (*vcs)->head();
    if (!head) {
      return say(Health::warn, "git", head.error().message);
    }
    const std::string place = head->commit.empty() ? "no commit yet"
                              : head->branch.empty()
                                  ? "detached at " + head->commit.substr(0, 12)
                                  : head->branch + " at " + head->commit.substr(0, 12);
    const bool shallow = is_shallow();
    say(shallow ? Health::warn : Health::ok, "git",
        place + (head->dirty ? ", with changes" : "") + (shallow ? ", a shallow clone" : ""),
        shallow ? "baselines of earlier commits need the history: git fetch --unshallow" : "");
  }

  // .git is a folder, or a file that names one.
  [[nodiscard]] bool is_shallow() const {
    for (fs::path folder = session_.root(); !folder.empty(); folder = folder.parent_path()) {
      const fs::path git = folder / ".git";
      std::error_code error;
      if (fs::is_directory(git, error)) {
        return fs::exists(git / "shallow", error);
      }
      if (fs::is_regular_file(git, error)) {
        const auto text = engine::read_file(git.string());
        const std::string_view line = text ? trim(*text) : std::string_view();
        if (line.substr(0, 8) != "gitdir: ") {
          return false;
        }
        fs::path place = folder / std::string(line.substr(8));
        if (const auto common = engine::read_file((place / "commondir").string())) {
          place /= std::string(trim(*common));
        }
        return fs::exists(place / "shallow", error);
      }
      if (folder == folder.root_path()) {
        break;
      }
    }
    return false;
  }

  void tables() {
    bool needed = false;
    for (const spec::Stage& stage : session_.workspace().project().stages) {
      needed = needed || stage.kind == "data_check" || stage.kind == "drift";
    }
    const auto tables = adapter::open_tables({});
    if (!tables) {
      return say(needed ? Health::fail : Health::warn, "duckdb", tables.error().message,
                 needed ? "" : "only data checks and drift need it");
    }
    const auto rows = (*tables)->query("SELECT version()");
    const std::string* found = rows && rows->rows.size() == 1 && rows->rows[0].size() == 1
                                   ? std::get_if<std::string>(&rows->rows[0][0])
                                   : nullptr;
    say(found != nullptr ? Health::ok : Health::fail, "duckdb",
        found != nullptr ? *found
        : rows           ? "gives no version"
                         : rows.error().message);
  }

  const Common& common_;
  Session session_;
  std::string state_dir_;
  std::vector<Line> lines_;
};

void print(const std::vector<Line>& lines, bool json) {
  if (json) {
    Json checks = Json::array();
    for (const Line& line : lines) {
      checks.push_back({{"health", name(line.health)},
                        {"what", line.what},
                        {"fact", line.fact},
                        {"advice", line.advice}});
    }
    const Json answer = {{"checks", std::move(checks)}};
    std::puts(answer.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
    return;
  }
  std::string text;
  for (const Line& line : lines) {
    text += fmt::format("{:<5} {:<12} {}\n", name(line.health), line.what,
                        report::clean_text(line.fact));
    if (!line.advice.empty()) {
      text += fmt::format("{:<18} {}\n", "", report::clean_text(line.advice));
    }
  }
  std::fputs(text.c_str(), stdout);
}

}  // namespace

int doctor(const Common& common) {
  const std::vector<Line> lines = Doctor(common).examine();
  print(lines, common.json);
  for (const Line& line : lines) {
    if (line.health == Health::fail) {
      return 6;
    }
  }
  return 0;
}

}  // namespace mlpipe::cli
