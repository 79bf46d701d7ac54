#include "runner/engine/toolchain.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "runner/base/text.hpp"
#include "runner/cache/index.hpp"
#include "runner/cache/object_store.hpp"
#include "runner/engine/environment.hpp"

namespace mlpipe::engine {
namespace {

namespace fs = std::filesystem;

std::string absolute(const std::string& root, const std::string& path) {
  return !path.empty() && path[0] == '/' ? path : root + "/" + path;
}

// A program by name on PATH, or by path; its real place, since a link says nothing of what is
// behind it.
Result<std::string> find_program(const std::string& name, const std::string& root,
                                 const Variables& caller) {
  std::vector<std::string> candidates;
  if (name.find('/') != std::string::npos) {
    candidates.push_back(absolute(root, name));
  } else if (const std::string* path = find_variable(caller, "PATH")) {
    for (const std::string_view folder : split(*path, ':')) {
      candidates.push_back((folder.empty() ? root : std::string(folder)) + "/" + name);
    }
  }
  for (const std::string& candidate : candidates) {
    std::error_code error;
    if (access(candidate.c_str(), X_OK) == 0 && !fs::is_directory(candidate, error)) {
      const fs::path real = fs::canonical(candidate, error);
      return error ? candidate : real.string();
    }
  }
  return fail(Code::not_found,
              fmt::format("`{}` of `environment` was not found{}", name,
                          candidates.empty() ? "" : ", looked at " + candidates.front()));
}

// name -> version of every package a lock file pins, whatever tool wrote it.
std::map<std::string, std::string> packages(std::string_view text) {
  std::map<std::string, std::string> pinned;
  std::string name;  // of the TOML block being read
  const auto unquote = [](std::string_view value) {
    value = trim(value);
    return value.size() >= 2 && value.front() == '"' && value.back() == '"'
               ? value.substr(1, value.size() - 2)
               : value;
  };
  for (std::string_view line : split(text, '\n')) {
    line = trim(line.substr(0, line.find('#')));
    if (const auto pin = line.find("=="); pin != std::string_view::npos && line.find('=') == pin) {
      const std::string_view version = trim(line.substr(pin + 2));
      const std::string_view package = line.substr(0, pin);
      pinned[std::string(trim(package.substr(0, package.find('['))))] =
          std::string(version.substr(0, version.find_first_of(" ;\\")));
    } else if (line.substr(0, 7) == "name = ") {
      name = unquote(line.substr(7));
    } else if (line.substr(0, 10) == "version = " && !name.empty()) {
      pinned[name] = unquote(line.substr(10));
      name.clear();
    } else if (line.substr(0, 2) == "- " && line.find('=') != std::string_view::npos) {
      const auto parts = split(line.substr(2), '=');
      pinned[std::string(parts[0])] = std::string(parts[1]);
    } else if (line.substr(0, 2) == "[[") {
      name.clear();
    }
  }
  return pinned;
}

}  // namespace

Result<Toolchain> resolve_toolchain(const spec::EnvironmentSpec& environment,
                                    const std::string& root, const Variables& caller,
                                    cache::Index& index) {
  Toolchain toolchain;
  const auto add = [&](const std::string& name, const std::string& path) -> Status {
    TRY(const port::Content content, index.look(path, cache::View::output));
    if (content.type == port::EntryType::missing) {
      return fail(Code::not_found, fmt::format("`{}` of `environment` does not exist", path));
    }
    toolchain.digests.emplace_back(name, port::to_text(content));
    return {};
  };
  for (const std::string& lock : environment.lock) {
    TRY_OK(add("lock:" + lock, lock));
  }
  if (!environment.python.empty()) {
    const std::string place = absolute(root, environment.python);
    struct stat found {};
    const bool folder = stat(place.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
    TRY(const std::string interpreter,
        find_program(folder ? place + "/bin/python" : environment.python, root, caller));
    TRY_OK(add("python", interpreter));
    // A bare name was found on PATH: its folder is there already. A path is taken as written, not
    // as resolved: a virtual environment's interpreter is a link to another folder's.
    if (folder) {
      toolchain.bin = place + "/bin";
    } else if (environment.python.find('/') != std::string::npos) {
      toolchain.bin = fs::path(place).parent_path().string();
    }
  }
  for (const std::string& tool : environment.tools) {
    TRY(const std::string program, find_program(tool, root, caller));
    TRY_OK(add("tool:" + tool, program));
  }
  return toolchain;
}

Status keep_lock_texts(const spec::EnvironmentSpec& environment, const std::string& root,
                       cache::ObjectStore& store) {
  for (const std::string& path : environment.lock) {
    std::ifstream file(absolute(root, path), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file) {
      TRY(const Digest kept, store.put(text));
      (void)kept;
    }
  }
  return {};
}

std::vector<Moved> moved_packages(std::string_view then, std::string_view now) {
  const auto before = packages(then);
  const auto after = packages(now);
  std::vector<Moved> moved;
  for (const auto& [name, version] : after) {
    const auto old = before.find(name);
    if (old == before.end() || old->second != version) {
      moved.push_back({name, old == before.end() ? "" : old->second, version});
    }
  }
  for (const auto& [name, version] : before) {
    if (after.count(name) == 0) {
      moved.push_back({name, version, ""});
    }
  }
  return moved;
}

}  // namespace mlpipe::engine
