// DVC's own answers as JSON: `dvc status --json`, and a resolved stage as dvc.yaml means it.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/dvc/tracker.hpp"

namespace mlpipe::engine::dvc {

// {"stage": [{"changed deps": {path: "modified"}}, {"changed outs": ...}, "always changed",
// "changed command"]}: stages of which nothing is to be told are left out. Paths are relative to
// `folder`, which is relative to the root.
[[nodiscard]] Result<std::string> status_json(Tracker& tracker, const std::vector<bool>& wanted,
                                              const std::string& folder);

// {"name","cmd","wdir","deps","outs":[{"path","kind",flags}],"params":{file: [keys]},"frozen",
// "always_changed"}
[[nodiscard]] std::string stage_json(const spec::dvc::Stage& stage);
// {"params": {file: ...}, "metrics": ...}: the top-level sections by file.
[[nodiscard]] std::string top_json(const spec::dvc::Repository& repository);

// As JSON says it: big integers keep their digits; what JSON has no word for is a text.
[[nodiscard]] std::string json_of(const Value& value);

}  // namespace mlpipe::engine::dvc
