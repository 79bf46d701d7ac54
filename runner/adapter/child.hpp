// One process that was started, from its start to the end of its output.
// Knows nothing of its siblings or of how it was started.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "runner/adapter/reaper.hpp"
#include "runner/adapter/unique_fd.hpp"
#include "runner/port/process.hpp"

namespace mlpipe::adapter {

using Steady = std::chrono::steady_clock;

// `delay` from now, cut to what a clock can hold.
[[nodiscard]] Steady::time_point after(std::chrono::milliseconds delay);

class Child {
 public:
  Child(port::ProcessId id, pid_t pid, UniqueFd output, const port::Command& command);

  [[nodiscard]] port::ProcessId id() const { return id_; }
  [[nodiscard]] pid_t pid() const { return pid_; }  // also the id of its group
  [[nodiscard]] bool is_attached() const { return attached_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] int output() const { return output_.get(); }                     // -1 after its end
  [[nodiscard]] const std::optional<port::Exit>& exit() const { return exit_; }  // once reaped
  [[nodiscard]] bool asked_to_end() const { return ending_.has_value() || killed_; }

  // Both without effect on one that ended already, also when nobody has noticed yet.
  void ask_to_end(port::ExitCause cause);
  void kill_group(port::ExitCause cause);
  void fire_timers(Steady::time_point now);
  [[nodiscard]] Steady::time_point next_deadline(Steady::time_point limit) const;

  // What can be read now, at most about `limit` bytes.
  [[nodiscard]] std::string read(std::vector<char>& buffer, std::size_t limit);

  // It is dead: kills what is left of its group and reaps it. `oom` asks whether memory ran out.
  template <class AskOom>
  void bury(AskOom oom) {
    kill_rest_of_group();
    record(reap(pid_), oom);
  }
  void stop_draining() { drain_until_ = Steady::now(); }
  // Reaped, its group gone and its output at its end, or nothing of that within the bounded wait.
  [[nodiscard]] bool is_settled(bool leftovers_pending) const;
  [[nodiscard]] port::Exit final_exit() const;

 private:
  void signal_group(int signal) const;
  void kill_rest_of_group() const;
  [[nodiscard]] bool died_of_sigkill(const Ended& ended) const;
  void record(const Ended& ended);
  template <class AskOom>
  void record(const Ended& ended, AskOom oom) {
    record(ended);
    if (!asked_to_end() && died_of_sigkill(ended) && oom()) {
      exit_->cause = port::ExitCause::out_of_memory;
      exit_->signal = kSigkill;
    }
  }

  static constexpr int kSigkill = 9;
  port::ProcessId id_;
  pid_t pid_;
  bool attached_;
  std::string token_;
  UniqueFd output_;
  std::chrono::milliseconds grace_;
  Steady::time_point started_;
  std::optional<Steady::time_point> term_at_;
  std::optional<Steady::time_point> kill_at_;
  std::optional<port::ExitCause> ending_;  // why it was asked to end
  bool killed_ = false;                    // by us
  std::optional<port::Exit> exit_;
  Steady::time_point drain_until_;
};

}  // namespace mlpipe::adapter
