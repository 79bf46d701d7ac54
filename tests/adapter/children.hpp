// The test binary, executed again as a child that misbehaves, and what tests need to watch it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runner/adapter/local_executor.hpp"

namespace mlpipe {

// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// The command that executes this binary as the child `behaviour`; see children_test.cpp.
[[nodiscard]] port::Command child(std::vector<std::string> behaviour);
[[nodiscard]] port::Command shell(const std::string& script);

// What terminal_test adds to those children.
int behave_on_terminal(const std::string& name);

struct Ran {
  std::string output;
  port::Exit exit;
};
// Polls until all have ended; fails the test where an exit came before the last output.
std::map<port::ProcessId, Ran> wait_for(port::Executor& executor,
                                        const std::vector<port::ProcessId>& ids);
Ran run(port::Executor& executor, const port::Command& command);
// Polls until the process printed `text`.
std::string wait_for_output(port::Executor& executor, port::ProcessId id, const std::string& text);

// Whether the process exists and is not a zombie.
[[nodiscard]] bool is_alive(pid_t pid);
[[nodiscard]] std::size_t open_descriptors();

}  // namespace mlpipe
