// The fields of every event with their JSON keys: one list, read by the writer and by the reader.
// Internal to this room.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <type_traits>

#include "runner/run/event.hpp"

namespace mlpipe::run {

using Json = nlohmann::ordered_json;

// A string of the struct that holds JSON and is embedded as it is.
template <class Text>
struct Embedded {
  Text* text;
};
template <class Text>
Embedded(Text*) -> Embedded<Text>;

// JSON nested deeper than any report needs: writing it would exhaust the stack.
[[nodiscard]] bool too_deep(std::string_view json);

[[nodiscard]] std::string_view level_name(plan::Finding::Level level);

template <class T>
constexpr std::string_view event_name() {
  if constexpr (std::is_same_v<T, RunStarted>) {
    return "run_started";
  } else if constexpr (std::is_same_v<T, StageWaiting>) {
    return "stage_waiting";
  } else if constexpr (std::is_same_v<T, StageStarted>) {
    return "stage_started";
  } else if constexpr (std::is_same_v<T, AttemptEnded>) {
    return "attempt_ended";
  } else if constexpr (std::is_same_v<T, StageFinished>) {
    return "stage_finished";
  } else {
    static_assert(std::is_same_v<T, RunFinished>);
    return "run_finished";
  }
}

// `T` is one of the structs of event.hpp, const where `field` only reads.
template <class T, class Field>
void each_field(T& one, Field& field) {
  using S = std::remove_const_t<T>;
  if constexpr (std::is_same_v<S, RunStarted>) {
    field("run_id", one.run_id);
    field("time", one.time);
    field("version", one.version);
    field("commit", one.commit);
    field("branch", one.branch);
    field("dirty", one.dirty);
    field("profile", one.profile);
    field("cause", one.cause);
    field("actor", one.actor);
    field("jobs", one.jobs);
    field("pipelines", one.pipelines);
    field("stages", one.stages);
  } else if constexpr (std::is_same_v<S, StageFacts>) {
    field("name", one.name);
    field("kind", one.kind);
    field("file", one.file);
    field("line", one.line);
    field("owners", one.owners);
    field("upstream", one.upstream);
    field("desc", one.desc);
    field("selected", one.selected);
  } else if constexpr (std::is_same_v<S, StageWaiting>) {
    field("stage", one.stage);
    field("what", one.what);
    field("behind", one.behind);
  } else if constexpr (std::is_same_v<S, StageStarted>) {
    field("stage", one.stage);
    field("time", one.time);
    field("attempt", one.attempt);
    field("reasons", one.reasons);
    field("command", one.command);
    field("log", one.log);
  } else if constexpr (std::is_same_v<S, plan::Change>) {
    field("kind", one.kind);
    field("item", one.item);
    field("change", one.change);
    field("old", one.old_value);
    field("new", one.new_value);
  } else if constexpr (std::is_same_v<S, AttemptEnded>) {
    field("stage", one.stage);
    field("attempt", one.attempt);
    field("cause", one.cause);
    field("retry_in", one.retry_in);
  } else if constexpr (std::is_same_v<S, MetricValue>) {
    field("name", one.name);
    field("value", one.value);
    field("before", one.before);
  } else if constexpr (std::is_same_v<S, plan::Finding>) {
    field("level", one.level);
    field("title", one.title);
    field("message", one.message);
    field("file", one.file);
    field("line", one.line);
  } else if constexpr (std::is_same_v<S, StageFinished>) {
    field("stage", one.stage);
    field("time", one.time);
    field("state", one.state);
    field("attempts", one.attempts);
    field("wall_ms", one.wall);
    field("cpu_ms", one.cpu);
    field("max_rss", one.max_rss);
    field("cause", one.cause);
    field("summary", one.summary);
    field("findings", one.findings);
    field("metrics", one.metrics);
    field("fingerprint", one.fingerprint);
    field("log", one.log);
    field("tail", one.tail);
    field("notes", one.notes);
    field("resumed", one.resumed);
    field("cached", one.cached);
    field("details", Embedded{&one.details});
  } else {
    static_assert(std::is_same_v<S, RunFinished>);
    field("run_id", one.run_id);
    field("time", one.time);
    field("status", one.status);
    field("exit_code", one.exit_code);
    field("wall_ms", one.wall);
    field("ran", one.ran);
    field("reused", one.reused);
    field("restored", one.restored);
    field("passed", one.passed);
    field("warned", one.warned);
    field("failed", one.failed);
    field("errored", one.errored);
    field("blocked", one.blocked);
    field("skipped", one.skipped);
    field("cancelled", one.cancelled);
    if (!std::is_const_v<T> || !one.trouble.empty()) {
      field("trouble", one.trouble);
    }
  }
}

}  // namespace mlpipe::run
