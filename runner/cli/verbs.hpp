// One function per verb: options in, exit code out. Facts go to stdout, everything else to stderr.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/cli/session.hpp"

namespace mlpipe::cli {

struct RunArguments {
  Common common;
  std::uint32_t jobs = 0;  // 0: one per core
  bool force = false;
  bool keep_going = true;
  bool fail_fast = false;
  bool dry_run = false;
  bool deploy = false;
  bool locked = false;
  bool attach = false;
  std::string affected_by;  // --affected-by REF
};
int run(const RunArguments& arguments);

int plan(const RunArguments& arguments);
int status(const Common& common);
int validate(const Common& common);
int step(const std::string& kind, const std::string& input, const std::string& output);

struct LogsArguments {
  Common common;
  std::string stage;
  std::uint32_t attempt = 0;  // 0: the last
  bool follow = false;
  std::string run_id;  // empty: the newest run that has a log of the stage
};
int logs(const LogsArguments& arguments);

struct AcceptArguments {
  Common common;
  std::string stage;
  std::string reason;
};
int accept(const AcceptArguments& arguments);

struct ShellArguments {
  Common common;
  std::string stage;
  std::vector<std::string> command;  // after --; empty: the user's shell
};
int shell(const ShellArguments& arguments);

struct CheckArguments {
  std::string table;
  std::string checks;  // file
  bool json = false;
  bool explain = false;  // the SQL that was run, instead of the result
  std::string previous;  // file: an earlier result, for checks that look back
};
int check(const CheckArguments& arguments);

struct TableArguments {
  std::string table;
  bool json = false;
  std::int64_t rows = 0;  // print that many rows instead of the columns; 0: none
};
int show_table(const TableArguments& arguments);

enum class GraphFormat : std::uint8_t { text, mermaid, dot, json };
int graph(const Common& common, GraphFormat format);

int why(const Common& common, const std::string& stage);
int completion(const std::string& shell_name);

struct GcArguments {
  Common common;
  bool dry_run = false;
  std::string keep_days;
};
int gc(const GcArguments& arguments);

int doctor(const Common& common);

struct InitArguments {
  std::string folder;
  bool force = false;
  bool print_only = false;
};
int init(const InitArguments& arguments);

struct DeployArguments {
  Common common;
  enum class Action : std::uint8_t { plan, apply, rollback, history, resume } action = Action::plan;
  std::string target;
  std::string to;  // rollback --to ID
  std::string reason;
};
int deploy(const DeployArguments& arguments);

}  // namespace mlpipe::cli
