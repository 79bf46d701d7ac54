#include "runner/adapter/program_path.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "runner/base/text.hpp"

namespace mlpipe::adapter {
namespace {

// What execvp takes where the environment has no PATH.
constexpr std::string_view kNoPath = "/bin:/usr/bin";

std::string in_folder(const std::string& folder, const std::string& path) {
  return path.starts_with('/') ? path : folder + "/" + path;
}

enum class Found { yes, missing, folder, not_executable };

Found look_at(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return errno == EACCES ? Found::not_executable : Found::missing;
  }
  if (S_ISDIR(info.st_mode)) {
    return Found::folder;
  }
  return ::access(path.c_str(), X_OK) == 0 ? Found::yes : Found::not_executable;
}

tl::unexpected<Error> fail_found(Found found, const std::string& word, const std::string& path) {
  if (found == Found::folder) {
    return fail(Code::permission,
                fmt::format("cannot start '{}': {} is a folder", printable(word), printable(path)));
  }
  return fail(Code::permission,
              fmt::format("cannot start '{}': {} is not executable; 'chmod +x' makes it so",
                          printable(word), printable(path)));
}

Result<std::string> find_on_path(const port::Command& command) {
  const std::string& word = command.argv.front();
  std::string_view search = kNoPath;
  for (const auto& [name, value] : command.env) {
    if (name == "PATH") {
      search = value;
    }
  }
  std::string refused;
  Found refusal = Found::missing;
  for (const std::string_view entry : split(search, ':')) {
    const std::string candidate =
        (entry.empty() ? std::string(".") : std::string(entry)) + "/" + word;
    const Found found = look_at(in_folder(command.working_dir, candidate));
    if (found == Found::yes) {
      return candidate;
    }
    if (found == Found::not_executable && refused.empty()) {
      refused = candidate;
      refusal = found;
    }
  }
  if (!refused.empty()) {
    return fail_found(refusal, word, refused);
  }
  return fail(Code::not_found,
              fmt::format("cannot start '{}': no such program on the PATH of the stage ({})",
                          printable(word), search.empty() ? "empty" : printable(search)));
}

// The interpreter that a script's first line names, empty where it has none.
std::string interpreter_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line(256, '\0');
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(file.gcount()));
  if (!line.starts_with("#!")) {
    return {};
  }
  const std::string_view rest = trim(std::string_view(line).substr(2, line.find('\n') - 2));
  return std::string(rest.substr(0, rest.find_first_of(" \t")));
}

std::size_t size_of_arguments(const port::Command& command) {
  std::size_t size = 0;
  for (const auto& word : command.argv) {
    size += word.size() + 1 + sizeof(char*);
  }
  for (const auto& [name, value] : command.env) {
    size += name.size() + value.size() + 2 + sizeof(char*);
  }
  return size;
}

}  // namespace

Status check_command(const port::Command& command) {
  const auto has_nul = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  if (command.argv.empty() || command.argv.front().empty()) {
    return fail(Code::invalid, "cannot start an empty command");
  }
  if (std::any_of(command.argv.begin(), command.argv.end(), has_nul)) {
    return fail(Code::invalid,
                fmt::format("cannot start '{}': an argument holds a NUL byte, which no program "
                            "can be given",
                            printable(command.argv.front())));
  }
  for (const auto& [name, value] : command.env) {
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name) || has_nul(value)) {
      return fail(Code::invalid, fmt::format("cannot start '{}': the environment variable '{}' "
                                             "has a name or value that no program can be given",
                                             printable(command.argv.front()), printable(name)));
    }
  }
  if (!command.working_dir.starts_with('/') || has_nul(command.working_dir)) {
    return fail(Code::invalid,
                "the working folder of a command is an absolute path, this is not: '" +
                    printable(command.working_dir) + "'");
  }
  return {};
}

Result<std::string> find_program(const port::Command& command) {
  const std::string& word = command.argv.front();
  if (word.find('/') == std::string::npos) {
    return find_on_path(command);
  }
  const std::string path = in_folder(command.working_dir, word);
  switch (look_at(path)) {
    case Found::yes:
      return word;
    case Found::missing:
      return fail(Code::not_found, fmt::format("cannot start '{}': there is no file {}",
                                               printable(word), printable(path)));
    case Found::folder:
      return fail_found(Found::folder, word, path);
    case Found::not_executable:
      break;
  }
  return fail_found(Found::not_executable, word, path);
}

tl::unexpected<Error> fail_exec(const port::Command& command, const std::string& program,
                                int errno_value) {
  const std::string word = printable(command.argv.front());
  const std::string path = in_folder(command.working_dir, program);
  if (errno_value == E2BIG) {
    return fail(Code::invalid,
                fmt::format("cannot start '{}': its arguments and environment take {}, more than "
                            "the operating system allows ({} in all, 128 KiB for one argument or "
                            "variable); put long values into a file",
                            word, format_size(size_of_arguments(command)),
                            format_size(static_cast<std::uint64_t>(::sysconf(_SC_ARG_MAX)))));
  }
  if (errno_value == ENOENT) {
    const std::string interpreter = interpreter_of(path);
    if (!interpreter.empty()) {
      return fail(Code::not_found,
                  fmt::format("cannot start '{}': the interpreter '{}' in its first line does not "
                              "exist",
                              word, printable(interpreter)));
    }
  }
  if (errno_value == ENOEXEC) {
    return fail(Code::invalid,
                fmt::format("cannot start '{}': {} is neither a program for this machine nor a "
                            "script with a '#!' line",
                            word, printable(path)));
  }
  if (errno_value == EAGAIN) {
    return fail(Code::busy, fmt::format("cannot start '{}': the limit on processes is reached "
                                        "('ulimit -u'); run fewer stages at once",
                                        word));
  }
  return fail_errno("cannot start '" + word + "'", errno_value);
}

}  // namespace mlpipe::adapter
