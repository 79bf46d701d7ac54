#include "stages/deploy/settings.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "stages/shared/config.hpp"

namespace mlpipe::stages::deploy {
namespace {

using Json = nlohmann::json;
using spec::Node;

std::string text_in_target(const Node& config, std::string_view key) {
  const Node* target = config.find("target");
  return target == nullptr ? std::string() : text_at(*target, key).value_or("");
}

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

void check_names(const Node& artifacts, spec::Diagnostics& diagnostics) {
  const std::vector<std::string> paths = texts_of(&artifacts);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!is_glob(paths[i]) && base_name(paths[i]) == base_name(paths[j])) {
        diagnostics.error(
            artifacts.mark,
            fmt::format("`{}` and `{}` would have the same name in the release",
                        printable(paths[j]), printable(paths[i])),
            "an artifact is released under its own name: give them different names, or release "
            "the folder above them");
      }
    }
  }
}

}  // namespace

std::string target_name(const Node& config) {
  return text_in_target(config, "name");
}
std::string target_path(const Node& config) {
  return text_in_target(config, "path");
}

void check(const spec::Stage& stage, spec::Diagnostics& diagnostics) {
  if (const Node* artifacts = stage.config.find("artifacts")) {
    if (artifacts->kind == spec::NodeKind::list && artifacts->items.empty()) {
      diagnostics.error(artifacts->mark, "there is nothing to release",
                        "let the stage it comes from declare `outs`");
    }
    check_names(*artifacts, diagnostics);
  }
  const Node* verify = stage.config.find("verify");
  if (verify != nullptr && stage.shell == spec::Shell::none) {
    diagnostics.error(verify->mark, "`verify` runs in a shell", "leave out `shell: none`");
  }
  const Node* target = stage.config.find("target");
  const Node* path = target == nullptr ? nullptr : target->find("path");
  if (path == nullptr || path->kind != spec::NodeKind::string) {
    return;  // the schema says so
  }
  const bool absolute = path->text.rfind('/', 0) == 0;
  const auto normal = normal_path(absolute ? path->text.substr(1) : path->text);
  const auto lies_in = [&](std::string_view folder) {
    return normal == folder || normal->rfind(std::string(folder) + "/", 0) == 0;
  };
  if (!normal || normal->empty() || *normal == ".") {
    diagnostics.error(path->mark, "the target must be a folder of its own",
                      "a path such as serving/model, or an absolute one");
  } else if (!absolute && (lies_in(".git") || lies_in(".mlpipe"))) {
    diagnostics.error(path->mark, "nothing is deployed into .git or .mlpipe");
  }
}

Settings settings_of(const spec::Stage& stage) {
  const Node& config = stage.config;
  Settings settings;
  settings.artifacts = texts_of(config.find("artifacts"));
  settings.target = target_name(config);
  settings.path = target_path(config);
  settings.verify = texts_of(config.find("verify"));
  settings.allow_accepted = texts_of(config.find("allow_accepted"));
  settings.on_failure =
      text_at(config, "on_failure") == "keep" ? OnFailure::keep : OnFailure::rollback;
  settings.shell = stage.shell;
  settings.working_dir = stage.working_dir;
  if (const Node* timeout = config.find("verify_timeout")) {
    settings.verify_timeout = parse_duration(timeout->text).value_or(settings.verify_timeout);
  }
  const Node* target = config.find("target");
  if (const Node* keep = target == nullptr ? nullptr : target->find("keep")) {
    settings.keep = static_cast<std::uint32_t>(std::strtoul(keep->text.c_str(), nullptr, 10));
  }
  return settings;
}

std::string to_json(const Settings& settings) {
  return Json{{"artifacts", settings.artifacts},
              {"target", settings.target},
              {"path", settings.path},
              {"keep", settings.keep},
              {"verify", settings.verify},
              {"verify_timeout_ms", settings.verify_timeout.count()},
              {"on_failure", settings.on_failure == OnFailure::keep ? "keep" : "rollback"},
              {"allow_accepted", settings.allow_accepted},
              {"shell", settings.shell == spec::Shell::bash ? "bash" : "sh"},
              {"working_dir", settings.working_dir}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Settings> settings_from_json(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  try {
    Settings settings;
    settings.artifacts = json.at("artifacts").get<std::vector<std::string>>();
    settings.target = json.at("target").get<std::string>();
    settings.path = json.at("path").get<std::string>();
    settings.keep = json.at("keep").get<std::uint32_t>();
    settings.verify = json.at("verify").get<std::vector<std::string>>();
    settings.verify_timeout =
        std::chrono::milliseconds(json.at("verify_timeout_ms").get<std::int64_t>());
    settings.on_failure = json.at("on_failure") == "keep" ? OnFailure::keep : OnFailure::rollback;
    settings.allow_accepted = json.at("allow_accepted").get<std::vector<std::string>>();
    settings.shell = json.at("shell") == "bash" ? spec::Shell::bash : spec::Shell::sh;
    settings.working_dir = json.at("working_dir").get<std::string>();
    return settings;
  } catch (const Json::exception& error) {
    return fail(Code::internal, fmt::format("configuration of a deploy step: {}", error.what()));
  }
}

}  // namespace mlpipe::stages::deploy
