#include "runner/engine/accept.hpp"

#include <fmt/format.h>

#include "runner/base/text.hpp"
#include "runner/engine/conclude.hpp"
#include "runner/engine/lock_update.hpp"

namespace mlpipe::engine {

Result<Accepted> accept_result(Workspace& workspace, const Host& host, StageId id,
                               const std::string& reason) {
  const spec::Stage& stage = workspace.stage(id);
  if (workspace.lowered[id.index()].deploys) {
    return fail(
        Code::refused,
        fmt::format("{} is a deployment: its state is the target's, there is nothing to accept",
                    workspace.label(id)));
  }
  TRY_OK(make_state_dir(workspace.state_dir));
  TRY(const std::optional<cache::Held> own,
      workspace.locks->try_stage(workspace.label(id), cache::LockMode::exclusive));
  if (!own) {
    return fail(Code::busy,
                fmt::format("{} is being run by another mlpipe; wait for it", workspace.label(id)));
  }
  TRY(const Fingerprinted key, fingerprint(workspace, host, id));
  TRY(const std::vector<std::string> standing, standing_outs(workspace, stage));
  for (const std::string& path : standing) {
    TRY(const port::Content content, workspace.index->look(path, cache::View::output));
    if (content.type == port::EntryType::missing) {
      return fail(
          Code::not_found,
          fmt::format("its output `{}` does not exist: only what stands there can be accepted",
                      printable(path)));
    }
  }
  cache::Action action;
  action.stage = workspace.label(id);
  action.state = "passed";
  action.run_id = "accept";
  action.origin = cache::Origin::accepted;
  action.note = reason;
  TRY(const Kept kept, keep_result(workspace, host, id, key, std::move(action), std::nullopt));
  TRY_OK(workspace.journal->flush());
  if (!is_gate(stage.kind)) {
    TRY_OK(write_locks(workspace, {{id, key.fingerprint, kept.outs}}));
  }
  TRY_OK(workspace.index->save());
  return Accepted{kept.outs.size(), key.fingerprint};
}

}  // namespace mlpipe::engine
