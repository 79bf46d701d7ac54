// What was deployed to a target, as its own append-only record tells it. Reads only.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::stages::deploy {

struct Deployment {
  std::string id;
  std::string time;
  std::string candidate;  // identity of the metrics that the gate judged, empty where no gate did
  std::string metrics = "{}";  // JSON map name -> number
};

// Newest first; nothing where `config` (of a deploy stage) is for another target.
[[nodiscard]] Result<std::vector<Deployment>> deployments_to(const std::string& root,
                                                             const spec::Node& config,
                                                             const std::string& target);

}  // namespace mlpipe::stages::deploy
