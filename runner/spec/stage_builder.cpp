#include "runner/spec/stage_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "runner/base/text.hpp"
#include "runner/spec/paths.hpp"

namespace mlpipe::spec {
namespace {

bool is_common(const std::string& key) {
  static const std::unordered_set<std::string> keys{
      "kind",       "cmd",     "deps",     "outs",      "params",     "metrics",       "plots",
      "needs",      "env",     "secrets",  "when",      "timeout",    "environment",   "grace",
      "retries",    "owners",  "retry_on", "resources", "checkpoint", "max_age",       "desc",
      "tags",       "cache",   "shell",    "executor",  "always_run", "allow_failure", "working_dir",
      "foreach",    "matrix",  "seeds",    "extends",   "vars"};
  return keys.count(key) != 0;
}

class Builder {
 public:
  Builder(Stage start, const Node& body, const Surroundings& around, Report& report)
      : body_(body), around_(around), report_(report), values_(report) {
    draft_.stage = std::move(start);
  }

  Draft build() {
    read_kind();
    read_texts();
    read_outs("outs", OutRole::out);
    read_outs("metrics", OutRole::metric);
    read_outs("plots", OutRole::plot);
    read_params();
    read_command();
    read_environment(body_, around_, draft_.stage, values_);
    read_policy(body_, around_, draft_.stage, values_);
    read_config();
    refuse_same_outs();
    if (const Node* deps = given(body_, "deps")) {
      draft_.deps = *deps;
    }
    return std::move(draft_);
  }

 private:
  void read_kind() {
    Stage& stage = draft_.stage;
    const Node* kind = given(body_, "kind");
    if (kind != nullptr) {
      stage.kind = values_.text(*kind, "kind").value_or("");
    }
    for (const KindRules& rules : around_.kinds) {
      if (rules.name == stage.kind) {
        draft_.rules = &rules;
      }
    }
    if (draft_.rules == nullptr && !stage.kind.empty()) {
      report_.error(kind != nullptr ? kind->mark : stage.mark,
                    fmt::format("there is no kind of stage `{}`", printable(stage.kind)),
                    report_.suggest("kind", stage.kind, [this] { return kind_names(); },
                                    fmt::format("the kinds are {}", fmt::join(kind_names(), ", "))));
    }
  }

  [[nodiscard]] std::vector<std::string> kind_names() const {
    std::vector<std::string> names;
    for (const KindRules& rules : around_.kinds) {
      names.push_back(rules.name);
    }
    return names;
  }

  void read_texts() {
    Stage& stage = draft_.stage;
    if (const Node* cache = given(body_, "cache")) {
      stage.cache = values_.boolean(*cache, "cache").value_or(true) ? Caching::cached : Caching::uncached;
    }
    if (const Node* desc = given(body_, "desc"); desc != nullptr && desc->is_scalar()) {
      stage.desc = desc->text;
    }
    if (const Node* tags = given(body_, "tags")) {
      for (Text& tag : values_.texts(*tags, "tags")) {
        stage.tags.push_back(std::move(tag.text));
      }
    }
    if (const Node* needs = given(body_, "needs")) {
      for (Text& need : values_.texts(*needs, "needs")) {
        if (std::find(stage.needs.begin(), stage.needs.end(), need.text) == stage.needs.end()) {
          stage.needs.push_back(std::move(need.text));
          stage.needs_marks.push_back(need.mark);
        }
      }
    }
    stage.owners = around_.owners;
    if (const Node* owners = given(body_, "owners")) {
      stage.owners.clear();
      for (Text& owner : values_.texts(*owners, "owners")) {
        stage.owners.push_back(std::move(owner.text));
      }
    }
  }

  void read_outs(std::string_view key, OutRole role) {
    if (const Node* outs = given(body_, key)) {
      Values::each(*outs, [&](const Node& item) { read_out(item, key, role); });
    }
  }

  void read_out(const Node& item, std::string_view key, OutRole role) {
    Out out;
    out.role = role;
    out.caching = draft_.stage.cache;
    const Node* path = &item;
    if (item.kind == NodeKind::map) {
      path = given(item, "path");
      if (!values_.map(item, key, {"path", "cache", "persist"}) || path == nullptr) {
        report_.error(item.mark, fmt::format("this entry of `{}` has no `path`", key),
                      "an out with options is written {path: build/model.bin, cache: false}");
        return;
      }
      if (const Node* cache = given(item, "cache")) {
        out.caching = values_.boolean(*cache, "cache").value_or(true) ? Caching::cached : Caching::uncached;
      }
      if (const Node* persist = given(item, "persist")) {
        out.persist = values_.boolean(*persist, "persist").value_or(false) ? Persist::yes : Persist::no;
      }
    }
    add_out(*path, key, std::move(out));
  }

  std::optional<std::string> add_out(const Node& path, std::string_view key, Out out) {
    const auto written = values_.text(path, key);
    auto normal = written ? check_path({*written, path.mark}, key, PathUse::written, around_.root, report_) : std::nullopt;
    if (normal) {
      out.path = *normal;
      out.mark = path.mark;
      draft_.stage.outs.push_back(std::move(out));
    }
    return normal;
  }

  void refuse_same_outs() {
    std::unordered_set<std::string> seen;
    for (const Out& out : draft_.stage.outs) {
      if (!seen.insert(out.path).second) {
        report_.error(out.mark, fmt::format("`{}` is named twice among what stage `{}` writes", printable(out.path),
                                            draft_.stage.name),
                      "metrics, plots and reports are outs already; name it once");
      }
    }
  }

  void read_params() {
    const Node* params = given(body_, "params");
    if (params == nullptr) {
      return;
    }
    std::vector<Param>& found = draft_.stage.params;
    Values::each(*params, [&](const Node& item) {
      if (item.kind == NodeKind::map) {
        for (std::size_t i = 0; i < item.items.size(); ++i) {
          read_params_of({item.keys[i].text, item.keys[i].mark}, item.items[i]);
        }
      } else if (const auto key = values_.text(item, "params")) {
        if (around_.params != nullptr) {
          track(*around_.params, {*key, item.mark}, found, report_);
        } else if (around_.params_path.empty()) {
          report_.error(item.mark, fmt::format("`{}` names a parameter, but the pipeline has no parameter file",
                                               printable(*key)),
                        "write `params: params.yaml` at the top of the pipeline, or {file: [keys]} here");
        }
      }
    });
    std::unordered_set<std::string> seen;
    const auto repeated = [&](const Param& param) { return !seen.insert(param.file + '\0' + param.key).second; };
    found.erase(std::remove_if(found.begin(), found.end(), repeated), found.end());
  }

  void read_params_of(const Text& file, const Node& keys) {
    const auto path = check_path(file, "params", PathUse::read, around_.root, report_);
    if (!path) {
      return;
    }
    const bool is_default = around_.params != nullptr && around_.params->path == *path;
    const ParamTable* table = is_default ? around_.params : around_.store->table(*path, file.mark, report_);
    if (table == nullptr) {
      return;
    }
    std::vector<Param>& found = draft_.stage.params;
    if (keys.kind == NodeKind::null || (keys.kind == NodeKind::list && keys.items.empty())) {
      track(*table, {"", file.mark}, found, report_);
      return;
    }
    for (const Text& key : values_.texts(keys, "params")) {
      track(*table, key, found, report_);
    }
  }

  void read_command() {
    Stage& stage = draft_.stage;
    if (const Node* shell = given(body_, "shell")) {
      const auto word = values_.one_of(*shell, "shell", {"sh", "bash", "none"});
      stage.shell = word == "bash" ? Shell::bash : word == "none" ? Shell::none : Shell::sh;
    }
    if (const Node* folder = given(body_, "working_dir")) {
      if (const auto written = values_.text(*folder, "working_dir")) {
        stage.working_dir = check_path({*written, folder->mark}, "working_dir", PathUse::worked_in, around_.root, report_)
                                .value_or(".");
      }
    }
    if (const Node* executor = given(body_, "executor")) {
      (void)values_.one_of(*executor, "executor", {"local"});
    }
    const Node* cmd = given(body_, "cmd");
    const Command wanted = draft_.rules == nullptr ? Command::optional : draft_.rules->cmd;
    if (cmd == nullptr) {
      if (wanted == Command::required) {
        report_.error(stage.mark, fmt::format("stage `{}` has no `cmd`", stage.group),
                      fmt::format("a stage of kind {} runs a command", stage.kind));
      }
      return;
    }
    if (wanted == Command::none) {
      report_.error(cmd->mark, fmt::format("a stage of kind {} runs no `cmd`", stage.kind),
                    "move the command into a stage of its own");
      return;
    }
    const std::vector<Text> commands = values_.texts(*cmd, "cmd");
    if (stage.shell == Shell::none && commands.size() > 1) {
      report_.error(cmd->mark, "several commands need a shell", "drop `shell: none`, or make them one command");
    } else if (cmd->kind == NodeKind::list && cmd->items.empty()) {
      report_.error(cmd->mark, "`cmd` is an empty list", "name at least one command");
    } else {
      stage.cmd = join_commands(commands);
    }
  }

  // The kind's own keys, with the outs among them made normal.
  void read_config() {
    Node& config = draft_.stage.config;
    config.kind = NodeKind::map;
    config.mark = draft_.stage.mark;
    for (std::size_t i = 0; i < body_.items.size(); ++i) {
      if (!is_common(body_.keys[i].text) && body_.items[i].kind != NodeKind::null) {
        config.keys.push_back(body_.keys[i]);
        config.items.push_back(body_.items[i]);
      }
    }
    if (draft_.rules == nullptr) {
      return;
    }
    for (const PathKey& path_key : draft_.rules->paths) {
      if (path_key.role != PathKey::Role::out) {
        continue;
      }
      for (Node* node : select_nodes(config, path_key.key)) {
        const bool is_list = node->kind == NodeKind::list;
        for (std::size_t i = 0; i < (is_list ? node->items.size() : 1); ++i) {
          Node& item = is_list ? node->items[i] : *node;
          Out out;
          out.caching = draft_.stage.cache;
          if (auto normal = add_out(item, path_key.key, std::move(out))) {
            item.text = std::move(*normal);
          }
        }
      }
    }
  }

  const Node& body_;
  const Surroundings& around_;
  Report& report_;
  Values values_;
  Draft draft_;
};

bool is_plain(std::string_view command) {
  return std::all_of(command.begin(), command.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) != 0 || std::string_view(" _-./:=,@%+\"'$~*?[]{}").find(c) != std::string_view::npos;
  });
}

void select_below(Node& node, std::string_view key, std::vector<Node*>& found) {
  if (key.empty()) {
    if (node.kind != NodeKind::null) {
      found.push_back(&node);
    }
    return;
  }
  const std::size_t dot = std::min(key.find('.'), key.size());
  const std::string_view part = key.substr(0, dot);
  const std::string_view rest = key.substr(std::min(dot + 1, key.size()));
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (part == "*" || (node.kind == NodeKind::map && node.keys[i].text == part)) {
      select_below(node.items[i], rest, found);
    }
  }
}

}  // namespace

Draft build_stage(Stage start, const Node& body, const Surroundings& around, Report& report) {
  return Builder(std::move(start), body, around, report).build();
}

std::string join_commands(const std::vector<Text>& commands) {
  if (commands.size() == 1) {
    return commands.front().text;
  }
  const bool plain = std::all_of(commands.begin(), commands.end(), [](const Text& one) { return is_plain(one.text); });
  std::string joined;
  for (const Text& command : commands) {
    joined += joined.empty() ? "" : " && ";
    joined += plain ? command.text : fmt::format("{{ {}\n}}", command.text);
  }
  return joined;
}

std::vector<Node*> select_nodes(Node& config, std::string_view key) {
  std::vector<Node*> found;
  select_below(config, key, found);
  return found;
}

}  // namespace mlpipe::spec
