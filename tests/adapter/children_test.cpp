#include "tests/adapter/children.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <thread>

extern char** environ;

namespace mlpipe {
namespace {

void say(const std::string& text) {
  [[maybe_unused]] const auto n = ::write(STDOUT_FILENO, text.data(), text.size());
}

[[noreturn]] void sleep_forever() {
  for (;;) {
    ::pause();
  }
}

int leave_in_group() {
  if (::fork() == 0) {
    ::signal(SIGTERM, SIG_IGN);
    sleep_forever();
  }
  return 0;
}

// Leaves the group and the parent, keeps the output open.
int leave_daemon(const std::string& marker) {
  if (::fork() == 0) {
    ::setsid();
    if (::fork() == 0) {
      std::ofstream(marker + ".new") << ::getpid();
      std::filesystem::rename(marker + ".new", marker);
      sleep_forever();
    }
    ::_exit(0);
  }
  ::wait(nullptr);
  while (!std::filesystem::exists(marker)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return 0;
}

int flood(std::size_t bytes) {
  const std::string line = std::string(4095, 'x') + '\n';
  for (std::size_t written = 0; written < bytes; written += line.size()) {
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  return 0;
}

int close_output_and_wait(const std::string& file) {
  say("closing");
  ::close(STDOUT_FILENO);
  ::close(STDERR_FILENO);
  while (!std::filesystem::exists(file)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return 7;
}

int use_memory(std::size_t mebibytes) {
  std::vector<char> block(mebibytes << 20U, 1);
  say(std::to_string(block[block.size() / 2]));
  return 0;
}

int use_cpu(long milliseconds) {
  volatile unsigned long sink = 0;
  while (std::clock() * 1000 / CLOCKS_PER_SEC < milliseconds) {
    sink = sink + 1;
  }
  return 0;
}

int interleave() {
  for (int i = 0; i < 100; ++i) {
    std::fprintf(i % 2 == 0 ? stdout : stderr, "%d\n", i);
    std::fflush(stdout);
  }
  return 0;
}

int print_state() {
  sigset_t blocked;
  ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  int count = 0;
  for (int signal = 1; signal < NSIG; ++signal) {
    count += ::sigismember(&blocked, signal) == 1 ? 1 : 0;
  }
  struct sigaction pipe {};
  ::sigaction(SIGPIPE, nullptr, &pipe);
  std::printf("fds %zu blocked %d sigpipe %s group %s\n", open_descriptors(), count,
              pipe.sa_handler == SIG_DFL ? "default" : "changed",
              ::getpgrp() == ::getpid() ? "own" : "shared");
  return 0;
}

// A runner inside a control group with little memory: says how its child ended.
int run_out_of_memory(const std::string& group, const std::string& script) {
  std::ofstream(group + "/cgroup.procs") << ::getpid();
  auto executor = adapter::make_local_executor();
  const auto exit = run(**executor, shell(script)).exit;
  say(exit.cause == port::ExitCause::out_of_memory ? "out of memory " : "otherwise ");
  say(std::to_string(exit.signal) + "\n");
  return 0;
}

int misbehave(const std::vector<std::string>& words) {
  const std::string& name = words.at(0);
  if (name == "ignore-term") {
    ::signal(SIGTERM, SIG_IGN);
    say("ready");
    sleep_forever();
  }
  if (name == "sleep") {
    say("ready");
    sleep_forever();
  }
  if (name == "split") {
    say("\xe2");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    say("\x82\xac");
    return 0;
  }
  if (name == "die") {
    ::signal(std::stoi(words.at(1)), SIG_DFL);
    ::raise(std::stoi(words.at(1)));
  }
  if (name == "stdin") {
    char byte = 0;
    say(std::to_string(::read(STDIN_FILENO, &byte, 1)));
    return 0;
  }
  if (name == "environment") {
    for (char** entry = environ; *entry != nullptr; ++entry) {
      say(std::string(*entry) + "\n");
    }
    return 0;
  }
  if (name == "end-own") {
    const auto ended = adapter::end_processes_with("MLPIPE_TEST", words.at(1), {});
    say("ended " + (ended ? std::to_string(*ended) : ended.error().message) + "\n");
    return 0;
  }
  if (name == "exit") return std::stoi(words.at(1));
  if (name == "group") return leave_in_group();
  if (name == "daemon") return leave_daemon(words.at(1));
  if (name == "flood") return flood(std::stoul(words.at(1)));
  if (name == "close-output") return close_output_and_wait(words.at(1));
  if (name == "memory") return use_memory(std::stoul(words.at(1)));
  if (name == "cpu") return use_cpu(std::stol(words.at(1)));
  if (name == "interleave") return interleave();
  if (name == "state") return print_state();
  if (name == "oom-runner") return run_out_of_memory(words.at(1), words.at(2));
  return behave_on_terminal(name);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "mlpipe_test_XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) {
    std::perror("mkdtemp");
    std::abort();
  }
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

port::Command child(std::vector<std::string> behaviour) {
  port::Command command;
  command.argv = {std::filesystem::read_symlink("/proc/self/exe"), "--child"};
  command.argv.insert(command.argv.end(), behaviour.begin(), behaviour.end());
  command.working_dir = "/";
  return command;
}

port::Command shell(const std::string& script) {
  port::Command command;
  command.argv = {"sh", "-c", script};
  command.env = {{"PATH", "/usr/bin:/bin"}};
  command.working_dir = "/";
  return command;
}

std::map<port::ProcessId, Ran> wait_for(port::Executor& executor,
                                        const std::vector<port::ProcessId>& ids) {
  std::map<port::ProcessId, Ran> result;
  std::set<port::ProcessId> waiting(ids.begin(), ids.end());
  while (!waiting.empty()) {
    const auto polled = executor.poll(std::chrono::seconds(60));
    if (!polled || (polled->output.empty() && polled->exits.empty() && !polled->interrupted)) {
      ADD_FAILURE() << (polled ? "nothing happened for a minute" : polled.error().message);
      return result;
    }
    for (const auto& output : polled->output) {
      EXPECT_TRUE(waiting.contains(output.id)) << "output after the exit";
      result[output.id].output += output.bytes;
    }
    for (const auto& exit : polled->exits) {
      EXPECT_EQ(waiting.erase(exit.id), 1U) << "an exit of nobody, or twice";
      result[exit.id].exit = exit;
    }
  }
  return result;
}

Ran run(port::Executor& executor, const port::Command& command) {
  const auto id = executor.start(command);
  if (!id) {
    ADD_FAILURE() << id.error().message;
    return {};
  }
  return wait_for(executor, {*id})[*id];
}

std::string wait_for_output(port::Executor& executor, port::ProcessId id, const std::string& text) {
  std::string output;
  while (output.find(text) == std::string::npos) {
    const auto polled = executor.poll(std::chrono::seconds(60));
    if (!polled || !polled->exits.empty() || polled->output.empty()) {
      ADD_FAILURE() << "no '" << text << "' in '" << output << "'";
      return output;
    }
    for (const auto& piece : polled->output) {
      output += piece.id == id ? piece.bytes : "";
    }
  }
  return output;
}

bool is_alive(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto name_end = text.rfind(')');
  return name_end != std::string::npos && text.at(name_end + 2) != 'Z';
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(folder)) {
    count += entry->d_name[0] == '.' ? 0 : 1;
  }
  ::closedir(folder);
  return count - 1;  // the folder itself
}

}  // namespace mlpipe

int main(int argc, char** argv) {
  if (argc > 2 && std::strcmp(argv[1], "--child") == 0) {
    return mlpipe::misbehave({argv + 2, argv + argc});
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
