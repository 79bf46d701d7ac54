#include "stages/deploy/deployments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/base/text.hpp"
#include "stages/deploy/history.hpp"
#include "stages/deploy/settings.hpp"
#include "stages/deploy/target.hpp"

namespace mlpipe::stages::deploy {

Result<std::vector<Deployment>> deployments_to(const std::string& root, const spec::Node& config,
                                               const std::string& target) {
  std::vector<Deployment> deployments;
  if (target_name(config) != target) {
    return deployments;
  }
  const std::string path = target_path(config);
  const Target there(path.rfind('/', 0) == 0 ? path : root + "/" + path);
  TRY(const History history, read_history(there.folder()));
  if (history.damage) {
    return fail(
        Code::corrupt,
        fmt::format("{} is damaged, {}", printable(history_path(there.folder())), *history.damage));
  }
  TRY(const std::string current, there.current());
  for (auto at = history.records.rbegin(); at != history.records.rend(); ++at) {
    if (at->outcome == Ended::deployed) {
      deployments.push_back({at->id, at->time, at->candidate, at->metrics});
    }
  }
  // After a rollback what is in place comes first: it was not the last to be deployed.
  std::stable_partition(deployments.begin(), deployments.end(),
                        [&](const Deployment& each) { return each.id == current; });
  return deployments;
}

}  // namespace mlpipe::stages::deploy
