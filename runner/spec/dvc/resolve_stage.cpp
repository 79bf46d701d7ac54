// One stage: its templates filled in, its paths placed.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"
#include "runner/spec/dvc/resolver.hpp"

namespace mlpipe::spec::dvc {

void Resolver::instance(const Value& name, const std::string& full_name, const Value& body,
                        const Shadows& shadows) {
  const std::size_t before = loaded_.diagnostics.items().size();
  Stage stage;
  stage.name = full_name;
  stage.group = name.text;
  stage.file = path_;
  stage.mark = mark(name);
  Context local(&globals_);
  for (const auto& [key, value] : shadows) {
    local.shadow(key, value);
  }
  Part part{&local, "stages." + full_name, folder_};
  if (const Value* wdir = body.find("wdir")) {
    std::string written;
    if (!text(part, "wdir", *wdir, written)) {
      return;
    }
    const Place place = place_of(root_, folder_, written);
    if (place.kind != Place::Kind::inside) {
      return report(*wdir, part.where + ".wdir",
                    {Code::invalid, "a wdir outside the project is not supported"});
    }
    part.folder = place.path;
  }
  stage.wdir = part.folder;
  Context with_vars;
  if (const Value* vars = body.find("vars")) {
    with_vars = globals_;
    for (const auto& [key, value] : shadows) {
      with_vars.shadow(key, value);
    }
    if (!load_vars(*vars, part.where + ".vars", part.folder, shadows, with_vars)) {
      return;
    }
    part.context = &with_vars;
  }
  command(part, body, stage);
  deps(part, body, stage);
  params(part, body, stage);
  outs(part, body, "outs", OutKind::out, stage);
  outs(part, body, "metrics", OutKind::metric, stage);
  outs(part, body, "plots", OutKind::plot, stage);
  const auto flag = [&](std::string_view key) {
    const Value* value = body.find(key);
    return value != nullptr && value->truth;
  };
  stage.frozen = flag("frozen");
  stage.always_changed = flag("always_changed");
  if (const Value* desc = body.find("desc")) {
    text(part, "desc", *desc, stage.desc);
  }
  if (const Value* meta = body.find("meta")) {
    auto resolved = resolve_value(*part.context, *meta, Use::text, style_);
    if (!resolved) {
      report(*meta, part.where + ".meta", resolved.error());
    } else {
      stage.meta = std::move(*resolved);
    }
  }
  if (loaded_.diagnostics.items().size() == before || !loaded_.diagnostics.has_errors()) {
    out_.stages.push_back(std::move(stage));
  }
}

// A template that must give a text.
bool Resolver::text(const Part& part, std::string_view key, const Value& value,
                    std::string& result) {
  const std::string where = fmt::format("{}.{}", part.where, key);
  auto resolved = resolve_value(*part.context, value, Use::text, style_);
  if (!resolved) {
    report(value, where, resolved.error());
    return false;
  }
  if (!resolved->is_text()) {
    report(value, where,
           {Code::invalid,
            fmt::format("a text is expected, the template gives {}", noun(resolved->kind))});
    return false;
  }
  result = std::move(resolved->text);
  return true;
}

void Resolver::command(const Part& part, const Value& body, Stage& stage) {
  const Value& written = *body.find("cmd");
  auto resolved = resolve_value(*part.context, written, Use::command, style_);
  if (!resolved) {
    return report(written, part.where + ".cmd", resolved.error());
  }
  const auto as_text = [](Value& value) {
    if (!value.is_composite() && !value.is_text()) {
      value = Value::of_text(template_text(value));
    }
  };
  as_text(*resolved);
  for (Value& line : resolved->items) {
    as_text(line);
  }
  stage.cmd = std::move(*resolved);
}

void Resolver::deps(const Part& part, const Value& body, Stage& stage) {
  const Value* written = body.find("deps");
  for (std::size_t i = 0; written != nullptr && i < written->items.size(); ++i) {
    Dep dep;
    if (text(part, "deps", written->items[i], dep.path)) {
      dep.at = place_of(root_, part.folder, dep.path);
      dep.mark = mark(written->items[i]);
      stage.deps.push_back(std::move(dep));
    }
  }
}

void Resolver::params(const Part& part, const Value& body, Stage& stage) {
  const Value* written = body.find("params");
  if (written == nullptr) {
    return;
  }
  auto resolved = resolve_value(*part.context, *written, Use::text, style_);
  if (!resolved) {
    return report(*written, part.where + ".params", resolved.error());
  }
  std::vector<ParamsDep> found;
  std::set<std::string> whole;
  const auto file_of = [&](const std::string& file, const Value& at) -> ParamsDep& {
    for (ParamsDep& known : found) {
      if (known.file == file) {
        return known;
      }
    }
    found.push_back({file, place_of(root_, part.folder, file), {}, mark(at)});
    return found.back();
  };
  for (const Value& item : resolved->items) {
    if (!item.is_map()) {
      file_of("params.yaml", item).keys.push_back(template_text(item));
      continue;
    }
    for (std::size_t i = 0; i < item.keys.size(); ++i) {
      ParamsDep& dep = file_of(item.keys[i].text, item.keys[i]);
      for (const Value& key : item.items[i].items) {
        dep.keys.push_back(template_text(key));
      }
      if (item.items[i].items.empty()) {
        whole.insert(dep.file);  // completely tracked: single keys add nothing
      }
    }
  }
  for (ParamsDep& dep : found) {
    if (whole.count(dep.file) > 0) {
      dep.keys.clear();
    }
    std::vector<std::string> once;
    for (std::string& key : dep.keys) {
      if (std::find(once.begin(), once.end(), key) == once.end()) {
        once.push_back(std::move(key));
      }
    }
    dep.keys = std::move(once);
    stage.params.push_back(std::move(dep));
  }
}

void Resolver::outs(const Part& part, const Value& body, std::string_view section, OutKind kind,
                    Stage& stage) {
  const Value* written = body.find(section);
  for (std::size_t i = 0; written != nullptr && i < written->items.size(); ++i) {
    const Value& item = written->items[i];
    if (!item.is_map()) {
      out(part, section, item, nullptr, kind, stage);
    }
    for (std::size_t n = 0; n < item.keys.size(); ++n) {
      out(part, section, item.keys[n], &item.items[n], kind, stage);
    }
  }
}

void Resolver::out(const Part& part, std::string_view section, const Value& path,
                   const Value* flags, OutKind kind, Stage& stage) {
  Out out;
  out.kind = kind;
  out.mark = mark(path);
  if (!text(part, section, path, out.path)) {
    return;
  }
  out.at = place_of(root_, part.folder, out.path);
  if (flags != nullptr) {
    auto resolved = resolve_value(*part.context, *flags, Use::text, style_);
    if (!resolved) {
      return report(*flags, fmt::format("{}.{}", part.where, section), resolved.error());
    }
    const auto flag = [&](std::string_view key, bool otherwise) {
      const Value* value = resolved->find(key);
      return value == nullptr ? otherwise : value->truth;
    };
    out.cache = flag("cache", true);
    out.persist = flag("persist", false);
    out.push = flag("push", true);
    if (const Value* remote = resolved->find("remote")) {
      out.remote = remote->text;
    }
  }
  stage.outs.push_back(std::move(out));
}

Resolved resolve_file(const std::string& root, const std::string& path, const Config& config,
                      Loaded& loaded) {
  return Resolver(root, path, config, loaded).run();
}

}  // namespace mlpipe::spec::dvc
