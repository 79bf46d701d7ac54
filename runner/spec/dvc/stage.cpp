#include "runner/spec/dvc/stage.hpp"

#include <cctype>

#include "runner/base/text.hpp"

namespace mlpipe::spec::dvc {
namespace {

bool is_url(std::string_view written) {
  const auto colon = written.find("://");
  if (colon == std::string_view::npos || colon == 0) {
    return false;
  }
  for (const char c : written.substr(0, colon)) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '+' && c != '-' && c != '.') {
      return false;
    }
  }
  return true;
}

// Absolute, "." and ".." taken out.
std::string absolute_path(std::string_view path) {
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(path, '/')) {
    if (part == "..") {
      if (!parts.empty()) {
        parts.pop_back();
      }
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  std::string out;
  for (const std::string_view part : parts) {
    out += '/';
    out += part;
  }
  return out.empty() ? "/" : out;
}

}  // namespace

Place place_of(const std::string& root, std::string_view folder, std::string_view written) {
  if (is_url(written)) {
    return {Place::Kind::remote, std::string(written)};
  }
  std::string path(written);
  if (!path.starts_with('/')) {
    path = root + '/' + std::string(folder) + '/' + path;
  }
  path = absolute_path(path);
  if (path == root) {
    return {Place::Kind::inside, ""};
  }
  if (path.starts_with(root + '/')) {
    return {Place::Kind::inside, path.substr(root.size() + 1)};
  }
  return {Place::Kind::outside, path};
}

std::string_view name(OutKind kind) {
  return kind == OutKind::metric ? "metric" : kind == OutKind::plot ? "plot" : "out";
}

std::string Stage::label() const {
  if (origin == Origin::dvc_file) {
    return file;
  }
  return file == "dvc.yaml" ? name : file + ':' + name;
}

std::string folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

std::string join_path(std::string_view folder, std::string_view name) {
  return folder.empty() || folder == "." ? std::string(name)
                                         : std::string(folder) + '/' + std::string(name);
}

}  // namespace mlpipe::spec::dvc
