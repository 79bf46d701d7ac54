#include <utility>

#include "runner/run/event.hpp"

namespace mlpipe::run {

const std::vector<std::string>& list_of(const RunFinished& finished, StageState state) {
  switch (state) {
    case StageState::passed:
      return finished.passed;
    case StageState::warned:
      return finished.warned;
    case StageState::failed:
      return finished.failed;
    case StageState::errored:
      return finished.errored;
    case StageState::skipped:
      return finished.skipped;
    case StageState::blocked:
      return finished.blocked;
    case StageState::cancelled:
      return finished.cancelled;
    case StageState::reused:
      return finished.reused;
    case StageState::restored:
      return finished.restored;
  }
  return finished.errored;
}

std::vector<std::string>& list_of(RunFinished& finished, StageState state) {
  return const_cast<std::vector<std::string>&>(list_of(std::as_const(finished), state));
}

}  // namespace mlpipe::run
