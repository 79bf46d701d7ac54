// The binary: arguments to verbs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/text.hpp"
#include "runner/cli/command_line.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/cli/version.hpp"

namespace mlpipe::cli {
namespace {

// The verb that is named alone gets its options, and so a word that follows and happens to be the
// name of another verb is a stage. Without one, all are there: for --help and for what is misspelt.
void add_commands(CLI::App& app, std::string_view named, Verb& verb) {
  for (const Command& command : commands()) {
    if (command.name == named) {
      return command.add(*app.add_subcommand(command.name, command.text), verb);
    }
  }
  for (const Command& command : commands()) {
    command.add(*app.add_subcommand(command.name, command.text), verb);
  }
}

bool is_verb(std::string_view word) {
  return std::ranges::any_of(commands(), [&](const Command& it) { return it.name == word; });
}

int unknown_verb(const char* word) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    names.emplace_back(command.name);
  }
  const auto near = nearest(word, names);
  fmt::print(stderr, "mlpipe: there is no verb `{}`{}\nmlpipe --help lists them.\n", word,
             near ? fmt::format("; did you mean `{}`?", *near) : std::string());
  return 2;
}

int parse_and_run(int argc, char** argv) {
  if (argc > 1 && argv[1][0] != '-' && !is_verb(argv[1])) {
    return unknown_verb(argv[1]);
  }
  Verb verb;
  CLI::App app("mlpipe takes a machine-learning repository from commit to deployed model.",
               "mlpipe");
  app.set_version_flag("--version", std::string("mlpipe ") + version);
  app.require_subcommand(1);
  add_commands(app, argc > 1 ? argv[1] : "", verb);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return verb();
}

}  // namespace
}  // namespace mlpipe::cli

int main(int argc, char** argv) {
  if (argc == 2 &&
      std::string_view(argv[1]) == "--version") {  // the fast path: nothing else is set up
    std::puts("mlpipe " MLPIPE_VERSION);
    return 0;
  }
  if (argc == 5 && std::string_view(argv[1]) == "step") {
    return mlpipe::cli::step(argv[2], argv[3], argv[4]);
  }
  return mlpipe::cli::parse_and_run(argc, argv);
}
