// The second pass over all stages: {outs_of: NAME}, deps, the files that a kind's own keys name, the kind's own checks.
// Knows nothing of edges; those are the graph's.
#pragma once

#include <string>
#include <vector>

#include "runner/spec/report.hpp"
#include "runner/spec/stage_builder.hpp"

namespace mlpipe::spec {

// A name of the file that stands for no stage, because its expansion is wrong: known all the same.
struct GroupName {
  PipelineId pipeline;
  std::string name;
};

// Completes every draft in place. `declared` are the keys under `stages:` of all pipelines.
void link_stages(std::vector<Draft>& drafts, const std::vector<Pipeline>& pipelines,
                 const std::vector<GroupName>& declared, const std::string& root, Report& report);

}  // namespace mlpipe::spec
