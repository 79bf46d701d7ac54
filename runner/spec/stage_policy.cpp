// When a stage runs, how long, how often again, and what it holds while it does.
#include <fmt/format.h>

#include <charconv>

#include "runner/base/text.hpp"
#include "runner/spec/paths.hpp"
#include "runner/spec/stage_builder.hpp"

namespace mlpipe::spec {
namespace {

constexpr std::uint64_t most_retries = 1000;

std::vector<std::string> words(const Node& node, std::string_view what, Values& values) {
  std::vector<std::string> found;
  for (Text& text : values.texts(node, what)) {
    found.push_back(std::move(text.text));
  }
  return found;
}

std::optional<RetryOn> retry_cause(const Text& written, Report& report) {
  static const std::vector<std::pair<std::string, RetryCause>> causes{{"signal", RetryCause::signal},
                                                                      {"oom", RetryCause::oom},
                                                                      {"timeout", RetryCause::timeout},
                                                                      {"preempted", RetryCause::preempted}};
  for (const auto& [word, cause] : causes) {
    if (written.text == word) {
      return RetryOn{cause, 0};
    }
  }
  constexpr std::string_view exit = "exit:";
  int code = -1;
  if (written.text.starts_with(exit)) {
    const char* end = written.text.data() + written.text.size();
    const auto read = std::from_chars(written.text.data() + exit.size(), end, code);
    code = read.ec == std::errc{} && read.ptr == end ? code : -1;
  }
  if (code < 0 || code > 255) {
    report.error(written.mark, fmt::format("`{}` is no cause to retry on", printable(written.text)),
                 "the causes are signal, oom, timeout, preempted and exit:N with N from 0 to 255");
    return std::nullopt;
  }
  return RetryOn{RetryCause::exit_code, code};
}

void read_retry(const Node& body, Stage& stage, Values& values) {
  if (const Node* retries = given(body, "retries")) {
    const Node* max = retries;
    if (retries->kind == NodeKind::map) {
      values.map(*retries, "retries", {"max", "backoff"});
      max = given(*retries, "max");
      if (const Node* backoff = given(*retries, "backoff")) {
        stage.retry.backoff = values.duration(*backoff, "retries.backoff").value_or(stage.retry.backoff);
      }
    }
    if (max == nullptr) {
      values.report().error(retries->mark, "`retries` does not say how many", "write {max: 2, backoff: 10s}");
    } else {
      stage.retry.retries =
          static_cast<std::uint32_t>(values.integer(*max, "retries", 0, most_retries).value_or(0));
    }
  }
  if (const Node* on = given(body, "retry_on")) {
    for (const Text& cause : values.texts(*on, "retry_on")) {
      if (const auto known = retry_cause(cause, values.report())) {
        stage.retry.on.push_back(*known);
      }
    }
  }
}

void read_resources(const Node& body, Stage& stage, Values& values) {
  const Node* resources = given(body, "resources");
  if (resources == nullptr || !values.map(*resources, "resources", {"cpus", "memory", "gpus"})) {
    return;
  }
  constexpr double least_share = 0.001;
  constexpr std::uint64_t most_gpus = 65536;
  if (const Node* cpus = given(*resources, "cpus")) {
    stage.resources.cpus = values.number(*cpus, "resources.cpus", least_share).value_or(1);
  }
  if (const Node* memory = given(*resources, "memory")) {
    stage.resources.memory = values.size(*memory, "resources.memory").value_or(0);
  }
  if (const Node* gpus = given(*resources, "gpus")) {
    stage.resources.gpus =
        static_cast<std::uint32_t>(values.integer(*gpus, "resources.gpus", 0, most_gpus).value_or(0));
  }
}

void read_checkpoint(const Node& body, const Surroundings& around, Stage& stage, Values& values) {
  const Node* written = given(body, "checkpoint");
  if (written == nullptr) {
    return;
  }
  Checkpoint checkpoint;
  const Node* path = written;
  if (written->kind == NodeKind::map) {
    values.map(*written, "checkpoint", {"path", "keep"});
    path = given(*written, "path");
    if (const Node* keep = given(*written, "keep")) {
      constexpr std::uint64_t most_kept = 1'000'000;
      checkpoint.keep = static_cast<std::uint32_t>(values.integer(*keep, "checkpoint.keep", 1, most_kept).value_or(1));
    }
  }
  if (path == nullptr) {
    values.report().error(written->mark, "`checkpoint` has no `path`", "write {path: build/checkpoint, keep: 2}");
    return;
  }
  const auto text = values.text(*path, "checkpoint");
  const auto normal =
      text ? check_path({*text, path->mark}, "checkpoint", PathUse::written, around.root, values.report()) : std::nullopt;
  if (normal) {
    checkpoint.path = *normal;
    stage.checkpoint = std::move(checkpoint);
  }
}

void read_when_env(const Node& node, When& when, Values& values) {
  if (node.kind != NodeKind::map) {
    for (Text& name : values.texts(node, "when.env")) {
      when.env.push_back({std::move(name.text), std::nullopt});
    }
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& value = node.items[i];
    if (!value.is_scalar()) {
      (void)values.text(value, "when.env");
    } else if (value.kind == NodeKind::null) {
      when.env.push_back({node.keys[i].text, std::nullopt});
    } else {
      when.env.push_back({node.keys[i].text, value.text});
    }
  }
}

void read_when_stage(const Node& node, When& when, Values& values) {
  if (!values.map(node, "when.stage")) {
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    When::StageIs condition{node.keys[i].text, {}};
    Values::each(node.items[i], [&](const Node& state) {
      if (auto word = values.one_of(state, "when.stage", {"passed", "warned", "failed", "errored", "skipped", "blocked",
                                                          "reused", "restored"})) {
        condition.states.push_back(std::move(*word));
      }
    });
    when.stage.push_back(std::move(condition));
  }
}

}  // namespace

std::optional<When> read_when(const Node& node, Values& values) {
  if (!values.map(node, "when", {"branch", "tag", "changed", "env", "stage"})) {
    return std::nullopt;
  }
  When when;
  when.mark = node.mark;
  if (const Node* branch = given(node, "branch")) {
    when.branch = words(*branch, "when.branch", values);
  }
  if (const Node* tag = given(node, "tag")) {
    when.tag = words(*tag, "when.tag", values);
  }
  if (const Node* changed = given(node, "changed")) {
    when.changed = words(*changed, "when.changed", values);
  }
  if (const Node* env = given(node, "env")) {
    read_when_env(*env, when, values);
  }
  if (const Node* stage = given(node, "stage")) {
    read_when_stage(*stage, when, values);
  }
  return when;
}

void read_policy(const Node& body, const Surroundings& around, Stage& stage, Values& values) {
  if (const Node* when = given(body, "when")) {
    stage.when = read_when(*when, values);
  }
  if (const Node* timeout = given(body, "timeout")) {
    stage.timeout = values.duration(*timeout, "timeout");
    if (stage.timeout == std::chrono::milliseconds(0)) {
      values.report().error(timeout->mark, "a timeout of nothing lets no stage finish",
                            "leave `timeout` out for none");
    }
  }
  if (const Node* grace = given(body, "grace")) {
    stage.grace = values.duration(*grace, "grace").value_or(stage.grace);
  }
  if (const Node* age = given(body, "max_age")) {
    stage.max_age = values.duration(*age, "max_age");
  }
  if (const Node* always = given(body, "always_run")) {
    stage.always_run = values.boolean(*always, "always_run").value_or(false);
  }
  if (const Node* allow = given(body, "allow_failure")) {
    stage.allow_failure = values.boolean(*allow, "allow_failure").value_or(false);
  }
  read_retry(body, stage, values);
  read_resources(body, stage, values);
  read_checkpoint(body, around, stage, values);
}

}  // namespace mlpipe::spec
