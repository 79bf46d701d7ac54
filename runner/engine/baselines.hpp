// Which earlier result a regression gate is compared with: a BaselineRef resolved before the
// fingerprint. Knows the rules; git, records, store and deployments are functions it is given.
//
// A run's own result is never its baseline: of the records, the newest whose candidate differs from
// the present one counts. That also keeps a second run without changes a no-op. A profile's runs
// are compared with results of the same profile only.
//   git: REF        the candidate's metrics files at the merge base of HEAD and REF: in git, else
//   through the lock file there
//                   to the store. On REF itself: its last blessed result.
//   blessed: B      the newest blessed record of branch B
//   run             the newest record that passed (or warned), of any branch
//   deployed: T     the newest deployment to T
//   path: FILE      the file as it is
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"
#include "runner/engine/host.hpp"
#include "runner/plan/step.hpp"
#include "runner/port/vcs.hpp"

namespace mlpipe::engine {

// What a regression stage compared in an earlier run: history::GateRecord as far as it matters
// here.
struct PastGate {
  std::string run_id;
  std::string time;
  std::string branch;
  std::string profile;
  std::string candidate;       // identity of what was judged
  std::string metrics = "{}";  // JSON map name -> number
  std::string state;           // passed, warned, failed
  bool blessed = false;
  bool explicit_blessing = false;
};

struct PastDeployment {
  std::string id;
  std::string time;
  std::string candidate;
  std::string metrics = "{}";
};

struct BaselineSources {
  std::function<Result<port::Head>()> head;
  std::function<Result<std::string>(const std::string& ref)> resolve;
  std::function<Result<std::string>(const std::string& a, const std::string& b)> merge_base;
  std::function<Result<std::optional<std::string>>(const std::string& commit,
                                                   const std::string& path)>
      file_at;
  std::function<Result<std::string>(const Digest&)> read_object;  // not_found: not in the store
  std::function<Result<std::vector<PastGate>>(const std::string& stage)> gates;  // newest first
  std::function<Result<std::vector<PastDeployment>>(const std::string& target)>
      deployments;  // newest first
  std::function<Result<std::optional<std::string>>(const std::string& path)>
      read_file;  // of the working tree
};

struct BaselineQuestion {
  plan::BaselineRef ref;
  std::string stage;  // label of the regression stage
  std::string profile;
  std::string candidate;                     // identity of the present candidate
  std::vector<std::string> candidate_files;  // its metrics files
  std::string lock_path;                     // of the pipeline, relative to the root
};

// Where there is none: id "missing", no json, and a note that says what was looked for. Its json is
// {"source","id","name","metrics"} and "since_blessing" {"id","metrics"} where a person blessed an
// earlier result explicitly. unavailable: the ref, the history or an object cannot be reached; the
// message names the command that fetches it.
[[nodiscard]] Result<Baseline> resolve_baseline(const BaselineQuestion& question,
                                                const BaselineSources& sources);

}  // namespace mlpipe::engine
