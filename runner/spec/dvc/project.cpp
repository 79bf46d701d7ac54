// A DVC project as the pipelines and stages that graph, scheduler and reports know, and what only
// mlpipe knows of a stage: `meta: {mlpipe: {timeout: 2h, retries: 1, ...}}`.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"
#include "runner/spec/dvc/repository.hpp"

namespace mlpipe::spec::dvc {
namespace {

using Kind = Value::Kind;

spec::Stage to_stage(const Stage& from) {
  spec::Stage stage;
  stage.name = from.label();
  const bool alone = from.origin == Origin::dvc_file || from.file == "dvc.yaml";
  stage.group = from.origin == Origin::dvc_file ? stage.name
                : alone                         ? from.group
                                                : from.file + ':' + from.group;
  stage.mark = from.mark;
  stage.working_dir = from.wdir.empty() ? "." : from.wdir;
  stage.desc = from.desc;
  if (from.cmd.is_text()) {
    stage.cmd = from.cmd.text;
  }
  for (const Value& line : from.cmd.items) {
    stage.cmd += (stage.cmd.empty() ? "" : "\n") + line.text;
  }
  // A frozen stage does not wait for what its deps come from.
  for (const Dep& dep : from.deps) {
    if (!from.frozen && dep.at.kind == Place::Kind::inside) {
      stage.deps.push_back({as_pattern(dep.at.path), Notebook::full, dep.mark});
    }
  }
  for (const ParamsDep& params : from.params) {
    if (!from.frozen && params.at.kind == Place::Kind::inside) {
      stage.deps.push_back({as_pattern(params.at.path), Notebook::full, params.mark});
    }
    for (const std::string& key : params.keys) {
      stage.params.push_back({params.at.path, key, "null"});
    }
  }
  for (const Out& out : from.outs) {
    if (out.at.kind != Place::Kind::inside) {
      continue;
    }
    spec::Out to;
    to.path = as_pattern(out.at.path);
    to.role = out.kind == OutKind::metric ? OutRole::metric
              : out.kind == OutKind::plot ? OutRole::plot
                                          : OutRole::out;
    to.caching = out.cache ? Caching::cached : Caching::uncached;
    to.persist = out.persist ? Persist::yes : Persist::no;
    to.mark = out.mark;
    stage.outs.push_back(std::move(to));
  }
  return stage;
}

class Extension {
 public:
  Extension(const Stage& from, spec::Stage& stage, Diagnostics& diagnostics)
      : from_(from), stage_(stage), diagnostics_(diagnostics) {}

  void read() {
    const Value* own = from_.meta.find("mlpipe");
    if (own == nullptr) {
      return;
    }
    if (!own->is_map()) {
      return wrong(*own, "mlpipe", "a map");
    }
    for (std::size_t i = 0; i < own->keys.size(); ++i) {
      key(own->keys[i], own->items[i]);
    }
  }

 private:
  void key(const Value& name, const Value& value) {
    const std::string text = template_text(name);
    if (text == "timeout" || text == "grace") {
      const auto duration = parse_duration(template_text(value));
      if (!duration || value.is_composite()) {
        return wrong(value, text, "a duration like 30m");
      }
      (text == "grace" ? stage_.grace : stage_.timeout.emplace()) = *duration;
    } else if (text == "retries") {
      if (const auto count = number(value)) {
        stage_.retry.retries = static_cast<std::uint32_t>(*count);
      } else {
        wrong(value, text, "a whole number");
      }
    } else if (text == "resources") {
      resources(value);
    } else if (text == "owners" || text == "tags") {
      texts(value, text, text == "owners" ? stage_.owners : stage_.tags);
    } else if (text == "needs") {
      texts(value, text, stage_.needs);
      stage_.needs_marks.assign(stage_.needs.size(), mark(value));
    } else if (text == "allow_failure") {
      value.is(Kind::boolean) ? void(stage_.allow_failure = value.truth)
                              : wrong(value, text, "true or false");
    } else {
      static const std::vector<std::string> known{"timeout", "grace", "retries", "resources",
                                                  "owners",  "tags",  "needs",   "allow_failure"};
      const auto near = nearest(text, known);
      diagnostics_.error(
          mark(name),
          fmt::format("`meta.mlpipe.{}` is not built for stages of dvc.yaml", printable(text)),
          near ? fmt::format("did you mean `{}`?", *near)
               : "known here: timeout, grace, retries, resources, owners, tags, needs, "
                 "allow_failure");
    }
  }

  void resources(const Value& value) {
    if (!value.is_map()) {
      return wrong(value, "resources", "a map");
    }
    for (std::size_t i = 0; i < value.keys.size(); ++i) {
      const std::string name = template_text(value.keys[i]);
      const Value& item = value.items[i];
      const auto count = number(item);
      if (name == "memory") {
        const auto bytes = item.is_composite() ? std::nullopt : parse_size(template_text(item));
        bytes ? void(stage_.resources.memory = *bytes)
              : wrong(item, "resources.memory", "a size like 4G");
      } else if (name == "cpus" && count) {
        stage_.resources.cpus = *count;
      } else if (name == "gpus" && count && *count == std::floor(*count)) {
        stage_.resources.gpus = static_cast<std::uint32_t>(*count);
      } else {
        wrong(item, "resources." + name, "one of cpus, memory and gpus, with a number");
      }
    }
  }

  static std::optional<double> number(const Value& value) {
    const double found = value.is(Kind::real)                               ? value.number
                         : value.is(Kind::integer) && value.text.size() < 8 ? std::stod(value.text)
                                                                            : -1;
    return found >= 0 ? std::optional(found) : std::nullopt;
  }

  void texts(const Value& value, const std::string& name, std::vector<std::string>& into) {
    for (const Value& item : value.items) {
      if (!item.is_text() || !value.is_list()) {
        return wrong(value, name, "a list of texts");
      }
      into.push_back(item.text);
    }
    if (!value.is_list()) {
      wrong(value, name, "a list of texts");
    }
  }

  void wrong(const Value& value, const std::string& name, std::string_view wanted) {
    diagnostics_.error(mark(value),
                       fmt::format("`meta.mlpipe.{}` must be {}", printable(name), wanted));
  }
  [[nodiscard]] Mark mark(const Value& value) const {
    return {from_.mark.file, value.line, value.column};
  }

  const Stage& from_;
  spec::Stage& stage_;
  Diagnostics& diagnostics_;
};

}  // namespace

namespace {

bool is_stage_file(const Place& place) {
  const std::string name = place.path.substr(place.path.rfind('/') + 1);
  return place.kind == Place::Kind::inside &&
         (name == "dvc.yaml" || name == "dvc.lock" || (name.size() > 4 && name.ends_with(".dvc")));
}

// What no graph can say: files that describe stages are no data, and an out is named once.
void check_paths(const Stage& stage, Diagnostics& diagnostics) {
  for (const Dep& dep : stage.deps) {
    if (is_stage_file(dep.at)) {
      diagnostics.error(dep.mark, fmt::format("`{}` describes stages and cannot be a dep of `{}`",
                                              printable(dep.path), stage.label()));
    }
  }
  for (std::size_t i = 0; i < stage.outs.size(); ++i) {
    const Out& out = stage.outs[i];
    if (is_stage_file(out.at)) {
      diagnostics.error(out.mark, fmt::format("`{}` describes stages and cannot be an out of `{}`",
                                              printable(out.path), stage.label()));
    }
    for (std::size_t k = 0; k < i; ++k) {
      if (stage.outs[k].at.path == out.at.path) {
        diagnostics.error(out.mark, fmt::format("`{}` is named twice among the outs of `{}`",
                                                printable(out.path), stage.label()));
      }
    }
  }
}

}  // namespace

std::string as_pattern(const std::string& path) {
  if (path.empty()) {
    return ".";
  }
  if (!is_glob(path)) {
    return path;
  }
  std::string pattern;
  for (const char c : path) {
    const bool special = c == '*' || c == '?' || c == '[';
    pattern += special ? fmt::format("[{}]", c) : std::string(1, c);
  }
  return pattern;
}

Project to_project(const Repository& repository, Diagnostics& diagnostics) {
  Project project;
  Pipeline pipeline;
  pipeline.name = "dvc.yaml";
  pipeline.path = "dvc.yaml";
  pipeline.lock_path = "dvc.lock";
  project.pipelines.push_back(std::move(pipeline));
  for (const Stage& from : repository.stages) {
    spec::Stage stage = to_stage(from);
    Extension(from, stage, diagnostics).read();
    check_paths(from, diagnostics);
    project.stages.push_back(std::move(stage));
  }
  return project;
}

}  // namespace mlpipe::spec::dvc
