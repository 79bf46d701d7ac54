// The options of each verb: `add_VERB` adds them to its command and sets what to do. One file
// arguments_*.cpp for verbs that belong together; the rows stand in commands.cpp.
#pragma once

#include "runner/cli/command_line.hpp"

namespace mlpipe::cli {

// arguments_run.cpp
void add_run(CLI::App& command, Verb& verb);
void add_plan(CLI::App& command, Verb& verb);
void add_status(CLI::App& command, Verb& verb);
void add_why(CLI::App& command, Verb& verb);
void add_validate(CLI::App& command, Verb& verb);
void add_graph(CLI::App& command, Verb& verb);
// arguments_stage.cpp
void add_logs(CLI::App& command, Verb& verb);
void add_accept(CLI::App& command, Verb& verb);
void add_shell(CLI::App& command, Verb& verb);
// arguments_table.cpp
void add_check(CLI::App& command, Verb& verb);
void add_table(CLI::App& command, Verb& verb);
void add_drift(CLI::App& command, Verb& verb);
void add_gate(CLI::App& command, Verb& verb);
void add_profile(CLI::App& command, Verb& verb);
// arguments_deploy.cpp
void add_deploy(CLI::App& command, Verb& verb);
// arguments_data.cpp
void add_data(CLI::App& command, Verb& verb);
// arguments_house.cpp
void add_init(CLI::App& command, Verb& verb);
void add_doctor(CLI::App& command, Verb& verb);
void add_gc(CLI::App& command, Verb& verb);
void add_completion(CLI::App& command, Verb& verb);

}  // namespace mlpipe::cli
