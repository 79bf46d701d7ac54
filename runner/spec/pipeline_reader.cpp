#include "runner/spec/pipeline_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "runner/base/text.hpp"
#include "runner/spec/expand.hpp"
#include "runner/spec/paths.hpp"
#include "runner/spec/profile.hpp"
#include "runner/spec/stage_text.hpp"
#include "runner/spec/validator.hpp"

namespace mlpipe::spec {
namespace {

using ByName = std::unordered_map<std::string, const Node*>;

ByName index_of(const Node* map) {
  ByName index;
  for (std::size_t i = 0; map != nullptr && map->kind == NodeKind::map && i < map->items.size(); ++i) {
    if (map->items[i].kind == NodeKind::map) {
      index.emplace(map->keys[i].text, &map->items[i]);
    }
  }
  return index;
}

std::string stem_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos || dot <= start ? path : path.substr(0, dot);
}

std::string last_part(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

class Reader {
 public:
  Reader(const Node& document, const std::string& path, std::uint32_t file, PipelineId id, LoadState& state)
      : document_(document), start_{file, 1, 1}, id_(id), state_(state), report_(state.report), values_(state.report) {
    pipeline_.path = path;
    pipeline_.lock_path = stem_of(path) + ".lock";
  }

  Pipeline read() {
    read_name();
    read_requires();
    choose_profile();
    read_params();
    Scope scope({&run_, &vars_, params_ ? &params_->names : &run_});
    if (!pipeline_.params_file.empty() && !params_) {
      scope.set_incomplete();
    }
    read_names(scope);
    read_storing(scope);
    read_surroundings(scope);
    read_stages(scope);
    return std::move(pipeline_);
  }

 private:
  void read_name() {
    pipeline_.name = name_part(last_part(pipeline_.path == "mlpipe.yaml" ? state_.options.root : stem_of(pipeline_.path)));
    if (const Node* name = given(document_, "name")) {
      pipeline_.name = literal(*name, "name").value_or(pipeline_.name);
    }
  }

  // A key that stands above the names: `${` means nothing there.
  std::optional<std::string> literal(const Node& node, std::string_view what) {
    auto text = values_.text(node, what);
    if (text && interpolates(*text)) {
      report_.error(node.mark, fmt::format("`{}` cannot hold `${{...}}`", what), "write it out");
      return std::nullopt;
    }
    return text;
  }

  void read_requires() {
    const Node* wanted = given(document_, "requires");
    const auto text = wanted != nullptr ? values_.text(*wanted, "requires") : std::nullopt;
    if (!text) {
      return;
    }
    const auto met = meets(state_.options.version, *text);
    if (!met) {
      report_.error(wanted->mark, fmt::format("`{}` is no range of versions", printable(*text)),
                    "write \">=0.1\" or \">=0.1, <2\"");
    } else if (!*met) {
      report_.error(wanted->mark, fmt::format("this pipeline requires mlpipe {}, and this is {}", *text,
                                              state_.options.version),
                    "install a version that fits, or change `requires`");
    }
  }

  void read_storing(const Scope& scope) {
    const Node* written = given(document_, "cache");
    const Node cache = written != nullptr ? interpolate(*written, scope, report_) : Node{};
    if (written != nullptr && values_.map(cache, "cache", {"max_size", "link"})) {
      if (const Node* size = given(cache, "max_size")) {
        pipeline_.storing.max_size = values_.size(*size, "cache.max_size");
      }
      if (const Node* link = given(cache, "link")) {
        const auto word = values_.one_of(*link, "cache.link", {"reflink", "copy", "hardlink"});
        pipeline_.storing.link = word == "hardlink" ? CacheLink::hardlink
                                 : word == "copy"   ? CacheLink::copy
                                                    : CacheLink::reflink;
      }
    }
    if (const Node* durability = given(document_, "durability")) {
      const auto word = values_.one_of(*durability, "durability", {"run", "power"});
      pipeline_.storing.commit = word == "power" ? CommitOn::power : CommitOn::run;
    }
  }

  void choose_profile() {
    pipeline_.profile = state_.options.profile;
    if (const Node* profiles = given(document_, "profiles"); profiles != nullptr && !pipeline_.profile.empty()) {
      profile_ = given(*profiles, pipeline_.profile);
    }
    patches_ = index_of(profile_ != nullptr ? given(*profile_, "stages") : nullptr);
  }

  void read_params() {
    const Node* params = given(document_, "params");
    const auto text = params != nullptr ? literal(*params, "params") : std::nullopt;
    const auto path =
        text ? check_path({*text, params->mark}, "params", PathUse::read, state_.options.root, report_) : std::nullopt;
    const ParamTable* table = nullptr;
    if (path) {
      pipeline_.params_file = *path;
      table = state_.params.table(*path, params->mark, report_);
    } else if (params != nullptr) {
      pipeline_.params_file = params->text;
    }
    Node none;
    none.kind = NodeKind::map;
    check_profiles(document_, params == nullptr ? &none : table != nullptr ? &table->root : nullptr, report_);
    if (table != nullptr) {
      Node root = table->root;
      if (profile_ != nullptr) {
        patch_params(*profile_, root);
      }
      pipeline_.params_json = canonical_json(root);
      params_ = make_table(table->path, std::move(root));
    }
  }

  void read_names(const Scope& scope) {
    Node run;
    run.kind = NodeKind::map;
    Node date;
    date.kind = NodeKind::string;
    date.text = state_.options.run_date;
    put(run, "date", start_, std::move(date));
    run_.add("run", std::move(run));
    const Node* vars = given(document_, "vars");
    if (vars == nullptr || !values_.map(*vars, "vars")) {
      return;
    }
    for (const Node::Key& key : vars->keys) {
      if (params_ && params_->names.find(key.text) != nullptr) {
        report_.warning(key.mark, fmt::format("`{}` is a key of {} as well; the one in `vars` counts",
                                              printable(key.text), printable(params_->path)),
                        "rename one of them");
      }
    }
    vars_.add("", interpolate(*vars, scope, report_));
  }

  void read_surroundings(const Scope& scope) {
    around_.root = state_.options.root;
    around_.kinds = state_.options.kinds;
    around_.store = &state_.params;
    around_.params_path = pipeline_.params_file;
    around_.params = params_ ? &*params_ : nullptr;
    if (const Node* env = given(document_, "env")) {
      around_.env = interpolate(*env, scope, report_);
    }
    if (const Node* secrets = given(document_, "secrets")) {
      around_.secrets = interpolate(*secrets, scope, report_);
    }
    if (const Node* owners = given(document_, "owners")) {
      for (Text& owner : values_.texts(interpolate(*owners, scope, report_), "owners")) {
        pipeline_.owners.push_back(std::move(owner.text));
      }
    } else {
      pipeline_.owners = state_.code_owners(pipeline_.path);
    }
    around_.owners = pipeline_.owners;
    defaults_.kind = NodeKind::map;
    if (const Node* environment = given(document_, "environment")) {
      put(defaults_, "environment", environment->mark, *environment);
    }
    if (const Node* defaults = given(document_, "defaults"); defaults != nullptr && values_.map(*defaults, "defaults")) {
      defaults_ = merged(std::move(defaults_), *defaults);
    }
    defaults_refer_ = holds_reference(defaults_);
  }

  void read_stages(const Scope& scope) {
    const Node* stages = given(document_, "stages");
    if (stages == nullptr || !values_.map(*stages, "stages")) {
      return;
    }
    templates_ = index_of(given(document_, "templates"));
    refuse_nested_templates();
    for (std::size_t i = 0; i < stages->items.size(); ++i) {
      state_.declared.push_back({id_, stages->keys[i].text});
      if (stages->items[i].kind == NodeKind::map) {
        read_stage(stages->keys[i], stages->items[i], scope);
      }
    }
  }

  void refuse_nested_templates() {
    for (const auto& [name, body] : templates_) {
      if (const Node* nested = given(*body, "extends")) {
        report_.error(nested->mark, fmt::format("the template `{}` extends another one", printable(name)),
                      "templates go one level deep; repeat the keys here");
      }
    }
  }

  void read_stage(const Node::Key& key, const Node& written, const Scope& scope) {
    Node own = written;
    const auto patch = patches_.find(key.text);
    if (patch != patches_.end()) {
      own = merged(std::move(own), *patch->second);
      own.mark = written.mark;
    }
    const Node* extends = given(own, "extends");
    if (extends != nullptr) {
      own = extended(own, *extends);
    }
    if (extends != nullptr || patch != patches_.end()) {
      validate(key, own);
    }
    const Node body = without_expansion(own);
    const StageText text{holds_reference(body), holds_whole_reference(body)};
    expand(key.text, key.mark, own, scope, state_.room, report_, [&](const Instance& instance) {
      Stage stage;
      stage.name = instance.name;
      stage.group = key.text;
      stage.pipeline = id_;
      stage.mark = key.mark;
      stage.seed = instance.seed;
      state_.drafts.push_back(build(stage, body, text, own, instance, scope));
    });
  }

  struct StageText {
    bool refers;  // holds ${...}
    bool typed;   // a value that is one ${...}: its kind is known only now
  };

  Node extended(const Node& own, const Node& extends) {
    const auto found = templates_.find(extends.text);
    if (found == templates_.end()) {
      report_.error(extends.mark, fmt::format("there is no template {}", describe(extends)),
                    report_.suggest("template", extends.text, [this] {
                      std::vector<std::string> names;
                      for (const auto& entry : templates_) {
                        names.push_back(entry.first);
                      }
                      std::sort(names.begin(), names.end());
                      return names;
                    }, "templates stand under `templates` at the top"));
      return own;
    }
    Node whole = merged(*found->second, own);
    whole.mark = own.mark;
    return whole;
  }

  // What only shows once a stage is put together: against the grammar again, as one stage of a file of its own.
  void validate(const Node::Key& key, const Node& stage) {
    Node alone = without_key(stage, "extends");
    Node stages;
    stages.kind = NodeKind::map;
    stages.mark = key.mark;
    put(stages, key.text, key.mark, std::move(alone));
    Node one;
    one.kind = NodeKind::integer;
    one.text = "1";
    Node file;
    file.kind = NodeKind::map;
    file.mark = start_;
    put(file, "mlpipe", start_, std::move(one));
    put(file, "stages", start_, std::move(stages));
    Diagnostics found;
    validate_pipeline(file, state_.kind_names, found);
    report_.take(found);
  }

  Draft build(const Stage& stage, const Node& body, const StageText& text, const Node& own, const Instance& instance,
              const Scope& scope) {
    const Node mine = settled(body, text.refers, own, instance, instance.seed, scope, report_);
    if (text.typed) {
      validate({stage.group, stage.mark}, mine);
    }
    Draft draft = build_stage(stage, mine, around_, report_);
    if (instance.first_seed) {
      check_seed(stage, draft.stage, body, own, instance, scope);
    }
    return draft;
  }

  // The stage's keys over the defaults with every ${...} replaced.
  Node settled(const Node& body, bool refers, const Node& own, const Instance& instance, std::optional<std::uint32_t> seed,
               const Scope& outer, Report& report) {
    if (!refers && !defaults_refer_) {
      return with_defaults(defaults_, body);
    }
    Names seeds;
    if (seed) {
      seeds = seed_names(*seed, body.mark);
    }
    const Scope around = outer.within(instance.names).within(seeds);
    Names vars;
    if (const Node* written = given(own, "vars")) {
      vars.add("", interpolate(*written, around, report));
    }
    const Scope scope = around.within(vars);
    return with_defaults(interpolate(defaults_, scope, report), interpolate(body, scope, report));
  }

  // Built again with another seed, every path that is written must differ.
  void check_seed(const Stage& start, const Stage& stage, const Node& body, const Node& own, const Instance& instance, const Scope& scope) {
    const std::uint32_t other_seed = *instance.seed == 0xFFFFFFFF ? 0xFFFFFFFE : 0xFFFFFFFF;
    Diagnostics unheard;
    Report mute(unheard);
    const Stage other =
        build_stage(start, settled(body, true, own, instance, other_seed, scope, mute), around_, mute).stage;
    const auto complain = [&](const std::string& path, Mark mark) {
      report_.error(mark, fmt::format("`{}` is the same file for every seed of `{}`", printable(path), stage.group),
                    "put `${seed}` into its name");
    };
    for (std::size_t i = 0; i < stage.outs.size() && i < other.outs.size(); ++i) {
      if (stage.outs[i].path == other.outs[i].path) {
        complain(stage.outs[i].path, stage.outs[i].mark);
      }
    }
    if (stage.checkpoint && other.checkpoint && stage.checkpoint->path == other.checkpoint->path) {
      complain(stage.checkpoint->path, given(body, "checkpoint") != nullptr ? given(body, "checkpoint")->mark : stage.mark);
    }
  }

  const Node& document_;
  Mark start_;
  PipelineId id_;
  LoadState& state_;
  Report& report_;
  Values values_;
  Pipeline pipeline_;
  const Node* profile_ = nullptr;
  ByName patches_, templates_;
  std::optional<ParamTable> params_;
  Names run_, vars_;
  Surroundings around_;
  Node defaults_;
  bool defaults_refer_ = false;
};

}  // namespace

Pipeline read_pipeline(const Node& document, const std::string& path, std::uint32_t file, PipelineId id,
                       LoadState& state) {
  return Reader(document, path, file, id, state).read();
}

}  // namespace mlpipe::spec
