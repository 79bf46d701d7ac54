#include "runner/engine/dvc/status_json.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"

namespace mlpipe::engine::dvc {
namespace {

using Json = nlohmann::ordered_json;
using spec::dvc::Place;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// From one folder of the project to a path in it: "../data/x".
std::string relative(const std::string& folder, const std::string& path) {
  if (folder.empty()) {
    return path.empty() ? "." : path;
  }
  const auto from = split(folder, '/');
  const auto to = split(path, '/');
  std::size_t same = 0;
  while (same < from.size() && same < to.size() && from[same] == to[same]) {
    ++same;
  }
  std::string out;
  for (std::size_t i = same; i < from.size(); ++i) {
    out += "../";
  }
  for (std::size_t i = same; i < to.size(); ++i) {
    out += std::string(to[i]) + (i + 1 < to.size() ? "/" : "");
  }
  return out.empty() ? "." : out;
}

std::string shown(const Place& place, const std::string& folder) {
  return place.kind == Place::Kind::inside ? relative(folder, place.path) : place.path;
}

std::string label(const spec::dvc::Stage& stage, const std::string& folder) {
  const std::string file = relative(folder, stage.file);
  if (stage.origin == spec::dvc::Origin::dvc_file) {
    return file;
  }
  return file == "dvc.yaml" ? stage.name : file + ':' + stage.name;
}

Json stage_status(const spec::dvc::Stage& stage, const StageStatus& status,
                  const std::string& folder) {
  Json all = Json::array();
  Json deps = Json::object();
  for (const StageStatus::Path& dep : status.deps) {
    deps[shown(stage.deps[dep.index].at, folder)] = name(dep.state);
  }
  for (const StageStatus::Params& params : status.params) {
    const std::string file = shown(stage.params[params.index].at, folder);
    if (params.file != State::same) {
      deps[file] = name(params.file);
      continue;
    }
    for (const auto& [key, state] : params.keys) {
      deps[file][key] = name(state);
    }
  }
  Json outs = Json::object();
  for (const StageStatus::Path& out : status.outs) {
    outs[shown(stage.outs[out.index].at, folder)] = name(out.state);
  }
  if (!deps.empty()) {
    all.push_back({{"changed deps", deps}});
  }
  if (!outs.empty()) {
    all.push_back({{"changed outs", outs}});
  }
  if (status.always) {
    all.push_back("always changed");
  }
  if (status.checksum) {
    all.push_back("changed checksum");
  }
  if (status.command) {
    all.push_back("changed command");
  }
  return all;
}

void add_json(const Value& value, std::string& out) {
  const auto quoted = [](const std::string& text) { return dump(Json(text)); };
  switch (value.kind) {
    case Value::Kind::null:
      out += "null";
      return;
    case Value::Kind::boolean:
      out += value.truth ? "true" : "false";
      return;
    case Value::Kind::integer:
      out += value.text;
      return;
    case Value::Kind::real:
      out += std::isfinite(value.number) ? python_float(value.number)
                                         : quoted(python_float(value.number));
      return;
    case Value::Kind::list:
    case Value::Kind::set:
    case Value::Kind::map: {
      const bool map = value.is_map();
      out += map ? '{' : '[';
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        out += i == 0 ? "" : ",";
        if (map) {
          out += quoted(template_text(value.keys[i])) + ':';
        }
        add_json(value.items[i], out);
      }
      out += map ? '}' : ']';
      return;
    }
    default:
      out += quoted(value.text);
  }
}

}  // namespace

std::string json_of(const Value& value) {
  std::string out;
  add_json(value, out);
  return out;
}

Result<std::string> status_json(Tracker& tracker, const std::vector<bool>& wanted,
                                const std::string& folder) {
  Json all = Json::object();
  for (std::size_t i = 0; i < tracker.repository().stages.size(); ++i) {
    if (!wanted[i]) {
      continue;
    }
    const spec::dvc::Stage& stage = tracker.stage(i);
    TRY(const StageStatus status, tracker.status(stage));
    Json told = stage_status(stage, status, folder);
    if (!told.empty()) {
      all[label(stage, folder)] = std::move(told);
    }
  }
  return dump(all);
}

std::string stage_json(const spec::dvc::Stage& stage) {
  Json deps = Json::array();
  for (const auto& dep : stage.deps) {
    deps.push_back(dep.path);
  }
  Json outs = Json::array();
  for (const auto& out : stage.outs) {
    Json one{{"path", out.path}, {"kind", spec::dvc::name(out.kind)}};
    if (!out.cache) {
      one["cache"] = false;
    }
    if (out.persist) {
      one["persist"] = true;
    }
    if (!out.push) {
      one["push"] = false;
    }
    if (!out.remote.empty()) {
      one["remote"] = out.remote;
    }
    outs.push_back(std::move(one));
  }
  std::sort(outs.begin(), outs.end(),
            [](const Json& a, const Json& b) { return a["path"] < b["path"]; });
  Json params = Json::object();
  for (const auto& dep : stage.params) {
    params[dep.at.path] = dep.keys;
  }
  const Json rest{{"wdir", stage.wdir.empty() ? "." : stage.wdir},
                  {"deps", deps},
                  {"outs", outs},
                  {"params", params},
                  {"frozen", stage.frozen},
                  {"always_changed", stage.always_changed}};
  return "{\"name\":" + dump(Json(stage.label())) + ",\"cmd\":" + json_of(stage.cmd) + "," +
         dump(rest).substr(1);
}

std::string top_json(const spec::dvc::Repository& repository) {
  Value all = Value::map();
  for (const spec::dvc::TopLevel& top : repository.top) {
    for (std::size_t i = 0; i < top.sections.keys.size(); ++i) {
      const std::string& section = top.sections.keys[i].text;
      if (all.find(section) == nullptr) {
        all.set(section, Value::map());
      }
      all.find(section)->set(top.file, top.sections.items[i]);
    }
  }
  return json_of(all);
}

}  // namespace mlpipe::engine::dvc
