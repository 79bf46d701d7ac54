// From the files of a repository to a Project, or every Diagnostic at once.
// Knows the grammar of DESIGN section 2; knows kinds only through KindRules, and nothing of git,
// cache or processes.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/spec/diagnostic.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::spec {

// Where a kind's own keys name files: dotted, `*` for every list item or map value
// ("checks.*.foreign_key.table"). A string, a list of strings, or {outs_of: NAME} stands there; it
// becomes a dep or an out of the stage.
struct PathKey {
  enum class Role : std::uint8_t { dep, out };
  enum class Select : std::uint8_t {
    all_outs,
    metrics
  };  // what {outs_of: NAME} takes of the named group
  std::string key;
  Role role = Role::dep;
  Select select = Select::all_outs;
};

enum class Command : std::uint8_t { required, optional, none };

struct KindRules {
  std::string name;
  Command cmd = Command::required;
  std::vector<PathKey> paths;
  // Checks of the kind's configuration that the schema cannot say. May be empty.
  std::function<void(const Stage&, Diagnostics&)> check;
};

struct LoadOptions {
  std::string root;  // absolute path of the repository
  std::vector<std::string>
      files;  // -f FILE...; empty: mlpipe.yaml and pipelines/*.{yaml,yml} with `mlpipe: 1`
  std::string profile;   // --profile
  std::string run_date;  // YYYY-MM-DD, the run's one clock, for ${run.date}
  std::span<const KindRules> kinds;
  std::string version;  // of this binary, for `requires`
};

// Everything that was read, in the order read: what a compiled form is keyed by.
struct Loaded {
  Project project;
  Sources sources;
  Diagnostics diagnostics;              // project is complete only when it has no errors
  std::vector<std::string> files_read;  // relative paths: pipelines, params files, CODEOWNERS
  std::vector<std::string>
      files_absent;          // looked for in vain: were one there, the project could differ
  // With errors: whether they leave the outputs of all stages known, so that more can be said.
  bool outs_known = true;
  bool reads_clock = false;  // some text names ${run.date}: the project is of that day
};

// An Error only where no pipeline file could be found or read at all.
[[nodiscard]] Result<Loaded> load(const LoadOptions& options);

}  // namespace mlpipe::spec
