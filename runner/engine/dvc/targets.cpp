#include "runner/engine/dvc/targets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/base/text.hpp"

namespace mlpipe::engine::dvc {
namespace {

using spec::dvc::Origin;
using spec::dvc::Place;
using spec::dvc::Stage;

class Namer {
 public:
  Namer(const spec::dvc::Repository& repository, const Targets& targets)
      : repository_(repository), targets_(targets), chosen_(repository.stages.size(), false) {}

  Result<std::vector<bool>> run() {
    if (targets_.all_pipelines) {
      chosen_.assign(chosen_.size(), true);
    } else if (targets_.names.empty()) {
      TRY_OK(default_target());
    }
    for (const std::string& name : targets_.names) {
      TRY_OK(add(name));
    }
    return std::move(chosen_);
  }

 private:
  [[nodiscard]] std::string here(const std::string& path) const {
    return spec::dvc::place_of(repository_.root, targets_.folder, path).path;
  }
  [[nodiscard]] bool has_file(const std::string& file) const {
    return std::find(repository_.files.begin(), repository_.files.end(), file) !=
           repository_.files.end();
  }

  template <class Wanted>
  bool choose(Wanted&& wanted) {
    bool any = false;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      if (wanted(repository_.stages[i])) {
        chosen_[i] = any = true;
      }
    }
    return any;
  }

  Status default_target() {
    const std::string file = here("dvc.yaml");
    if (has_file(file)) {
      choose([&](const Stage& stage) { return stage.file == file; });
      return {};
    }
    if (targets_.without == NoTarget::here) {
      return fail(
          Code::usage,
          fmt::format("{} does not exist; name a stage, or use --all-pipelines", printable(file)));
    }
    chosen_.assign(chosen_.size(), true);
    return {};
  }

  Status add(const std::string& target) {
    if (target.ends_with(".dvc") || target == "dvc.yaml" || target.ends_with("/dvc.yaml")) {
      const std::string file = here(target);
      const bool known =
          choose([&](const Stage& stage) { return stage.file == file; }) || has_file(file);
      return known ? Status{}
                   : Status(fail(Code::usage, fmt::format("{} does not exist", printable(target))));
    }
    const auto colon = target.rfind("dvc.yaml:");
    const std::string file =
        here(colon == std::string::npos ? "dvc.yaml" : target.substr(0, colon + 8));
    const std::string name = colon == std::string::npos ? target : target.substr(colon + 9);
    if (in_file(file, name, target) ||
        (colon == std::string::npos && (by_label(target) || by_out(target)))) {
      return {};
    }
    return unknown(target, file, name);
  }

  bool in_file(const std::string& file, const std::string& name, const std::string& target) {
    const auto in = [&](const Stage& stage) {
      return stage.file == file && stage.origin == Origin::dvc_yaml;
    };
    return choose([&](const Stage& stage) { return in(stage) && stage.name == name; }) ||
           choose([&](const Stage& stage) { return in(stage) && stage.group == name; }) ||
           (is_glob(target) &&
            choose([&](const Stage& stage) { return in(stage) && glob_match(name, stage.name); }));
  }
  bool by_label(const std::string& target) {
    return choose([&](const Stage& stage) { return stage.label() == target; });
  }
  bool by_out(const std::string& target) {
    const std::string path = here(target);
    return choose([&](const Stage& stage) {
      return std::any_of(stage.outs.begin(), stage.outs.end(), [&](const auto& out) {
        return out.at.kind == Place::Kind::inside &&
               (out.at.path == path || path.starts_with(out.at.path + '/'));
      });
    });
  }

  Status unknown(const std::string& target, const std::string& file,
                 const std::string& name) const {
    std::vector<std::string> known;
    for (const Stage& stage : repository_.stages) {
      if (stage.file == file) {
        known.push_back(stage.name);
        known.push_back(stage.group);
      }
      known.push_back(stage.label());
    }
    const auto near = nearest(name, known);
    return fail(Code::usage,
                fmt::format("there is no stage `{}` in {}, and no output of that name; {}",
                            printable(target), printable(file),
                            near ? fmt::format("did you mean `{}`?", *near)
                                 : std::string("`mlpipe graph` shows what there is")));
  }

  const spec::dvc::Repository& repository_;
  const Targets& targets_;
  std::vector<bool> chosen_;
};

}  // namespace

Result<std::vector<bool>> named_stages(const spec::dvc::Repository& repository,
                                       const Targets& targets) {
  return Namer(repository, targets).run();
}

Result<std::vector<bool>> select_stages(const spec::dvc::Repository& repository,
                                        const graph::Graph& graph, const Targets& targets) {
  TRY(std::vector<bool> chosen, named_stages(repository, targets));
  const auto& order = graph.topological();
  const auto up = [&](StageId id) {
    bool any = false;
    for (const StageId above : graph.upstream(id)) {
      any = any || (chosen[id.index()] && !chosen[above.index()]);
      chosen[above.index()] = chosen[above.index()] || chosen[id.index()];
    }
    return any;
  };
  const auto down = [&](StageId id) {
    bool any = false;
    for (const StageId below : graph.downstream(id)) {
      any = any || (chosen[id.index()] && !chosen[below.index()]);
      chosen[below.index()] = chosen[below.index()] || chosen[id.index()];
    }
    return any;
  };
  if (targets.reach == Reach::with_upstream) {
    std::for_each(order.rbegin(), order.rend(), up);
  } else if (targets.reach == Reach::downstream) {
    std::for_each(order.begin(), order.end(), down);
  } else if (targets.reach == Reach::whole_pipeline) {
    for (bool more = true; more;) {
      more = false;
      for (auto id = order.rbegin(); id != order.rend(); ++id) {
        more = up(*id) || more;
      }
      for (const StageId id : order) {
        more = down(id) || more;
      }
    }
  }
  return chosen;
}

}  // namespace mlpipe::engine::dvc
