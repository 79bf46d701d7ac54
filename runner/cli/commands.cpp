// The table of verbs: the one list that parsing, --help and shell completion read.
#include <array>

#include "runner/cli/arguments.hpp"

namespace mlpipe::cli {
namespace {

constexpr std::array table{
    Command{"run", "run what is not up to date", add_run},
    Command{"plan", "say what a run would do, and why", add_plan},
    Command{"status", "say which stages are up to date", add_status},
    Command{"why", "say exactly why a stage would run", add_why},
    Command{"validate", "check the pipeline files", add_validate},
    Command{"graph", "show the stages and what depends on what", add_graph},
    Command{"logs", "show what a stage printed", add_logs},
    Command{"accept", "take what stands on the disk as the result of a stage", add_accept},
    Command{"shell", "open a shell in the folder and environment of a stage", add_shell},
    Command{"check", "run data checks on any table, without a pipeline", add_check},
    Command{"table", "show the columns and rows of any table", add_table},
    Command{"drift", "say whether a table differs from a reference", add_drift},
    Command{"gate",
            "judge a new model against the one in use by their predictions, without a pipeline",
            add_gate},
    Command{"profile", "say what a table holds", add_profile},
    Command{"deploy", "look at and change what is deployed", add_deploy},
    Command{"data", "versioned data: files and folders by content, in DVC's format", add_data},
    Command{"init", "look at the repository and write a pipeline that runs", add_init},
    Command{"doctor", "check this machine and repository", add_doctor},
    Command{"gc", "remove stored objects that nothing needs", add_gc},
    Command{"completion", "print shell completion", add_completion},
};

}  // namespace

std::span<const Command> commands() {
  return table;
}

}  // namespace mlpipe::cli
