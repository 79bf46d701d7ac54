// Which stages a command line means in a DVC project. Source: dvc/repo/stage.py (collect_granular,
// collect), dvc/repo/reproduce.py of DVC 3.67. Knows nothing of state.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/graph/graph.hpp"
#include "runner/spec/dvc/repository.hpp"

namespace mlpipe::engine::dvc {

enum class Reach : std::uint8_t { with_upstream, only, downstream, whole_pipeline };
enum class NoTarget : std::uint8_t {
  here,        // the dvc.yaml of the folder, which must be there
  here_or_all  // everything where the folder has none
};

struct Targets {
  std::vector<std::string> names;  // as given, relative to `folder`
  std::string folder;              // relative to the root, "" for the root itself
  Reach reach = Reach::with_upstream;
  NoTarget without = NoTarget::here_or_all;
  bool all_pipelines = false;
};

// The stages named, without what lies above. usage: a target names nothing; the message says what
// was looked for.
[[nodiscard]] Result<std::vector<bool>> named_stages(const spec::dvc::Repository& repository,
                                                     const Targets& targets);
// And what they reach.
[[nodiscard]] Result<std::vector<bool>> select_stages(const spec::dvc::Repository& repository,
                                                      const graph::Graph& graph,
                                                      const Targets& targets);

}  // namespace mlpipe::engine::dvc
