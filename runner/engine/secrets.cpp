#include "runner/engine/secrets.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "runner/engine/command_line.hpp"
#include "runner/engine/environment.hpp"

namespace mlpipe::engine {
namespace {

std::string absolute(const std::string& root, const std::string& path) {
  return !path.empty() && path[0] == '/' ? path : root + "/" + path;
}

// One trailing line end is the editor's, not the secret's.
std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text.pop_back();
  }
  return text;
}

Result<std::string> from_command(const spec::Secret& secret, const std::string& root,
                                 const Variables& caller, port::Executor& executor,
                                 std::vector<port::Polled>& backlog) {
  port::Command command;
  command.argv = argument_vector(secret.from, spec::Shell::sh);
  command.env = caller;
  command.working_dir = root;
  command.timeout = std::chrono::minutes(1);
  command.grace = std::chrono::seconds(2);
  auto started = executor.start(command);
  if (!started) {
    return fail(Code::unavailable,
                fmt::format("secret {}: {}", secret.name, started.error().message));
  }
  std::string output;
  while (true) {
    TRY(port::Polled polled, executor.poll(std::chrono::milliseconds(100)));
    std::optional<port::Exit> ended;
    for (const port::Output& chunk : polled.output) {
      output += chunk.id == *started ? chunk.bytes : "";
    }
    for (const port::Exit& exit : polled.exits) {
      ended = exit.id == *started ? exit : ended;
    }
    backlog.push_back(std::move(polled));
    if (ended && ended->cause == port::ExitCause::exited && ended->code == 0) {
      return without_line_end(std::move(output));
    }
    if (ended) {
      return fail(Code::unavailable,
                  fmt::format("secret {}: its command did not succeed; run it by hand to see why",
                              secret.name));
    }
  }
}

}  // namespace

void check_secrets(const spec::Stage& stage, const std::string& root, const Variables& caller,
                   spec::Diagnostics& diagnostics) {
  for (const spec::Secret& secret : stage.secrets) {
    if (secret.optional || secret.source == spec::SecretSource::command) {
      continue;
    }
    const std::string* value = find_variable(caller, secret.from);
    if (secret.source == spec::SecretSource::env && (value == nullptr || value->empty())) {
      diagnostics.error(secret.mark,
                        fmt::format("secret `{}` is missing: the variable {} is not set",
                                    secret.name, secret.from),
                        "set it, or say `optional: true`");
    }
    if (secret.source == spec::SecretSource::file &&
        access(absolute(root, secret.from).c_str(), R_OK) != 0) {
      diagnostics.error(
          secret.mark,
          fmt::format("secret `{}` is missing: {} cannot be read", secret.name, secret.from),
          "create the file, or say `optional: true`");
    }
  }
}

Result<Variables> read_secrets(const spec::Stage& stage, const std::string& root,
                               const Variables& caller, port::Executor& executor,
                               std::vector<port::Polled>& backlog) {
  Variables values;
  for (const spec::Secret& secret : stage.secrets) {
    Result<std::string> value = std::string();
    if (secret.source == spec::SecretSource::env) {
      const std::string* found = find_variable(caller, secret.from);
      value = found == nullptr ? std::string() : *found;
    } else if (secret.source == spec::SecretSource::file) {
      std::ifstream file(absolute(root, secret.from), std::ios::binary);
      value = without_line_end(
          {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
    } else {
      value = from_command(secret, root, caller, executor, backlog);
    }
    if (value && !value->empty()) {
      set_variable(values, secret.name, std::move(*value));
    } else if (!secret.optional) {
      return value ? fail(Code::unavailable, fmt::format("secret {} is empty", secret.name))
                   : tl::make_unexpected(value.error());
    }
  }
  return values;
}

}  // namespace mlpipe::engine
