// `mlpipe deploy rollback|history|resume` on a target's folder, and `deploy plan|apply` over the
// pipelines.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "runner/cli/deploy_preview.hpp"
#include "runner/cli/deploy_targets.hpp"
#include "runner/cli/verbs.hpp"
#include "stages/deploy/manual.hpp"
#include "stages/deploy/repair.hpp"

namespace mlpipe::cli {
namespace {

namespace target = stages::deploy;
using Json = nlohmann::ordered_json;

constexpr int trouble_code = 6;

void print(std::FILE* stream, const std::string& line) {
  std::fputs((line + "\n").c_str(), stream);
}

target::OnWait tell_wait() {
  return [](const std::string& who) { print(stderr, "mlpipe: waiting: " + who); };
}

target::Person person_of(const DeployArguments& arguments) {
  return {actor(), arguments.reason};
}

int rollback(const DeployArguments& arguments, const std::string& folder) {
  const target::Target there(folder);
  const auto done = target::roll_back(there, arguments.to, person_of(arguments), tell_wait());
  if (!done) {
    return show(done.error());
  }
  for (const std::string& note : done->notes) {
    print(stderr, "mlpipe: note: " + note);
  }
  for (const std::string& trouble : done->trouble) {
    print(stderr, "mlpipe: " + trouble);
  }
  if (arguments.common.json) {
    print(stdout,
          Json{{"target", there.folder()}, {"from", done->from}, {"current", done->to}}.dump(
              -1, ' ', false, Json::error_handler_t::replace));
  } else {
    print(stdout, fmt::format("{}: rolled back from {} to {}", printable(there.folder()),
                              target::short_id(done->from), target::short_id(done->to)));
    print(stdout,
          fmt::format("further deploys are held; when they may go on: mlpipe deploy resume {}",
                      printable(there.folder())));
  }
  return done->trouble.empty() ? 0 : trouble_code;
}

int resume(const DeployArguments& arguments, const std::string& folder) {
  const target::Target there(folder);
  const auto resumed = target::resume(there, person_of(arguments), tell_wait());
  if (!resumed) {
    return show(resumed.error());
  }
  if (!resumed->history_aside.empty()) {
    print(stdout, "the damaged history is kept at " + printable(resumed->history_aside));
  }
  const bool changed = resumed->was_held || !resumed->history_aside.empty();
  print(stdout, fmt::format("{}: {}", printable(there.folder()),
                            changed ? "deploys may go on" : "nothing held it"));
  return 0;
}

std::string gates_text(const std::string& gates) {
  std::string text;
  const Json list = Json::parse(gates, nullptr, /*allow_exceptions=*/false);
  for (const Json& gate : list) {
    if (gate.is_object() && gate.contains("stage") && gate.contains("state")) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", gate["stage"].get<std::string>(),
                          gate["state"].get<std::string>());
    }
  }
  return text;
}

void print_record(const target::Record& record) {
  std::string line = fmt::format("{}  {:<13}  {}", printable(record.time),
                                 target::name(record.outcome), target::short_id(record.id));
  if (record.outcome == target::Ended::rolled_back) {
    line += ", back to " + target::short_id(record.previous);
  }
  line += "  by " + printable(record.actor);
  if (!record.commit.empty()) {
    line += "  commit " + printable(record.commit.substr(0, 12));
  }
  if (!record.run_id.empty()) {
    line += "  run " + printable(record.run_id);
  }
  if (const std::string gates = gates_text(record.gates); !gates.empty()) {
    line += "  gates: " + printable(gates);
  }
  print(stdout, line);
  if (!record.reason.empty()) {
    print(stdout, "    " + printable(record.reason));
  }
}

void print_json(const target::Target& there, const target::History& history,
                const std::string& current, const std::optional<target::Hold>& hold) {
  Json records = Json::array();
  for (const target::Record& record : history.records) {
    records.push_back(Json::parse(target::to_json(record)));
  }
  Json json{
      {"target", there.folder()}, {"current", current}, {"hold", nullptr}, {"damage", nullptr}};
  if (hold) {
    json["hold"] = {{"time", hold->time}, {"actor", hold->actor}, {"reason", hold->reason}};
  }
  if (history.damage) {
    json["damage"] = *history.damage;
  }
  json["records"] = std::move(records);
  print(stdout, json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// Newest last, as logs are; what was merely begun is told only where it has no end.
int history(const DeployArguments& arguments, const std::string& folder) {
  const target::Target there(folder);
  if (const Status is_target = target::check_target(there); !is_target) {
    return show(is_target.error());
  }
  const auto read = target::read_history(there.folder());
  const auto current = there.current();
  const auto hold = there.hold();
  for (const Error* error : {read ? nullptr : &read.error(), current ? nullptr : &current.error(),
                             hold ? nullptr : &hold.error()}) {
    if (error != nullptr) {
      return show(*error);
    }
  }
  if (arguments.common.json) {
    print_json(there, *read, *current, *hold);
  } else {
    for (const target::Record& record : read->records) {
      if (record.outcome != target::Ended::started || &record == read->unfinished()) {
        print_record(record);
      }
    }
    print(stdout, fmt::format("current: {}", target::short_id(*current)));
    if (*hold) {
      print(stdout,
            fmt::format("held by {} since {}: {}", printable((*hold)->actor),
                        printable((*hold)->time),
                        (*hold)->reason.empty() ? "no reason given" : printable((*hold)->reason)));
    }
  }
  if (read->damage) {
    return show({Code::corrupt,
                 fmt::format("{} is damaged, {}: what it says cannot be relied on",
                             printable(target::history_path(there.folder())), *read->damage)});
  }
  return 0;
}

int apply(const DeployArguments& arguments) {
  RunArguments run_arguments;
  run_arguments.common = arguments.common;
  {
    Session session(arguments.common);
    if (const auto failed = session.open_pipelines()) {
      return *failed;
    }
    for (const StageId id : deploy_stages(session, arguments.target)) {
      run_arguments.common.targets.push_back(session.workspace().label(id));
    }
  }
  if (run_arguments.common.targets.empty()) {
    return show({Code::usage, arguments.target.empty()
                                  ? "no stage deploys"
                                  : "no stage deploys to " + printable(arguments.target)});
  }
  run_arguments.deploy = true;
  return run(run_arguments);
}

}  // namespace

int deploy(const DeployArguments& arguments) {
  using Action = DeployArguments::Action;
  if (arguments.action == Action::plan) {
    return deploy_preview(arguments.common, arguments.target);
  }
  if (arguments.action == Action::apply) {
    return apply(arguments);
  }
  const auto folder = target_folder(arguments.common, arguments.target);
  if (!folder) {
    return show(folder.error());
  }
  return arguments.action == Action::rollback  ? rollback(arguments, *folder)
         : arguments.action == Action::history ? history(arguments, *folder)
                                               : resume(arguments, *folder);
}

}  // namespace mlpipe::cli
