#include "runner/plan/step.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "runner/base/text.hpp"
#include "runner/plan/json_depth.hpp"

namespace mlpipe::plan {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr int version = 1;

template <class Value, std::size_t N>
using Names = std::array<std::pair<Value, std::string_view>, N>;

constexpr Names<Outcome, 5> outcome_names{{{Outcome::passed, "passed"},
                                           {Outcome::warned, "warned"},
                                           {Outcome::failed, "failed"},
                                           {Outcome::errored, "errored"},
                                           {Outcome::skipped, "skipped"}}};
constexpr Names<Mode, 2> mode_names{{{Mode::apply, "apply"}, {Mode::plan, "plan"}}};
constexpr Names<Finding::Level, 3> level_names{{{Finding::Level::note, "note"},
                                                {Finding::Level::warning, "warning"},
                                                {Finding::Level::error, "error"}}};

template <class Value, std::size_t N>
std::string_view name_of(const Names<Value, N>& names, Value value) {
  for (const auto& [known, name] : names) {
    if (known == value) {
      return name;
    }
  }
  return names.front().second;
}

// ---- writing

std::string hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

OrderedJson text_value(const std::string& text) {
  return is_utf8(text) ? OrderedJson(text) : OrderedJson{{"hex", hex(text)}};
}

OrderedJson text_list(const std::vector<std::string>& texts) {
  OrderedJson list = OrderedJson::array();
  for (const std::string& text : texts) {
    list.push_back(text_value(text));
  }
  return list;
}

// A value that is JSON already. Text that is none becomes a string, which the strict reader refuses
// with its key.
OrderedJson embedded(const std::string& text) {
  if (!nests_within(text)) {
    return text_value(text);
  }
  OrderedJson value = OrderedJson::parse(text, nullptr, /*allow_exceptions=*/false);
  return value.is_discarded() ? text_value(text) : value;
}

OrderedJson embedded_or_null(const std::optional<std::string>& text) {
  return text ? embedded(*text) : OrderedJson(nullptr);
}

OrderedJson finding_value(const Finding& finding) {
  return {{"level", name_of(level_names, finding.level)},
          {"title", text_value(finding.title)},
          {"message", text_value(finding.message)},
          {"file", text_value(finding.file)},
          {"line", finding.line}};
}

// ---- reading

std::string_view type_name(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "a map";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::string:
      return "a string";
    case Json::value_t::boolean:
      return "a boolean";
    default:
      return "a number";
  }
}

int nibble(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::optional<std::string> text_of(const Json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (!value.is_object() || value.size() != 1 || !value.contains("hex") ||
      !value["hex"].is_string()) {
    return std::nullopt;
  }
  const auto& digits = value["hex"].get_ref<const std::string&>();
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    const int high = nibble(digits[i]);
    const int low = nibble(digits[i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  return digits.size() % 2 == 0 ? std::optional(bytes) : std::nullopt;
}

// Reads the keys of one map into fields; the first complaint is kept, later calls do nothing.
class Fields {
 public:
  Fields(const Json& map, std::string where) : map_(map), where_(std::move(where)) {}

  void text(const char* key, std::string& to) {
    if (const Json* value = get(key)) {
      if (auto text = text_of(*value)) {
        to = std::move(*text);
      } else {
        complain(key, "a string", *value);
      }
    }
  }

  void texts(const char* key, std::vector<std::string>& to) {
    const Json* list = get(key, &Json::is_array, "a list of strings");
    if (list == nullptr) {
      return;
    }
    for (const Json& item : *list) {
      auto text = text_of(item);
      if (!text) {
        return complain(key, "a list of strings", item);
      }
      to.push_back(std::move(*text));
    }
  }

  template <class Integer>
  void integer(const char* key, Integer& to) {
    const Json* value = get(key, &Json::is_number_integer, "an integer");
    if (value == nullptr) {
      return;
    }
    using Limits = std::numeric_limits<Integer>;
    const bool fits =
        value->is_number_unsigned()
            ? value->get<std::uint64_t>() <= static_cast<std::uint64_t>(Limits::max())
            : std::is_signed_v<Integer> &&
                  value->get<std::int64_t>() >= static_cast<std::int64_t>(Limits::min());
    if (!fits) {
      return complain(key, fmt::format("an integer up to {}", Limits::max()), *value);
    }
    to = value->get<Integer>();
  }

  template <class Value, std::size_t N>
  void choice(const char* key, const Names<Value, N>& names, Value& to) {
    const Json* value = get(key, &Json::is_string, "a string");
    if (value == nullptr) {
      return;
    }
    for (const auto& [known, name] : names) {
      if (value->get_ref<const std::string&>() == name) {
        to = known;
        return;
      }
    }
    error_ = Error{Code::invalid, fmt::format("{}: {} is {}, which this mlpipe does not know",
                                              where_, key, value->dump(-1, ' ', true))};
  }

  void map(const char* key, std::string& to) {
    if (const Json* value = get(key, &Json::is_object, "a map")) {
      to = value->dump();
    }
  }
  void map(const char* key, std::optional<std::string>& to) {
    const Json* value = get(key);
    if (value != nullptr && !value->is_null()) {
      map(key, to.emplace());
    }
  }
  void list(const char* key, std::string& to) {
    if (const Json* value = get(key, &Json::is_array, "a list")) {
      to = value->dump();
    }
  }
  void numbers(const char* key, std::string& to) {
    const Json* value = get(key, &Json::is_object, "a map of numbers");
    if (value == nullptr) {
      return;
    }
    for (const auto& [name, number] : value->items()) {
      if (!number.is_number()) {
        return complain(fmt::format("{}.{}", key, printable(name)), "a number", number);
      }
    }
    to = value->dump();
  }

  // The value under `key`, or nullptr once anything is wrong.
  const Json* get(const char* key) {
    if (error_) {
      return nullptr;
    }
    const auto found = map_.find(key);
    if (found == map_.end()) {
      error_ = Error{Code::invalid, fmt::format("{}: key {} is missing", where_, key)};
      return nullptr;
    }
    return &*found;
  }
  const Json* get(const char* key, bool (Json::*fits)() const noexcept, std::string_view wanted) {
    const Json* value = get(key);
    if (value != nullptr && !(value->*fits)()) {
      complain(key, wanted, *value);
      return nullptr;
    }
    return value;
  }

  void complain(std::string_view key, std::string_view wanted, const Json& found) {
    error_ = Error{Code::invalid, fmt::format("{}: {} must be {}, found {}", where_, key, wanted,
                                              type_name(found))};
  }
  [[nodiscard]] Status status() const {
    return error_ ? Status(tl::make_unexpected(*error_)) : Status{};
  }

 private:
  const Json& map_;
  std::string where_;
  std::optional<Error> error_;
};

Result<Json> document(std::string_view text, const std::string& what) {
  if (!nests_within(text)) {
    return fail(Code::invalid,
                fmt::format("{}: lists and maps nest deeper than {}", what, max_json_depth));
  }
  Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) {
    return fail(Code::invalid, what + " is not JSON (cut off or damaged); run the stage again");
  }
  if (!value.is_object()) {
    return fail(Code::invalid, fmt::format("{} must be a map, found {}", what, type_name(value)));
  }
  const auto found = value.find("version");
  if (found == value.end()) {
    return fail(Code::invalid, what + ": key version is missing");
  }
  if (!found->is_number_integer() || *found != version) {
    return fail(Code::invalid,
                fmt::format("{}: version is {}, this mlpipe reads version {}; use the mlpipe that "
                            "wrote it, or run the stage again",
                            what, printable(found->dump(-1, ' ', true)), version));
  }
  return value;
}

Result<std::vector<Finding>> findings_of(const Json& list) {
  std::vector<Finding> findings;
  for (const Json& item : list) {
    const std::string where = fmt::format("result.json: findings[{}]", findings.size());
    if (!item.is_object()) {
      return fail(Code::invalid, fmt::format("{} must be a map, found {}", where, type_name(item)));
    }
    Finding finding;
    Fields fields(item, where);
    fields.choice("level", level_names, finding.level);
    fields.text("title", finding.title);
    fields.text("message", finding.message);
    fields.text("file", finding.file);
    fields.integer("line", finding.line);
    TRY_OK(fields.status());
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace

std::string to_json(const StepInput& input) {
  OrderedJson json;
  json["version"] = version;
  json["stage"] = text_value(input.stage);
  json["kind"] = text_value(input.kind);
  json["root"] = text_value(input.root);
  json["scratch"] = text_value(input.scratch);
  json["run_id"] = text_value(input.run_id);
  json["run_started"] = text_value(input.run_started);
  json["run_date"] = text_value(input.run_date);
  json["config"] = embedded(input.config);
  json["metrics"] = text_list(input.metrics);
  json["outs"] = text_list(input.outs);
  json["params"] = embedded(input.params);
  json["baseline"] = embedded_or_null(input.baseline);
  json["baseline_note"] = text_value(input.baseline_note);
  json["evidence"] = embedded(input.evidence);
  json["previous"] = embedded_or_null(input.previous);
  json["stored"] = embedded_or_null(input.stored);
  json["command_exit"] = input.command_exit;
  json["mode"] = name_of(mode_names, input.mode);
  json["actor"] = text_value(input.actor);
  json["commit"] = text_value(input.commit);
  json["threads"] = input.threads;
  json["memory"] = input.memory;
  return json.dump() + "\n";
}

Result<StepInput> step_from_json(std::string_view text) {
  TRY(const Json json, document(text, "step.json"));
  StepInput input;
  Fields fields(json, "step.json");
  fields.text("stage", input.stage);
  fields.text("kind", input.kind);
  fields.text("root", input.root);
  fields.text("scratch", input.scratch);
  fields.text("run_id", input.run_id);
  fields.text("run_started", input.run_started);
  fields.text("run_date", input.run_date);
  fields.map("config", input.config);
  fields.texts("metrics", input.metrics);
  fields.texts("outs", input.outs);
  fields.map("params", input.params);
  fields.map("baseline", input.baseline);
  fields.text("baseline_note", input.baseline_note);
  fields.list("evidence", input.evidence);
  fields.map("previous", input.previous);
  fields.map("stored", input.stored);
  fields.integer("command_exit", input.command_exit);
  fields.choice("mode", mode_names, input.mode);
  fields.text("actor", input.actor);
  fields.text("commit", input.commit);
  fields.integer("threads", input.threads);
  fields.integer("memory", input.memory);
  TRY_OK(fields.status());
  return input;
}

std::string to_json(const StepResult& result) {
  OrderedJson json;
  json["version"] = version;
  json["outcome"] = name_of(outcome_names, result.outcome);
  json["summary"] = text_value(result.summary);
  json["findings"] = OrderedJson::array();
  for (const Finding& finding : result.findings) {
    json["findings"].push_back(finding_value(finding));
  }
  json["metrics"] = embedded(result.metrics);
  json["details"] = embedded(result.details);
  json["verdict_summary"] = text_value(result.verdict_summary);
  return json.dump() + "\n";
}

Result<StepResult> result_from_json(std::string_view text) {
  TRY(const Json json, document(text, "result.json"));
  StepResult result;
  Fields fields(json, "result.json");
  fields.choice("outcome", outcome_names, result.outcome);
  fields.text("summary", result.summary);
  const Json* findings = fields.get("findings", &Json::is_array, "a list");
  fields.numbers("metrics", result.metrics);
  fields.map("details", result.details);
  fields.text("verdict_summary", result.verdict_summary);
  TRY_OK(fields.status());
  TRY(result.findings, findings_of(*findings));
  return result;
}

}  // namespace mlpipe::plan
