// Unknown keys: a slip of the pen, a key of another kind or level, or another tool's word.
#include <fmt/format.h>

#include <algorithm>

#include "runner/base/text.hpp"
#include "runner/spec/schema_rules.hpp"

namespace mlpipe::spec {
namespace {

constexpr std::string_view stage_prefix = "stage_";

// How other tools call what we have.
struct Synonym {
  std::string_view word;
  std::string_view ours;
};
constexpr Synonym synonyms[] = {{"command", "cmd"},
                                {"script", "cmd"},
                                {"run", "cmd"},
                                {"dependencies", "deps"},
                                {"inputs", "deps"},
                                {"outputs", "outs"},
                                {"artifacts", "outs"},
                                {"parameters", "params"},
                                {"depends_on", "needs"},
                                {"after", "needs"},
                                {"wdir", "working_dir"},
                                {"cwd", "working_dir"},
                                {"workdir", "working_dir"},
                                {"retry", "retries"},
                                {"environ", "env"},
                                {"variables", "env"},
                                {"description", "desc"},
                                {"if", "when"},
                                {"only", "when"},
                                {"owner", "owners"},
                                {"strategy", "matrix"},
                                {"always_changed", "always_run"},
                                {"version", "mlpipe"},
                                {"jobs", "stages"},
                                {"steps", "stages"},
                                {"on", "triggers"},
                                {"type", "kind"},
                                {"min_value", "min"},
                                {"max_value", "max"},
                                {"value_set", "values"},
                                {"pattern", "regex"}};

std::string kinds_with(const SchemaSet& set, std::string_view key) {
  std::vector<std::string> kinds;
  static constexpr std::string_view names[] = {"command",    "data_check", "unit_test", "train",
                                               "regression", "drift",      "deploy"};
  for (const std::string_view name : names) {
    const Schema* stage = set.definition(std::string(stage_prefix) + std::string(name));
    if (stage != nullptr && stage->property(key) != nullptr) {
      kinds.push_back(fmt::format("`{}`", name));
    }
  }
  return choice(kinds);
}

std::string stage_key_hint(const SchemaSet& set, const Schema& schema, const Node& map,
                           const std::string& key) {
  const Schema* any = set.definition("partial_stage");
  if (any != nullptr && any->property(key) != nullptr && schema.name.starts_with(stage_prefix)) {
    const std::string kind = schema.name.substr(stage_prefix.size());
    const bool given = map.find("kind") != nullptr;
    return fmt::format("it belongs to kind {}; this stage is of kind `{}`{}", kinds_with(set, key),
                       kind, given ? "" : " because it has no `kind:`");
  }
  if (set.root().property(key) != nullptr) {
    return "it stands at the top level of the file, not in a stage";
  }
  return "";
}

bool is_stage(const Schema& schema) {
  return schema.name.starts_with(stage_prefix) || schema.name == "partial_stage";
}

}  // namespace

std::string key_hint(const SchemaSet& set, const Schema& schema, const Node& map,
                     std::size_t index) {
  const std::string& key = map.keys[index].text;
  if (is_stage(schema)) {
    if (std::string hint = stage_key_hint(set, schema, map, key); !hint.empty()) {
      return hint;
    }
  }
  const Schema* any = set.definition("partial_stage");
  if (&schema == &set.root() || schema.name == "defaults") {
    if (any != nullptr && any->property(key) != nullptr) {
      return "it is a key of a stage: put it below `stages:` and the stage's name";
    }
    const Node& value = map.items[index];
    if (value.kind == NodeKind::map && value.find("cmd") != nullptr) {
      return "a stage stands below `stages:`, indented";
    }
  }
  if (schema.name == "env" && map.items[index].is_scalar()) {
    return fmt::format("variables and values stand below `set`: `set: {{{}: ...}}`",
                       printable(key.substr(0, 40)));
  }
  for (const Synonym& synonym : synonyms) {
    if (synonym.word == key && schema.property(synonym.ours) != nullptr) {
      return fmt::format("here it is called `{}`", synonym.ours);
    }
  }
  if (const auto meant = nearest(key, schema.property_names)) {
    return fmt::format("did you mean `{}`?", *meant);
  }
  constexpr std::size_t most_listed = 12;
  const std::vector<std::string>& names = schema.property_names;
  return names.empty() || names.size() > most_listed
             ? std::string()
             : fmt::format("known here: `{}`", fmt::join(names, "`, `"));
}

}  // namespace mlpipe::spec
