// What a run would do, without doing it: for plan, status and why. Reads only, never waits.
#pragma once

#include <optional>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/engine/decide.hpp"
#include "runner/engine/workspace.hpp"

namespace mlpipe::engine {

enum class Freshness : std::uint8_t { up_to_date, stale, missing, never_run, blocked };
[[nodiscard]] std::string_view name(Freshness freshness);  // as in status --json

struct Preview {
  StageId id;
  Freshness freshness = Freshness::up_to_date;
  std::vector<plan::Change> reasons;  // empty only when up to date
  std::optional<StageId> waits_for;   // an upstream result that is not known yet decides
  std::vector<std::string> restore;   // with missing: the outs that would be written back
  std::optional<Fingerprinted> key;   // absent where it cannot be computed yet
  std::string problem;                // with blocked: why
};

// One for every selected stage, in topological order.
[[nodiscard]] Result<std::vector<Preview>> preview(Workspace& workspace, const Host& host,
                                                   const std::vector<bool>& selected,
                                                   const std::vector<bool>& forced);

}  // namespace mlpipe::engine
