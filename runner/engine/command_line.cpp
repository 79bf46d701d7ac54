#include "runner/engine/command_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace mlpipe::engine {
namespace {

// Reserved words and builtins of POSIX sh, dash and bash that differ from, or do not exist as,
// programs.
constexpr std::array<std::string_view, 68> shell_words{
    "!",        "{",        "}",       "case",    "do",     "done",    "elif",    "else",
    "esac",     "fi",       "for",     "if",      "in",     "then",    "until",   "while",
    "function", "select",   "time",    "coproc",  ".",      ":",       "alias",   "bg",
    "bind",     "break",    "builtin", "caller",  "cd",     "command", "compgen", "continue",
    "declare",  "dirs",     "disown",  "echo",    "enable", "eval",    "exec",    "exit",
    "export",   "fc",       "fg",      "getopts", "hash",   "help",    "history", "jobs",
    "kill",     "let",      "local",   "mapfile", "popd",   "printf",  "pushd",   "pwd",
    "read",     "readonly", "return",  "set",     "shift",  "source",  "test",    "times",
    "trap",     "type",     "ulimit",  "umask"};
constexpr std::array<std::string_view, 7> more_shell_words{"unalias", "unset",   "wait", "[",
                                                           "[[",      "typeset", "shopt"};

bool is_plain_char(char c) {
  constexpr std::string_view marks = "_-./=:,@%+";
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         marks.find(c) != std::string_view::npos;
}

std::vector<std::string> words(std::string_view cmd) {
  std::vector<std::string> found;
  std::size_t i = 0;
  while ((i = cmd.find_first_not_of(' ', i)) != std::string_view::npos) {
    const std::size_t end = std::min(cmd.find(' ', i), cmd.size());
    found.emplace_back(cmd.substr(i, end - i));
    i = end;
  }
  return found;
}

// Words with quotes taken off, no expansion of any kind: what `shell: none` runs.
std::vector<std::string> quoted_words(std::string_view cmd) {
  std::vector<std::string> found;
  std::string word;
  bool open = false;
  char quote = 0;
  for (std::size_t i = 0; i < cmd.size(); ++i) {
    const char c = cmd[i];
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      open = true;
    } else if (c == '\\' && i + 1 < cmd.size()) {
      word += cmd[++i];
      open = true;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      if (open || !word.empty()) {
        found.push_back(std::move(word));
      }
      word.clear();
      open = false;
    } else {
      word += c;
    }
  }
  if (open || !word.empty()) {
    found.push_back(std::move(word));
  }
  return found;
}

}  // namespace

bool is_plain(std::string_view cmd) {
  if (!std::all_of(cmd.begin(), cmd.end(), [](char c) { return c == ' ' || is_plain_char(c); })) {
    return false;
  }
  const auto start = cmd.find_first_not_of(' ');
  if (start == std::string_view::npos) {
    return false;
  }
  const std::string_view first = cmd.substr(start, cmd.find(' ', start) - start);
  const auto is_first = [&](std::string_view word) { return word == first; };
  return first.find('=') == std::string_view::npos &&
         std::none_of(shell_words.begin(), shell_words.end(), is_first) &&
         std::none_of(more_shell_words.begin(), more_shell_words.end(), is_first);
}

std::vector<std::string> argument_vector(std::string_view cmd, spec::Shell shell) {
  if (shell == spec::Shell::none) {
    return quoted_words(cmd);
  }
  if (is_plain(cmd)) {
    return words(cmd);
  }
  return {shell == spec::Shell::bash ? "bash" : "/bin/sh", "-c", std::string(cmd)};
}

std::string shell_quote(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain_char)) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace mlpipe::engine
