// The closed schemas of dvc.yaml and .dvc files: every key and type, checked before any template is
// looked at. Source: dvc/schema.py of DVC 3.67. Knows nothing of what the values mean.
#pragma once

#include <cstdint>
#include <string>

#include "runner/base/value.hpp"
#include "runner/spec/diagnostic.hpp"

namespace mlpipe::spec::dvc {

[[nodiscard]] inline Mark mark_of(std::uint32_t file, const Value& value) {
  return {file, value.line, value.column};
}

// `path` names the file, for messages. False where something is wrong, which is reported.
bool check_dvc_yaml(const Value& document, std::uint32_t file, const std::string& path,
                    Diagnostics& diagnostics);
bool check_dvc_file(const Value& document, std::uint32_t file, const std::string& path,
                    Diagnostics& diagnostics);

}  // namespace mlpipe::spec::dvc
