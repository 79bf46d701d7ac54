// What a stage's processes see: variables, the software they run in, secrets.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "runner/base/text.hpp"
#include "runner/spec/paths.hpp"
#include "runner/spec/stage_builder.hpp"

namespace mlpipe::spec {
namespace {

bool is_variable(const std::string& name) {
  const auto good = [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::all_of(name.begin(), name.end(), good);
}

bool check_variable(const std::string& name, Mark mark, Report& report) {
  if (!is_variable(name)) {
    report.error(mark, fmt::format("`{}` cannot be the name of an environment variable", printable(name)),
                 "letters, digits and `_`, not beginning with a digit");
    return false;
  }
  return true;
}

void add_names(const Node& node, std::string_view what, std::vector<std::string>& names, Values& values) {
  for (Text& name : values.texts(node, what)) {
    if (check_variable(name.text, name.mark, values.report()) &&
        std::find(names.begin(), names.end(), name.text) == names.end()) {
      names.push_back(std::move(name.text));
    }
  }
}

// A later level adds to `pass` and `count`, and replaces single names of `set`.
void add_env(const Node& node, EnvSpec& env, std::map<std::string, std::string>& set, Values& values) {
  if (node.kind == NodeKind::null || !values.map(node, "env", {"pass", "set", "count"})) {
    return;
  }
  if (const Node* pass = given(node, "pass")) {
    add_names(*pass, "env.pass", env.pass, values);
  }
  if (const Node* count = given(node, "count")) {
    add_names(*count, "env.count", env.count, values);
  }
  const Node* given_set = given(node, "set");
  if (given_set == nullptr || !values.map(*given_set, "env.set")) {
    return;
  }
  for (std::size_t i = 0; i < given_set->items.size(); ++i) {
    const Node::Key& key = given_set->keys[i];
    const Node& value = given_set->items[i];
    if (!value.is_scalar() || value.kind == NodeKind::null || value.text.find('\0') != std::string::npos) {
      values.report().error(value.mark, fmt::format("the variable `{}` must be set to a text, not {}",
                                                    printable(key.text), describe(value)));
    } else if (check_variable(key.text, key.mark, values.report())) {
      set[key.text] = value.text;
    }
  }
}

void read_software(const Node& node, const Surroundings& around, EnvironmentSpec& environment, Values& values) {
  if (!values.map(node, "environment", {"python", "lock", "tools"})) {
    return;
  }
  environment.mark = node.mark;
  if (const Node* python = given(node, "python")) {
    // A name on PATH or an absolute path is an interpreter; anything else is a path of the repository.
    auto written = values.text(*python, "environment.python").value_or("");
    const bool absolute = written.starts_with('/');
    environment.python = absolute ? written : normal_path(written).value_or(written);
  }
  if (const Node* lock = given(node, "lock")) {
    for (const Text& path : values.texts(*lock, "environment.lock")) {
      if (auto normal = check_path(path, "environment.lock", PathUse::read, around.root, values.report())) {
        environment.lock.push_back(std::move(*normal));
      }
    }
  }
  if (const Node* tools = given(node, "tools")) {
    for (Text& tool : values.texts(*tools, "environment.tools")) {
      environment.tools.push_back(std::move(tool.text));
    }
  }
}

void read_source_of(const Node& from, Secret& secret, Values& values) {
  if (from.is_scalar()) {
    (void)values.one_of(from, "secrets.from", {"env"});
    return;
  }
  if (!values.map(from, "secrets.from", {"env", "file", "command"})) {
    return;
  }
  if (from.items.size() != 1) {
    values.report().error(from.mark, "`from` needs one of `env`, `file` and `command`");
    return;
  }
  secret.from = values.text(from.items[0], "secrets.from").value_or("");
  const std::string& key = from.keys[0].text;
  secret.source = key == "file" ? SecretSource::file : key == "command" ? SecretSource::command : SecretSource::env;
}

// Later definitions of a name replace earlier ones; a bare name only asks for one that is there, or the variable.
void add_secrets(const Node& node, std::vector<Secret>& secrets, Values& values) {
  if (node.kind == NodeKind::null) {
    return;
  }
  Values::each(node, [&](const Node& item) {
    const bool is_map = item.kind == NodeKind::map;
    const Node* name = is_map ? given(item, "name") : &item;
    if (is_map) {
      values.map(item, "secrets", {"name", "from", "optional"});
    }
    if (name == nullptr) {
      values.report().error(item.mark, "this secret has no `name`", "write {name: API_TOKEN, from: env}");
      return;
    }
    Secret secret;
    secret.name = values.text(*name, "secrets").value_or("");
    secret.from = secret.name;
    secret.mark = item.mark;
    if (secret.name.empty() || !check_variable(secret.name, name->mark, values.report())) {
      return;
    }
    if (const Node* from = is_map ? given(item, "from") : nullptr) {
      read_source_of(*from, secret, values);
    }
    if (const Node* optional = is_map ? given(item, "optional") : nullptr) {
      secret.optional = values.boolean(*optional, "secrets.optional").value_or(false);
    }
    const auto same = std::find_if(secrets.begin(), secrets.end(),
                                   [&](const Secret& known) { return known.name == secret.name; });
    if (same == secrets.end()) {
      secrets.push_back(std::move(secret));
    } else if (is_map) {
      *same = std::move(secret);
    }
  });
}

}  // namespace

void read_environment(const Node& body, const Surroundings& around, Stage& stage, Values& values) {
  std::map<std::string, std::string> set;
  add_env(around.env, stage.env, set, values);
  if (const Node* env = given(body, "env")) {
    add_env(*env, stage.env, set, values);
  }
  stage.env.set.assign(set.begin(), set.end());
  if (const Node* environment = given(body, "environment")) {
    read_software(*environment, around, stage.environment, values);
  }
  add_secrets(around.secrets, stage.secrets, values);
  if (const Node* secrets = given(body, "secrets")) {
    add_secrets(*secrets, stage.secrets, values);
  }
  for (const Secret& secret : stage.secrets) {
    if (set.count(secret.name) != 0) {
      values.report().error(secret.mark, fmt::format("`{}` is a secret and in `env.set` as well", secret.name),
                            "a secret's value never stands in the pipeline file; drop one of them");
    }
  }
}

}  // namespace mlpipe::spec
