// A DVC project as values: every dvc.yaml and .dvc file below its root, resolved. Source of the
// rules: dvc/repo/index.py, dvc/parsing/__init__.py of DVC 3.67. Knows nothing of locks, caches and
// data.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/base/ignore_rules.hpp"
#include "runner/spec/diagnostic.hpp"
#include "runner/spec/dvc/config.hpp"
#include "runner/spec/dvc/stage.hpp"
#include "runner/spec/dvc/template.hpp"
#include "runner/spec/load.hpp"

namespace mlpipe::spec::dvc {

struct Repository {
  std::string root;  // absolute
  Config config;
  IgnoreRules ignore;              // every .dvcignore that was met
  std::vector<std::string> files;  // dvc.yaml files, sorted
  std::vector<TopLevel> top;       // parallel to files
  std::vector<Stage> stages;       // by file, in file order; .dvc files last
  bool git = false;                // the project lies in a git repository and uses it
};

// Whether `root` holds a DVC project.
[[nodiscard]] bool is_project(const std::string& root);

// Everything is read; what is wrong stands in loaded.diagnostics.
[[nodiscard]] Result<Repository> read_repository(const std::string& root, Loaded& loaded);

// The stages of one dvc.yaml and its other sections, resolved. Reports into loaded.diagnostics.
struct Resolved {
  std::vector<Stage> stages;
  TopLevel top;
};
[[nodiscard]] Resolved resolve_file(const std::string& root, const std::string& path,
                                    const Config& config, Loaded& loaded);
[[nodiscard]] std::vector<Stage> read_dvc_file(const std::string& root, const std::string& path,
                                               Loaded& loaded);

// The repository as the pipelines and stages that graph, scheduler and reports know. Indexes of
// stages stay the same.
[[nodiscard]] Project to_project(const Repository& repository, Diagnostics& diagnostics);

// A literal path as a pattern that matches it alone.
[[nodiscard]] std::string as_pattern(const std::string& path);

}  // namespace mlpipe::spec::dvc
