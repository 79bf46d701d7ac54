// What a deployment is told of the stages above it.
#include <nlohmann/json.hpp>

#include "runner/engine/book.hpp"
#include "runner/engine/runner.hpp"

namespace mlpipe::engine {

// What a gate recorded of its candidate; nothing where its result was not kept.
std::string Runner::metrics_of(const Digest& fingerprint) const {
  const auto action = workspace_.journal->find(fingerprint);
  const auto text = action && action->result ? workspace_.store->read(*action->result)
                                             : fail(Code::not_found, "");
  const auto result = text ? plan::result_from_json(*text) : fail(Code::not_found, "");
  return result ? result->metrics : "{}";
}

// Every gate above a stage, with what became of it in this run; a gate that took no part is
// evidence that is missing.
std::string Runner::evidence_for(StageId id) const {
  nlohmann::json evidence = nlohmann::json::array();
  std::vector<char> seen(workspace_.graph.size(), 0);
  std::vector<StageId> open{id};
  while (!open.empty()) {
    const StageId at = open.back();
    open.pop_back();
    for (const StageId up : workspace_.graph.upstream(at)) {
      if (seen[up.index()] != 0) {
        continue;
      }
      seen[up.index()] = 1;
      open.push_back(up);
      const auto state = states_[up.index()];
      const auto fingerprint = fingerprints_.find(up);
      const auto accepted = accepted_.find(up);
      nlohmann::json item{
          {"stage", workspace_.label(up)},
          {"kind", workspace_.stage(up).kind},
          {"gate", is_gate(workspace_.stage(up).kind)},
          {"state", state ? std::string(run::name(*state)) : "missing"},
          {"accepted", accepted != accepted_.end() && accepted->second},
          {"fingerprint", fingerprint == fingerprints_.end() ? "" : fingerprint->second.hex()}};
      if (workspace_.lowered[up.index()].baseline && fingerprint != fingerprints_.end()) {
        item["candidate"] = candidates_.at(up);
        item["metrics"] = nlohmann::json::parse(metrics_of(fingerprint->second), nullptr, false);
      }
      evidence.push_back(std::move(item));
    }
  }
  return evidence.dump();
}

// What a book carries out itself, without a process.
bool Runner::settle_by_book(StageId id) {
  if (!workspace_.book) {
    return false;
  }
  auto settled = workspace_.book->settle(id, pending_[id].decided);
  if (!settled) {
    return false;
  }
  settled->stage = workspace_.label(id);
  end_stage(id, std::move(*settled));
  return true;
}

}  // namespace mlpipe::engine
