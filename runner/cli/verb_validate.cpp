// `mlpipe validate`: everything that can be said of the pipeline files without running anything.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {

int validate(const Common& common) {
  Session session(common);
  const auto failed = session.open_pipelines();
  if (common.json) {
    const auto& loaded = session.workspace().loaded;
    nlohmann::ordered_json problems = nlohmann::ordered_json::array();
    for (const spec::Diagnostic& problem : loaded.diagnostics.items()) {
      problems.push_back(
          {{"severity", problem.severity == spec::Severity::error ? "error" : "warning"},
           {"file", loaded.sources.at(problem.mark.file).path},
           {"line", problem.mark.line},
           {"column", problem.mark.column},
           {"message", problem.message},
           {"hint", problem.hint}});
    }
    const nlohmann::ordered_json answer = {{"valid", !failed}, {"diagnostics", problems}};
    std::puts(
        answer.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
  }
  if (failed) {
    return *failed;
  }
  if (const auto opened = session.open_cache()) {
    return *opened;
  }
  if (const auto unmet = session.check_machine()) {
    return *unmet;
  }
  if (!common.json) {
    const auto& project = session.workspace().project();
    std::fputs(fmt::format("{} pipeline{} with {} stage{}: valid\n", project.pipelines.size(),
                           project.pipelines.size() == 1 ? "" : "s", project.stages.size(),
                           project.stages.size() == 1 ? "" : "s")
                   .c_str(),
               stdout);
  }
  return 0;
}

}  // namespace mlpipe::cli
