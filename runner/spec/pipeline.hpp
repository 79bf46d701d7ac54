// The pipeline as values: everything expanded, interpolated, defaulted and checked. Nothing here is
// filled in later. Paths are normal (no ".", "..", no trailing "/"), relative to the repository
// root.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runner/base/ids.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::spec {

enum class OutRole : std::uint8_t { out, metric, plot };
enum class Caching : std::uint8_t {
  cached,
  uncached
};                                              // uncached: digest recorded, content not stored
enum class Persist : std::uint8_t { no, yes };  // yes: kept in place (un-shared) before an attempt

struct Out {
  std::string path;  // a file, a folder or a glob
  OutRole role = OutRole::out;
  Caching caching = Caching::cached;
  Persist persist = Persist::no;
  Mark mark;
  friend bool operator==(const Out&, const Out&) = default;
};

enum class Notebook : std::uint8_t { code_cells, full };  // what of an .ipynb dependency counts

struct Dep {
  std::string path;  // a file, a folder or a glob; a folder covers what lies below it
  Notebook notebook = Notebook::code_cells;
  Mark mark;
  friend bool operator==(const Dep&, const Dep&) = default;
};

// One leaf of a parameter file that the stage declares. A key that names a map is expanded to its
// leaves.
struct Param {
  std::string file;
  std::string key;    // dotted
  std::string value;  // canonical JSON after profile overrides
  friend bool operator==(const Param&, const Param&) = default;
};

enum class RetryCause : std::uint8_t { any_failure, signal, oom, timeout, preempted, exit_code };
struct RetryOn {
  RetryCause cause = RetryCause::any_failure;
  int exit_code = 0;  // with RetryCause::exit_code
  friend bool operator==(const RetryOn&, const RetryOn&) = default;
};

struct Retry {
  std::uint32_t retries = 0;
  std::vector<RetryOn> on;                  // empty: any failure
  std::chrono::milliseconds backoff{1000};  // doubled after each attempt, at most five minutes
  friend bool operator==(const Retry&, const Retry&) = default;
};

struct Resources {
  double cpus = 1;           // a stage holds this share of the machine's cores while it runs
  std::uint64_t memory = 0;  // bytes; 0: not declared
  std::uint32_t gpus = 0;    // machine-wide slots
  friend bool operator==(const Resources&, const Resources&) = default;
};

struct Checkpoint {
  std::string path;
  std::uint32_t keep = 1;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// All conditions given must hold (a list within one: any of it). A stage whose condition fails is
// skipped.
struct When {
  std::vector<std::string> branch;   // globs
  std::vector<std::string> tag;      // globs
  std::vector<std::string> changed;  // path globs, against the merge base with the default branch
                                     // or the last run's commit
  struct EnvIs {
    std::string name;
    std::optional<std::string> equals;  // absent: set and not empty
    friend bool operator==(const EnvIs&, const EnvIs&) = default;
  };
  std::vector<EnvIs> env;
  struct StageIs {
    std::string stage;  // resolved name (group or stage)
    std::vector<std::string>
        states;  // of `passed warned failed errored skipped blocked reused restored`
    friend bool operator==(const StageIs&, const StageIs&) = default;
  };
  std::vector<StageIs> stage;
  Mark mark;
  friend bool operator==(const When&, const When&) = default;
};

enum class Shell : std::uint8_t {
  sh,
  bash,
  none
};  // none: split on blanks and quotes, executed directly

struct EnvSpec {
  std::vector<std::string> pass;  // names taken from the caller; counted by value
  std::vector<std::pair<std::string, std::string>> set;  // sorted by name
  std::vector<std::string> count;                        // further names whose values count
  friend bool operator==(const EnvSpec&, const EnvSpec&) = default;
};

struct EnvironmentSpec {  // what the code runs in
  std::string python;     // an interpreter, or a virtual environment's folder; empty: not declared
  std::vector<std::string> lock;
  std::vector<std::string> tools;  // names on PATH or paths
  Mark mark;
  friend bool operator==(const EnvironmentSpec&, const EnvironmentSpec&) = default;
};

enum class SecretSource : std::uint8_t { env, file, command };
struct Secret {
  std::string name;
  SecretSource source = SecretSource::env;
  std::string from;  // variable name, path or command line
  bool optional = false;
  Mark mark;
  friend bool operator==(const Secret&, const Secret&) = default;
};

struct Stage {
  std::string name;   // within its pipeline, e.g. "train@seed0"
  std::string group;  // the name it was expanded from, else equal to name
  PipelineId pipeline;
  std::string kind = "command";
  Mark mark;  // of the stage's key

  std::string cmd;  // as written, after interpolation; empty where the kind needs none
  Shell shell = Shell::sh;
  std::string working_dir = ".";
  std::vector<Dep>
      deps;  // declared first, then those the kind implies (table, artifacts, outs_of ...)
  std::vector<Out> outs;  // outs, metrics, plots, and those the kind implies (junit)
  std::vector<Param> params;
  std::vector<std::string> needs;  // stage or group names, "pipeline:name" for another pipeline
  std::vector<Mark> needs_marks;   // parallel to needs
  EnvSpec env;
  EnvironmentSpec environment;
  std::vector<Secret> secrets;
  std::optional<When> when;
  std::optional<std::chrono::milliseconds> timeout;
  std::chrono::milliseconds grace{10'000};
  Retry retry;
  Resources resources;
  std::optional<Checkpoint> checkpoint;
  std::optional<std::chrono::milliseconds> max_age;
  std::optional<std::uint32_t> seed;
  std::vector<std::string> owners;  // of the stage, else the pipeline, else CODEOWNERS
  std::string desc;
  std::vector<std::string> tags;
  Caching cache =
      Caching::cached;  // uncached: runs whenever its last result in place does not match
  bool always_run = false;
  bool allow_failure = false;
  Node config;  // the kind's own keys as a map, interpolated, marks kept
  friend bool operator==(const Stage&, const Stage&) = default;
};

enum class CacheLink : std::uint8_t { reflink, copy, hardlink };
enum class CommitOn : std::uint8_t { run, power };  // power: flushed to disk after every stage

struct Storing {                          // `cache` and `durability` of the file
  std::optional<std::uint64_t> max_size;  // bytes
  CacheLink link = CacheLink::reflink;
  CommitOn commit = CommitOn::run;
  friend bool operator==(const Storing&, const Storing&) = default;
};

struct Pipeline {
  std::string name;
  std::string path;       // of the file
  std::string lock_path;  // "<stem>.lock" beside it
  std::vector<std::string> owners;
  std::string params_file;         // the default parameter file, empty where none
  std::string params_json = "{}";  // its content after profile overrides, canonical
  std::string profile;             // empty: none chosen
  Storing storing;
  friend bool operator==(const Pipeline&, const Pipeline&) = default;
};

struct Project {
  std::vector<Pipeline> pipelines;
  std::vector<Stage> stages;  // indexed by StageId, in file order
  [[nodiscard]] const Stage& stage(StageId id) const { return stages[id.index()]; }
  [[nodiscard]] const Pipeline& pipeline_of(const Stage& stage) const {
    return pipelines[stage.pipeline.index()];
  }
  // How people name a stage: its name; "pipeline:name" where the repository has several pipelines.
  [[nodiscard]] std::string label(const Stage& stage) const;
  friend bool operator==(const Project&, const Project&) = default;
};

}  // namespace mlpipe::spec
