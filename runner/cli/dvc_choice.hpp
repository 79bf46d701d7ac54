// Which stages a command line means in a repository with dvc.yaml, and how its options reach the
// book.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/cli/session.hpp"
#include "runner/engine/dvc/dvc_book.hpp"

namespace mlpipe::cli {

struct DvcChoice {
  std::vector<bool> selected;
  std::vector<bool> named;
};
// Also hands the options over to the book. usage: a target that names nothing, an option that
// belongs to mlpipe.yaml.
[[nodiscard]] Result<DvcChoice> select_dvc(engine::dvc::DvcBook& book, const graph::Graph& graph,
                                           const Common& common, const std::string& folder,
                                           Untargeted untargeted);
// usage: an option that means nothing outside a DVC project.
[[nodiscard]] Status refuse_dvc_flags(const Common& common);

}  // namespace mlpipe::cli
