// `environment: {python, lock, tools}`: what the code runs in, by content. Nothing is executed to
// find out.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/host.hpp"
#include "runner/plan/manifest.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::cache {
class Index;
class ObjectStore;
}  // namespace mlpipe::cache

namespace mlpipe::engine {

struct Toolchain {
  std::string bin;  // to put first on PATH; empty: nothing
  std::vector<std::pair<std::string, std::string>>
      digests;  // "lock:requirements.lock" -> content text, …
};

// errors: not_found, naming what was looked for and where.
[[nodiscard]] Result<Toolchain> resolve_toolchain(const spec::EnvironmentSpec& environment,
                                                  const std::string& root, const Variables& caller,
                                                  cache::Index& index);

// Keeps the lock files' texts, so that `why` can name the packages that moved.
[[nodiscard]] Status keep_lock_texts(const spec::EnvironmentSpec& environment,
                                     const std::string& root, cache::ObjectStore& store);

// The packages that differ between two lock files, "scikit-learn 1.4.2 -> 1.5.0" as old and new;
// understands `name==version` lines, conda's `- name=version`, and the TOML of uv and poetry (`name
// = "x"`, `version = "y"`).
struct Moved {
  std::string package, old_version, new_version;
};
[[nodiscard]] std::vector<Moved> moved_packages(std::string_view then, std::string_view now);

}  // namespace mlpipe::engine
