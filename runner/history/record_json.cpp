#include "runner/history/record_json.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <optional>

namespace mlpipe::history {
namespace {

using nlohmann::json;

constexpr int version = 1;
constexpr int deepest = 64;

std::string dump(const json& value, int indent) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

// Nothing where the text is no JSON, or nests deeper than a record ever does (printing it would
// exhaust the stack).
std::optional<json> parse(std::string_view text) {
  bool too_deep = false;
  const auto shallow = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > deepest;
    return !too_deep;
  };
  json value = json::parse(text, shallow, false);
  if (too_deep || value.is_discarded()) {
    return std::nullopt;
  }
  return value;
}

// Takes members out of an object and remembers the first that is missing or of another type.
class Members {
 public:
  explicit Members(const json& object) : object_(object) {}

  void text(const char* key, std::string& value) { take(key, &json::is_string, value); }
  void flag(const char* key, bool& value) { take(key, &json::is_boolean, value); }
  template <class Integer>
  void integer(const char* key, Integer& value) {
    take(key, &json::is_number_integer, value);
  }
  void texts(const char* key, std::vector<std::string>& values) {
    const json* const list = member(key, &json::is_array);
    if (list == nullptr) {
      return;
    }
    for (const json& one : *list) {
      if (!one.is_string()) {
        note(key);
        return;
      }
      values.push_back(one.get<std::string>());
    }
  }
  void map_text(const char* key, std::string& value) {
    if (const json* const map = member(key, &json::is_object)) {
      value = dump(*map, -1);
    }
  }

  [[nodiscard]] Status status() const {
    if (wrong_.empty()) {
      return {};
    }
    return fail(Code::corrupt,
                fmt::format("'{}' is missing or of another type than a record has", wrong_));
  }

 private:
  using Is = bool (json::*)() const noexcept;

  const json* member(const char* key, Is is_expected) {
    const auto found = object_.find(key);
    if (found == object_.end() || !((*found).*is_expected)()) {
      note(key);
      return nullptr;
    }
    return &*found;
  }
  template <class Value>
  void take(const char* key, Is is_expected, Value& value) {
    if (const json* const found = member(key, is_expected)) {
      value = found->get<Value>();
    }
  }
  void note(const char* key) {
    if (wrong_.empty()) {
      wrong_ = key;
    }
  }

  const json& object_;
  std::string wrong_;
};

Result<json> parse_header(std::string_view text, std::string_view kind) {
  auto value = parse(text);
  if (!value || !value->is_object()) {
    return fail(Code::corrupt, "it is no JSON object");
  }
  int found_version = 0;
  std::string found_kind;
  Members members(*value);
  members.integer("mlpipe_record", found_version);
  members.text("kind", found_kind);
  TRY_OK(members.status());
  if (found_version != version) {
    return fail(Code::refused, fmt::format("it is of version {}, this mlpipe reads version {}",
                                           found_version, version));
  }
  if (found_kind != kind) {
    return fail(Code::corrupt,
                fmt::format("it is a record of a {}, not of a {}", found_kind, kind));
  }
  return std::move(*value);
}

}  // namespace

std::string to_json(const RunRecord& record) {
  const json value{{"mlpipe_record", version},  {"kind", "run"},
                   {"run_id", record.run_id},   {"time", record.time},
                   {"status", record.status},   {"commit", record.commit},
                   {"branch", record.branch},   {"profile", record.profile},
                   {"cause", record.cause},     {"actor", record.actor},
                   {"dirty", record.dirty},     {"exit_code", record.exit_code},
                   {"wall_ms", record.wall_ms}, {"ran", record.ran},
                   {"failed", record.failed}};
  return dump(value, 2) + "\n";
}

Result<std::string> to_json(const GateRecord& record) {
  auto metrics = parse(record.metrics);
  if (!metrics || !metrics->is_object()) {
    return fail(
        Code::invalid,
        fmt::format("the metrics of stage {} are no JSON map of names to numbers", record.stage));
  }
  const json value{{"mlpipe_record", version},
                   {"kind", "gate"},
                   {"run_id", record.run_id},
                   {"time", record.time},
                   {"commit", record.commit},
                   {"branch", record.branch},
                   {"profile", record.profile},
                   {"stage", record.stage},
                   {"candidate", record.candidate},
                   {"metrics", std::move(*metrics)},
                   {"state", record.state},
                   {"blessed", record.blessed},
                   {"explicit_blessing", record.explicit_blessing},
                   {"reason", record.reason}};
  return dump(value, 2) + "\n";
}

template <>
Result<RunRecord> parse_record<RunRecord>(std::string_view text) {
  TRY(const json value, parse_header(text, "run"));
  RunRecord record;
  Members members(value);
  members.text("run_id", record.run_id);
  members.text("time", record.time);
  members.text("status", record.status);
  members.text("commit", record.commit);
  members.text("branch", record.branch);
  members.text("profile", record.profile);
  members.text("cause", record.cause);
  members.text("actor", record.actor);
  members.flag("dirty", record.dirty);
  members.integer("exit_code", record.exit_code);
  members.integer("wall_ms", record.wall_ms);
  members.texts("ran", record.ran);
  members.texts("failed", record.failed);
  TRY_OK(members.status());
  return record;
}

template <>
Result<GateRecord> parse_record<GateRecord>(std::string_view text) {
  TRY(const json value, parse_header(text, "gate"));
  GateRecord record;
  Members members(value);
  members.text("run_id", record.run_id);
  members.text("time", record.time);
  members.text("commit", record.commit);
  members.text("branch", record.branch);
  members.text("profile", record.profile);
  members.text("stage", record.stage);
  members.text("candidate", record.candidate);
  members.map_text("metrics", record.metrics);
  members.text("state", record.state);
  members.flag("blessed", record.blessed);
  members.flag("explicit_blessing", record.explicit_blessing);
  members.text("reason", record.reason);
  TRY_OK(members.status());
  return record;
}

}  // namespace mlpipe::history
