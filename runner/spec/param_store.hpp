// Every parameter file of a load, read once. Knows nothing of pipelines and profiles.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/interpolate.hpp"
#include "runner/spec/pipeline.hpp"
#include "runner/spec/report.hpp"
#include "runner/spec/values.hpp"

namespace mlpipe::spec {

struct ParamTable {
  std::string path;
  Node root;    // a map
  Names names;  // every dotted path of it
};

[[nodiscard]] ParamTable make_table(std::string path, Node root);

class ParamStore {
 public:
  // All three outlive it; every file that is read is added to both lists.
  ParamStore(std::string root, Sources& sources, std::vector<std::string>& files_read);

  // The table of a normal path; nullptr where the file is missing or wrong, which is reported (a missing one at `mark`).
  [[nodiscard]] const ParamTable* table(const std::string& path, Mark mark, Report& report);

 private:
  std::string root_;
  Sources& sources_;
  std::vector<std::string>& files_read_;
  std::map<std::string, std::optional<ParamTable>> tables_;
};

// The leaves of `key` in a table, appended to `out`. An empty key: every leaf of the file.
void track(const ParamTable& table, const Text& key, std::vector<Param>& out, Report& report);

}  // namespace mlpipe::spec
