// One parsed pipeline file into a Pipeline and the drafts of its stages: header, profile, templates, defaults,
// interpolation, expansion. Knows nothing of the other files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/spec/link.hpp"
#include "runner/spec/load.hpp"
#include "runner/spec/param_store.hpp"
#include "runner/spec/report.hpp"
#include "runner/spec/stage_builder.hpp"

namespace mlpipe::spec {

// What one load shares between its files. Everything outlives the reading.
struct LoadState {
  const LoadOptions& options;
  std::vector<std::string> kind_names;
  ParamStore& params;
  Report& report;
  std::function<std::vector<std::string>(const std::string& path)> code_owners;
  std::size_t room;  // stages that may still come, see expand.hpp
  std::vector<Draft> drafts;
  std::vector<GroupName> declared;
};

// `document` came from `path`, file `file` of the Sources. Drafts and names are added to `state`.
[[nodiscard]] Pipeline read_pipeline(const Node& document, const std::string& path, std::uint32_t file, PipelineId id,
                                     LoadState& state);

// Whether `version` ("0.1.0") meets a `requires` text (">=0.1, <2"); nullopt where that text is none.
[[nodiscard]] std::optional<bool> meets(std::string_view version, std::string_view wanted);

}  // namespace mlpipe::spec
