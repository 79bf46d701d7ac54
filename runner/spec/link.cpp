#include "runner/spec/link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "runner/base/text.hpp"
#include "runner/spec/paths.hpp"

namespace mlpipe::spec {
namespace {

using Members = std::vector<std::uint32_t>;

class Linker {
 public:
  Linker(std::vector<Draft>& drafts, const std::vector<Pipeline>& pipelines, const std::vector<GroupName>& declared,
         const std::string& root, Report& report)
      : drafts_(drafts), pipelines_(pipelines), root_(root), report_(report), values_(report) {
    for (const Pipeline& pipeline : pipelines) {
      pipeline_ids_.emplace(pipeline.name, static_cast<std::uint32_t>(pipeline_ids_.size()));
    }
    by_name_.resize(pipelines.size());
    for (const GroupName& group : declared) {
      by_name_[group.pipeline.index()].try_emplace(group.name);
    }
    for (std::uint32_t i = 0; i < drafts.size(); ++i) {
      const Stage& stage = drafts[i].stage;
      auto& names = by_name_[stage.pipeline.index()];
      names[stage.name].push_back(i);
      if (stage.group != stage.name) {
        names[stage.group].push_back(i);
      }
    }
  }

  void run() {
    for (std::uint32_t i = 0; i < drafts_.size(); ++i) {
      self_ = i;
      seen_.clear();
      Draft& draft = drafts_[i];
      read_deps(draft);
      draft.deps = Node{};
      if (draft.rules != nullptr) {
        read_kind_paths(draft);
        if (draft.rules->check) {
          Diagnostics found;
          draft.rules->check(draft.stage, found);
          report_.take(found);
        }
      }
    }
  }

 private:
  void read_deps(Draft& draft) {
    if (draft.deps.kind == NodeKind::null) {
      return;
    }
    Values::each(draft.deps, [&](const Node& item) {
      const Node* outs_of = item.kind == NodeKind::map ? item.find("outs_of") : nullptr;
      if (outs_of != nullptr) {
        values_.map(item, "deps", {"outs_of"});
        for (std::string& path : outs_of_group(*outs_of, PathKey::Select::all_outs)) {
          add_dep(draft.stage, {std::move(path), Notebook::code_cells, item.mark}, nullptr);
        }
      } else {
        read_dep(draft.stage, item);
      }
    });
  }

  void read_dep(Stage& stage, const Node& item) {
    Dep dep;
    dep.mark = item.mark;
    const Node* path = &item;
    if (item.kind == NodeKind::map) {
      path = given(item, "path");
      if (!values_.map(item, "deps", {"path", "notebook"}) || path == nullptr) {
        report_.error(item.mark, "this dep has no `path`",
                      "a dep is a path, {path: a.ipynb, notebook: full} or {outs_of: STAGE}");
        return;
      }
      if (const Node* notebook = given(item, "notebook")) {
        const auto word = values_.one_of(*notebook, "notebook", {"code_cells", "full"});
        dep.notebook = word == "full" ? Notebook::full : Notebook::code_cells;
      }
    }
    const auto text = values_.text(*path, "deps");
    auto normal = text ? check_path({*text, path->mark}, "deps", PathUse::read, root_, report_) : std::nullopt;
    if (normal) {
      dep.path = std::move(*normal);
      add_dep(stage, std::move(dep), &*text);
    }
  }

  // `written`: how a person spelled it; nullptr for a dep that follows from something else.
  void add_dep(Stage& stage, Dep dep, const std::string* written) {
    const auto [place, is_new] = seen_.emplace(dep.path, Spelling{written != nullptr ? *written : "", stage.deps.size()});
    if (is_new) {
      stage.deps.push_back(std::move(dep));
      return;
    }
    Dep& first = stage.deps[place->second.index];
    if (written == nullptr) {
      return;
    }
    if (!place->second.written.empty() && dep.notebook != first.notebook) {
      report_.error(dep.mark, fmt::format("`{}` stands twice among the deps, once with `notebook: full`",
                                          printable(dep.path)),
                    "keep one of them");
    } else if (!place->second.written.empty() && place->second.written != *written) {
      report_.warning(dep.mark, fmt::format("`{}` and `{}` are one path", printable(place->second.written),
                                            printable(*written)),
                      "keep one of them");
    } else if (!place->second.written.empty()) {
      report_.warning(dep.mark, fmt::format("`{}` stands twice among the deps", printable(*written)));
    }
  }

  void read_kind_paths(Draft& draft) {
    for (const PathKey& key : draft.rules->paths) {
      for (Node* node : select_nodes(draft.stage.config, key.key)) {
        if (key.role == PathKey::Role::dep) {
          replace_paths(draft.stage, *node, key);
        }
      }
    }
  }

  void replace_paths(Stage& stage, Node& node, const PathKey& key) {
    if (node.kind == NodeKind::string) {
      if (auto path = kind_dep(stage, node, key)) {
        node.text = std::move(*path);
      }
      return;
    }
    Node list;
    list.kind = NodeKind::list;
    list.mark = node.mark;
    Values::each(node, [&](const Node& item) {
      const Node* outs_of = item.kind == NodeKind::map ? item.find("outs_of") : nullptr;
      if (outs_of == nullptr) {
        if (auto path = kind_dep(stage, item, key)) {
          list.items.push_back(text_node(std::move(*path), item.mark));
        }
        return;
      }
      values_.map(item, key.key, {"outs_of"});
      for (std::string& path : outs_of_group(*outs_of, key.select)) {
        add_dep(stage, {path, Notebook::code_cells, item.mark}, nullptr);
        list.items.push_back(text_node(std::move(path), item.mark));
      }
    });
    node = std::move(list);
  }

  std::optional<std::string> kind_dep(Stage& stage, const Node& item, const PathKey& key) {
    const auto text = values_.text(item, key.key);
    auto path = text ? check_path({*text, item.mark}, key.key, PathUse::read, root_, report_) : std::nullopt;
    if (path) {
      add_dep(stage, {*path, Notebook::code_cells, item.mark}, nullptr);
    }
    return path;
  }

  static Node text_node(std::string text, Mark mark) {
    Node node;
    node.kind = NodeKind::string;
    node.text = std::move(text);
    node.mark = mark;
    return node;
  }

  std::vector<std::string> outs_of_group(const Node& name, PathKey::Select select) {
    std::vector<std::string> paths;
    const auto text = values_.text(name, "outs_of");
    const Members* members = text ? members_of(*text, name.mark) : nullptr;
    if (members == nullptr || members->empty()) {
      return paths;
    }
    if (std::find(members->begin(), members->end(), self_) != members->end()) {
      report_.error(name.mark, fmt::format("`{}` names the stage's own outs", printable(*text)),
                    "a stage cannot depend on what it writes");
      return paths;
    }
    for (const std::uint32_t member : *members) {
      for (const Out& out : drafts_[member].stage.outs) {
        if (select == PathKey::Select::all_outs || out.role == OutRole::metric) {
          paths.push_back(out.path);
        }
      }
    }
    if (paths.empty()) {
      report_.error(name.mark, fmt::format("stage `{}` declares no {}", printable(*text),
                                           select == PathKey::Select::metrics ? "metrics" : "outs"),
                    select == PathKey::Select::metrics ? "name its metrics files under `metrics`" : "");
    }
    return paths;
  }

  const Members* members_of(const std::string& text, Mark mark) {
    std::uint32_t pipeline = drafts_[self_].stage.pipeline.value;
    std::string name = text;
    if (const std::size_t colon = text.find(':'); colon != std::string::npos) {
      const std::string prefix = text.substr(0, colon);
      const auto found = pipeline_ids_.find(prefix);
      if (found == pipeline_ids_.end()) {
        report_.error(mark, fmt::format("there is no pipeline `{}`", printable(prefix)),
                      report_.suggest("pipeline", prefix, [this] { return pipeline_names(); }));
        return nullptr;
      }
      pipeline = found->second;
      name = text.substr(colon + 1);
    }
    const auto& names = by_name_[pipeline];
    const auto found = names.find(name);
    if (found != names.end()) {
      return &found->second;
    }
    report_.error(mark, fmt::format("there is no stage `{}`", printable(text)),
                  report_.suggest(fmt::format("stage {}", pipeline), name, [&] {
                    std::vector<std::string> all;
                    for (const auto& entry : names) {
                      all.push_back(entry.first);
                    }
                    std::sort(all.begin(), all.end());
                    return all;
                  }));
    return nullptr;
  }

  [[nodiscard]] std::vector<std::string> pipeline_names() const {
    std::vector<std::string> names;
    for (const Pipeline& pipeline : pipelines_) {
      names.push_back(pipeline.name);
    }
    return names;
  }

  struct Spelling {
    std::string written;
    std::size_t index;
  };

  std::vector<Draft>& drafts_;
  const std::vector<Pipeline>& pipelines_;
  const std::string& root_;
  Report& report_;
  Values values_;
  std::unordered_map<std::string, std::uint32_t> pipeline_ids_;
  std::vector<std::unordered_map<std::string, Members>> by_name_;  // per pipeline: stages and groups
  std::unordered_map<std::string, Spelling> seen_;                 // deps of the stage in hand
  std::uint32_t self_ = 0;
};

}  // namespace

void link_stages(std::vector<Draft>& drafts, const std::vector<Pipeline>& pipelines,
                 const std::vector<GroupName>& declared, const std::string& root, Report& report) {
  Linker(drafts, pipelines, declared, root, report).run();
}

}  // namespace mlpipe::spec
