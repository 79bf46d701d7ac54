// What answers that are kept between commands have in common: by whom they were asked, and the
// files that pipelines were read from.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runner/cache/seen.hpp"
#include "runner/spec/load.hpp"

namespace mlpipe::engine {

struct Question {
  std::string root;
  std::string executable;          // another binary may answer otherwise
  std::vector<std::string> asked;  // everything that the answer depends on, in a fixed order
};

// Equal for equal questions to the same binary; empty where the binary cannot be found.
[[nodiscard]] std::string key_of(const Question& question);

// Begins to record, before anything is read. nullptr where there is no state folder yet.
[[nodiscard]] std::unique_ptr<cache::Seen> begin_seeing(const std::string& root);

// Notes what stands at a path. Files that were read before the record began are in doubt where they
// changed since; links are, as their signature does not tell what is behind them.
void see_path(const std::string& root, const std::string& path, cache::Seen& seen);

// The files that were read and those looked for in vain; and the folder of pipelines, in which
// files that are none may become some.
Status see_sources(const std::string& root, const spec::Loaded& loaded, cache::Seen& seen);

}  // namespace mlpipe::engine
