// The command lines of the verbs on tables, added to the program's; each sets the verb to run.
#pragma once

#include <functional>

#include "runner/cli/verbs.hpp"

namespace CLI {
class App;
}

namespace mlpipe::cli {

using Verb = std::function<int()>;

void add_check(CLI::App& app, CheckArguments& check, Verb& verb);
void add_table(CLI::App& app, TableArguments& table, Verb& verb);
void add_drift(CLI::App& app, DriftArguments& drift, Verb& verb);
void add_gate(CLI::App& app, GateArguments& gate, Verb& verb);
void add_profile(CLI::App& app, ProfileArguments& profile, Verb& verb);

}  // namespace mlpipe::cli
