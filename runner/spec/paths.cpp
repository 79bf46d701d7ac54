#include "runner/spec/paths.hpp"

#include <fmt/format.h>

#include "runner/base/text.hpp"

namespace mlpipe::spec {
namespace {

std::string hint_for_absolute(const std::string& path, const std::string& root) {
  const std::string below = root + '/';
  if (path.size() > below.size() && path.compare(0, below.size(), below) == 0) {
    return fmt::format("write `{}`", printable(path.substr(below.size())));
  }
  return "what lies outside of the repository cannot be tracked; copy or link it in";
}

bool first_part_is(const std::string& path, std::string_view name) {
  return path == name || (path.starts_with(name) && path[name.size()] == '/');
}

}  // namespace

std::optional<std::string> check_path(const Text& written, std::string_view what, PathUse use,
                                      const std::string& root, Report& report) {
  const std::string shown = printable(written.text);
  if (written.text.starts_with('/')) {
    report.error(written.mark, fmt::format("`{}`: the path `{}` is absolute; paths start at the repository root", what, shown),
                 hint_for_absolute(written.text, root));
    return std::nullopt;
  }
  if (written.text.find("://") != std::string::npos) {
    report.error(written.mark, fmt::format("`{}`: `{}` is a URL; only paths can stand here", what, shown),
                 "fetch it in a stage of its own and name the file");
    return std::nullopt;
  }
  auto normal = normal_path(written.text);
  if (!normal) {
    report.error(written.mark, fmt::format("`{}`: the path `{}` leaves the repository", what, shown),
                 "paths start at the repository root, whatever `working_dir` says");
    return std::nullopt;
  }
  if (*normal == "." && use != PathUse::worked_in) {
    report.error(written.mark, fmt::format("`{}`: `{}` is the whole repository", what, shown),
                 use == PathUse::written ? "name a file or a folder below it"
                                         : "name the files and folders that it reads, or a pattern such as `src/**/*.py`");
    return std::nullopt;
  }
  if (use == PathUse::written && (first_part_is(*normal, ".git") || first_part_is(*normal, ".mlpipe"))) {
    report.error(written.mark, fmt::format("`{}`: `{}` lies in a folder that belongs to {}", what, shown,
                                           first_part_is(*normal, ".git") ? "git" : "mlpipe"),
                 "choose another folder");
    return std::nullopt;
  }
  return normal;
}

}  // namespace mlpipe::spec
