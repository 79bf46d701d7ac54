// One expanded and interpolated stage node into a Stage: every key of DESIGN section 2 that all kinds share.
// Knows nothing of other stages; what names them ({outs_of: NAME}) is left to link.hpp.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runner/spec/load.hpp"
#include "runner/spec/param_store.hpp"
#include "runner/spec/pipeline.hpp"
#include "runner/spec/report.hpp"
#include "runner/spec/values.hpp"

namespace mlpipe::spec {

// What the stages of one pipeline have in common.
struct Surroundings {
  std::string root;
  std::span<const KindRules> kinds;
  ParamStore* store = nullptr;
  std::string params_path;             // of the default parameter file, empty where none is declared
  const ParamTable* params = nullptr;  // nullptr also where it cannot be read, which was reported
  std::vector<std::string> owners;     // of the pipeline, else CODEOWNERS
  Node env;                            // the pipeline's own, interpolated; null where not given
  Node secrets;
};

struct Draft {
  Stage stage;
  const KindRules* rules = nullptr;  // nullptr: the kind is unknown, which was reported
  Node deps;                         // as written; linked when every stage is known
};

// `start` carries name, group, pipeline, mark and seed. `body` holds the stage's keys over the defaults; foreach,
// matrix, seeds, extends and vars are ignored.
[[nodiscard]] Draft build_stage(Stage start, const Node& body, const Surroundings& around, Report& report);

// Several commands as one text for a shell: each runs in the same shell after the one before succeeded. Plain ones are
// joined by " && "; others become "{ COMMAND\n}" groups, so that `;`, `||`, comments and here-documents in one cannot
// swallow a failure.
[[nodiscard]] std::string join_commands(const std::vector<Text>& commands);

// The parts of it, by topic.
void read_environment(const Node& body, const Surroundings& around, Stage& stage, Values& values);
void read_policy(const Node& body, const Surroundings& around, Stage& stage, Values& values);
[[nodiscard]] std::optional<When> read_when(const Node& node, Values& values);

// Every node of `config` that a dotted key names; `*` is each item of a list or map.
[[nodiscard]] std::vector<Node*> select_nodes(Node& config, std::string_view key);

}  // namespace mlpipe::spec
