// Which files of a repository are pipelines, and their text. Knows nothing of what stands in them beyond the first key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::spec {

// Whole file, at most 256 MiB. `path` is relative to `root`, or absolute.
[[nodiscard]] Result<std::string> read_source(const std::string& root, const std::string& path);

// Whether the first key of the document is `mlpipe`, whatever its value. Looks at the first content line only.
[[nodiscard]] bool begins_with_mlpipe(std::string_view text);

struct PipelineFile {
  std::string path;
  Result<std::string> text;  // an error: it should have been readable
};

// `asked` (-f) in order, else mlpipe.yaml and what lies in pipelines/, sorted. not_found: there is none at all.
[[nodiscard]] Result<std::vector<PipelineFile>> find_pipelines(const std::string& root,
                                                               const std::vector<std::string>& asked);

}  // namespace mlpipe::spec
