#include "stages/deploy/evidence.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"

namespace mlpipe::stages::deploy {
namespace {

using Json = nlohmann::json;

bool is_one_of(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return word == text; });
}

std::string pipeline_prefix(const std::string& label) {
  const std::size_t colon = label.find(':');
  return colon == std::string::npos ? std::string() : label.substr(0, colon + 1);
}

bool is_allowed(const std::string& label, const std::vector<std::string>& allowed,
                const std::string& prefix) {
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& name) {
    const std::string full = name.find(':') == std::string::npos ? prefix + name : name;
    return label == full || label.rfind(full + "@", 0) == 0;
  });
}

// Why this stage's end forbids a deployment; empty where it does not.
std::string objection(const Json& item) {
  const std::string stage = printable(item.at("stage").get<std::string>());
  const std::string state = item.at("state").get<std::string>();
  if (is_one_of(state, {"passed", "warned", "reused", "restored"})) {
    return {};
  }
  if (!item.at("gate").get<bool>()) {
    const bool harmless = is_one_of(state, {"skipped", "missing"});
    return harmless ? std::string() : fmt::format("{} {}", stage, state);
  }
  return state == "missing" ? fmt::format("the gate {} took no part in this run", stage)
         : is_one_of(state, {"failed", "errored"})
             ? fmt::format("the gate {} {}", stage, state)
             : fmt::format("the gate {} was {}", stage, state);
}

void add_gate(const Json& item, Json& gates, Evidence& found) {
  Json gate{{"stage", item.at("stage")},
            {"kind", item.at("kind")},
            {"state", item.at("state")},
            {"accepted", item.at("accepted")},
            {"fingerprint", item.at("fingerprint")}};
  gates.push_back(std::move(gate));
  const bool compares = item.at("kind") == "regression" && item.contains("candidate");
  if (compares && found.candidate.empty()) {  // nearest first
    found.candidate = item.at("candidate").get<std::string>();
    found.metrics =
        item.contains("metrics") && item["metrics"].is_object() ? item["metrics"].dump() : "{}";
  }
}

}  // namespace

Result<Evidence> weigh(const std::string& evidence, const std::vector<std::string>& allow_accepted,
                       const std::string& stage) {
  Evidence found;
  std::vector<std::string> objections;
  Json gates = Json::array();
  try {
    const Json list = Json::parse(evidence);
    for (const Json& item : list) {
      if (item.at("gate").get<bool>()) {
        add_gate(item, gates, found);
      }
      std::string against = objection(item);
      const std::string label = item.at("stage").get<std::string>();
      if (against.empty() && item.at("accepted").get<bool>() &&
          !is_allowed(label, allow_accepted, pipeline_prefix(stage))) {
        against = fmt::format(
            "the result of {} was taken by `accept` and not run (allow_accepted: [{}] lets it "
            "pass)",
            printable(label), printable(label.substr(label.find(':') + 1)));
      }
      if (!against.empty()) {
        objections.push_back(std::move(against));
      }
    }
  } catch (const Json::exception& error) {
    return fail(Code::invalid,
                fmt::format("the evidence of the gates cannot be read: {}", error.what()));
  }
  found.refusal = fmt::format("{}", fmt::join(objections, "; "));
  found.gates = gates.dump(-1, ' ', false, Json::error_handler_t::replace);
  return found;
}

}  // namespace mlpipe::stages::deploy
