// One function per verb: options in, exit code out. Facts go to stdout, everything else to stderr.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/cli/session.hpp"

namespace mlpipe::cli {

struct RunArguments {
  Common common;
  std::uint32_t jobs = 0;  // 0: one per core
  bool force = false;
  bool keep_going = false;  // asked for; it is the default but under --dvc-compat
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
  std::string checks;                   // file; empty: `suite` is given
  std::string suite;                    // file of Great Expectations
  std::vector<std::string> parameters;  // NAME=VALUE of the suite
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

struct DriftArguments {
  std::string reference;
  std::string current;
  std::string config;  // file
  std::vector<std::string> columns;
  std::vector<std::string> exclude;
  std::string method;
  std::string type;
  std::optional<double> threshold;
  std::optional<double> calibrated;
  std::optional<double> share;
  std::string correction;
  std::string target;
  std::string prediction;
  std::vector<std::string> reports;  // files to write
  bool json = false;
};
int drift(const DriftArguments& arguments);
struct GateArguments {
  std::vector<std::string> baseline;
  std::vector<std::string> candidate;
  std::string label;
  std::string prediction;
  std::vector<std::string> scores;  // COLUMN, or CLASS=COLUMN
  std::string key;
  std::string group;
  std::string positive;
  double threshold = 0.5;
  std::vector<std::string> metrics;
  std::vector<std::string> tests;  // T, or METRIC=T
  std::vector<std::string> fairness;
  std::vector<std::string> slices;
  std::vector<std::string> slice_bins;  // COLUMN=EDGE,EDGE
  std::vector<std::string> slice_sql;   // NAME=CONDITION
  std::vector<std::string> margins;     // X, or METRIC=X
  double alpha = 0.05;
  double power = 0.8;
  std::string on_inconclusive = "warn";
  std::string correction = "holm";
  std::uint32_t draws = 10'000;
  std::uint64_t seed = 0;
  std::optional<std::uint64_t> min_rows;
  bool json = false;
};
int gate(const GateArguments& arguments);

struct ProfileArguments {
  std::string table;
  std::string output;  // file for the profile as JSON
  std::string report;  // file for the page
  bool json = false;
};
int profile(const ProfileArguments& arguments);

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
