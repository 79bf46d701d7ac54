// What every verb that works on a repository starts from: the host, the workspace, the selection;
// and how problems are shown.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/host.hpp"
#include "runner/engine/workspace.hpp"
#include "runner/port/clock.hpp"
#include "runner/port/process.hpp"
#include "runner/port/vcs.hpp"

namespace mlpipe::cli {

// Options that mean something in a repository with dvc.yaml alone.
struct DvcFlags {
  bool compat = false;            // --dvc-compat
  bool whole_pipeline = false;    // -p, --pipeline
  bool all_pipelines = false;     // -P, --all-pipelines
  bool force_downstream = false;  // --force-downstream
  bool no_run_cache = false;      // --no-run-cache
  bool allow_missing = false;     // --allow-missing
  bool ignore_errors = false;     // --ignore-errors
  bool pull = false;              // --pull
  bool cloud = false;             // status -c
};

// Options that all verbs on a repository share.
struct Common {
  std::vector<std::string> files;    // -f
  std::string profile;               // --profile
  std::string folder;                // -C
  bool json = false;                 // --json
  std::vector<std::string> targets;  // STAGE...
  std::vector<std::string> tags;     // --tag
  bool only = false;                 // --only
  bool downstream = false;           // --downstream
  DvcFlags dvc;
};

// Where no target is given: everything, or what the folder means (DVC: its dvc.yaml).
enum class Untargeted : std::uint8_t { everything, folder };

class Session {
 public:
  explicit Session(Common common);
  ~Session();

  // Exit code of a problem that was shown, or nullopt.
  // Loads the pipelines; warnings and errors go to stderr with carets.
  [[nodiscard]] std::optional<int> open_pipelines(Untargeted untargeted = Untargeted::everything);
  // Opens the cache, then checks what needs the machine, for the selected stages.
  [[nodiscard]] std::optional<int> open_cache();
  [[nodiscard]] std::optional<int> check_machine();
  // Processes: verbs that only read do without.
  [[nodiscard]] std::optional<int> open_executor();

  [[nodiscard]] const Common& common() const { return common_; }
  [[nodiscard]] engine::Host& host() { return host_; }
  [[nodiscard]] engine::Workspace& workspace() { return opened_.workspace; }
  [[nodiscard]] const std::vector<bool>& selected() const { return selected_; }
  // The named targets themselves, without what lies upstream; everything where none is named.
  [[nodiscard]] std::vector<bool> named() const;
  [[nodiscard]] const std::string& root() const { return root_; }
  // Where it was started, relative to the root; "" for the root itself.
  [[nodiscard]] std::string folder() const;

 private:
  void show_diagnostics();
  Common common_;
  std::string here_;
  std::string root_;
  engine::Host host_;
  engine::Opened opened_;
  std::vector<bool> selected_;
  std::vector<bool> named_;  // in a DVC project
  std::unique_ptr<port::Clock> clock_;
  std::unique_ptr<port::Executor> executor_;
  std::unique_ptr<port::Vcs> vcs_;
};

// Who runs this: what the CI system says, else the user's login.
[[nodiscard]] std::string actor();

// "mlpipe: <message>" on stderr; the exit code that belongs to the error's code.
int show(const Error& error);

enum class Stream : std::uint8_t { out, err };
// Whether colours and redrawing are wanted there: a terminal, no NO_COLOR, TERM not dumb, not CI.
[[nodiscard]] bool is_terminal(Stream stream);

}  // namespace mlpipe::cli
