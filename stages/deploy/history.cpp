#include "stages/deploy/history.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "runner/base/digest.hpp"
#include "runner/base/text.hpp"
#include "runner/plan/json_depth.hpp"
#include "stages/deploy/disk.hpp"

namespace mlpipe::stages::deploy {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view action_names[] = {"deploy", "rollback", "resume"};
constexpr std::string_view outcome_names[] = {"started", "deployed",      "rolled_back",
                                              "refused", "verify_failed", "resumed"};
const std::string no_line(64, '0');

template <class Enum, std::size_t count>
Enum from_name(const std::string_view (&names)[count], const std::string& name) {
  for (std::size_t i = 0; i < count; ++i) {
    if (names[i] == name) {
      return static_cast<Enum>(i);
    }
  }
  throw std::invalid_argument("`" + printable(name) +
                              "` is not known here; a newer mlpipe wrote it");
}

Json embedded(const std::string& text) {
  Json json = plan::nests_within(text) ? Json::parse(text, nullptr, /*allow_exceptions=*/false)
                                       : Json(Json::value_t::discarded);
  return json.is_discarded() ? Json() : json;
}

Json json_of(const Record& record) {
  return {{"action", name(record.action)},
          {"outcome", name(record.outcome)},
          {"time", record.time},
          {"actor", record.actor},
          {"target", record.target},
          {"id", record.id},
          {"previous", record.previous},
          {"run_id", record.run_id},
          {"commit", record.commit},
          {"stage", record.stage},
          {"reason", record.reason},
          {"artifacts", embedded(record.artifacts)},
          {"gates", embedded(record.gates)},
          {"verify", embedded(record.verify)},
          {"candidate", record.candidate},
          {"metrics", embedded(record.metrics)}};
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Throws what nlohmann throws.
Record record_of(const Json& json) {
  if (json.at("mlpipe_deployment") != 1) {
    throw std::invalid_argument("it is of another version");
  }
  Record record;
  record.action = from_name<Action>(action_names, json.at("action").get<std::string>());
  record.outcome = from_name<Ended>(outcome_names, json.at("outcome").get<std::string>());
  const std::pair<const char*, std::string*> texts[] = {
      {"time", &record.time},         {"actor", &record.actor},
      {"target", &record.target},     {"id", &record.id},
      {"previous", &record.previous}, {"run_id", &record.run_id},
      {"commit", &record.commit},     {"stage", &record.stage},
      {"reason", &record.reason},     {"candidate", &record.candidate}};
  for (const auto& [key, text] : texts) {
    *text = json.at(key).get<std::string>();
  }
  record.artifacts = json.at("artifacts").dump();
  record.gates = json.at("gates").dump();
  record.verify = json.at("verify").dump();
  record.metrics = json.at("metrics").dump();
  return record;
}

void take_line(std::string_view line, std::size_t number, History& history) {
  const auto damaged = [&](const std::string& why) {
    if (!history.damage) {
      history.damage = fmt::format("line {}: {}", number, why);
    }
  };
  const std::string before = history.head.empty() ? no_line : history.head;
  history.head = sha256(line).hex();
  if (!plan::nests_within(line)) {
    return damaged("it is no record");
  }
  try {
    const Json json = Json::parse(line);
    history.records.push_back(record_of(json));
    // The first line after a damaged file was set aside names that file's digest.
    const bool after_damage = number == 1 && history.records.back().outcome == Ended::resumed;
    if (json.at("before").get<std::string>() != before && !after_damage) {
      damaged(
          number == 1
              ? "it does not begin a history, lines before it were taken out"
              : "it does not follow from the line before, one of them was changed or taken out");
    }
  } catch (const std::exception& error) {
    damaged(fmt::format("it is no record: {}", error.what()));
  }
}

bool changes_target(const Record& record) {
  return record.outcome != Ended::refused && record.outcome != Ended::resumed;
}

Status write_line(const std::string& path, History& history, const std::string& line) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (file.get() < 0) {
    return fail_errno("cannot write " + printable(path), errno);
  }
  const auto size = static_cast<off_t>(history.size);
  if (::ftruncate(file.get(), size) != 0 || ::lseek(file.get(), size, SEEK_SET) != size) {
    return fail_errno("cannot write " + printable(path), errno);
  }
  Status done = write_all(file.get(), line, path);
  if (done && ::fsync(file.get()) != 0) {
    done = fail_errno("cannot flush " + printable(path), errno);
  }
  if (!done) {
    (void)!::ftruncate(file.get(), size);
  }
  return done;
}

}  // namespace

std::string_view name(Action action) {
  return action_names[static_cast<std::size_t>(action)];
}
std::string_view name(Ended outcome) {
  return outcome_names[static_cast<std::size_t>(outcome)];
}

const Record* History::unfinished() const {
  for (auto at = records.rbegin(); at != records.rend(); ++at) {
    if (changes_target(*at)) {
      return at->outcome == Ended::started ? &*at : nullptr;
    }
  }
  return nullptr;
}

bool History::verified(std::string_view id) const {
  for (auto at = records.rbegin(); at != records.rend(); ++at) {
    if (changes_target(*at) && at->action == Action::deploy && at->id == id) {
      return at->outcome == Ended::deployed;
    }
  }
  return false;
}

const Record* History::deployment_of(std::string_view id) const {
  for (auto at = records.rbegin(); at != records.rend(); ++at) {
    if (at->action == Action::deploy && at->id == id &&
        (at->outcome == Ended::deployed || at->outcome == Ended::started)) {
      return &*at;
    }
  }
  return nullptr;
}

std::string history_path(const std::string& folder) {
  return folder + "/history.jsonl";
}

Result<History> read_history(const std::string& folder) {
  History history;
  auto text = read_text(history_path(folder));
  if (!text) {
    return text.error().code == Code::not_found ? Result<History>(std::move(history))
                                                : tl::make_unexpected(text.error());
  }
  std::string_view rest = *text;
  for (std::size_t number = 1;; ++number) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
      break;
    }
    take_line(rest.substr(0, end), number, history);
    rest.remove_prefix(end + 1);
  }
  history.size = text->size() - rest.size();
  history.torn = std::string(rest);
  return history;
}

Status append(const std::string& folder, History& history, const Record& record) {
  const std::string path = history_path(folder);
  if (history.damage) {
    return fail(Code::corrupt, fmt::format("{} is damaged, {}", printable(path), *history.damage));
  }
  if (!history.torn.empty()) {  // kept: whoever looks into an accident wants to see it
    TRY_OK(write_durably(path + ".torn-" + sha256(history.torn).short_hex(), history.torn));
  }
  const bool fresh = !stands(path);
  Json json{{"mlpipe_deployment", 1}, {"before", history.head.empty() ? no_line : history.head}};
  json.update(json_of(record));
  const std::string line = dump(json);
  TRY_OK(write_line(path, history, line + "\n"));
  if (fresh) {
    TRY_OK(flush_folder(folder));
  }
  history.torn.clear();
  history.head = sha256(line).hex();
  history.size += line.size() + 1;
  history.records.push_back(record);
  return {};
}

Result<std::string> set_aside(const std::string& folder, History& history) {
  const std::string path = history_path(folder);
  TRY(const std::string text, read_text(path));
  const Digest digest = sha256(text);
  const std::string aside = path + ".damaged-" + digest.short_hex();
  TRY_OK(move_durably(path, aside));
  history = History{};
  history.head = digest.hex();
  return aside;
}

std::string to_json(const Record& record) {
  return dump(json_of(record));
}

}  // namespace mlpipe::stages::deploy
