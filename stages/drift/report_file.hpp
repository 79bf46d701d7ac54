// A comparison written to a file, in the format that the file's name asks for. Knows no terminal.
#pragma once

#include <string>

#include "runner/base/error.hpp"
#include "stages/drift/result.hpp"

namespace mlpipe::stages::drift {

// .html, .md or .json; `path` is absolute or relative to `root`. The file appears whole or not at
// all.
Status write_report(const DriftResult& result, const std::string& root, const std::string& path);

}  // namespace mlpipe::stages::drift
