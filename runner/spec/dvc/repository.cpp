#include "runner/spec/dvc/repository.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "runner/base/text.hpp"
#include "runner/spec/dvc/schema.hpp"
#include "runner/spec/dvc/yaml.hpp"
#include "runner/spec/source_files.hpp"

namespace mlpipe::spec::dvc {
namespace {

namespace fs = std::filesystem;

bool is_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// Whether a git repository lies at the root or around it.
bool in_git(const std::string& root) {
  std::error_code ignored;
  for (fs::path folder = root; !folder.empty(); folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", ignored)) {
      return true;
    }
    if (folder == folder.root_path()) {
      break;
    }
  }
  return false;
}

struct Listing {
  std::vector<std::string> files;    // dvc.yaml and *.dvc
  std::vector<std::string> folders;  // not links
};

class Walk {
 public:
  Walk(Repository& repository, Loaded& loaded) : repository_(repository), loaded_(loaded) {}

  Status run() {
    TRY_OK(folder(""));
    std::move(tracked_.begin(), tracked_.end(), std::back_inserter(repository_.stages));
    return {};
  }

 private:
  [[nodiscard]] std::string absolute(const std::string& path) const {
    return path.empty() ? repository_.root : repository_.root + '/' + path;
  }

  void add_rules(const std::string& path, const char* name, IgnoreRules& rules) {
    const std::string file = join_path(path, name);
    if (const auto text = read_source(repository_.root, file)) {
      rules.add(path, *text);
      loaded_.files_read.push_back(file);
    }
  }

  // Below a tracked out nothing is collected.
  [[nodiscard]] bool below_out(const std::string& path) const { return outs_.count(path) > 0; }

  Result<Listing> list(const std::string& path) {
    Listing found;
    std::error_code error;
    for (fs::directory_iterator at(absolute(path), error), end; !error && at != end;
         at.increment(error)) {
      const std::string name = at->path().filename().string();
      const std::string full = join_path(path, name);
      std::error_code ignored;
      if (at->is_symlink(ignored)) {
        if ((name == "dvc.yaml" || name.ends_with(".dvc")) && !is_folder(absolute(full))) {
          found.files.push_back(full);
        }
      } else if (at->is_directory(ignored)) {
        if (name != ".git" && name != ".hg" && name != ".dvc" && name != ".mlpipe") {
          found.folders.push_back(full);
        }
      } else if (name == "dvc.yaml" || (name.ends_with(".dvc") && name.size() > 4)) {
        found.files.push_back(full);
      }
    }
    if (error == std::errc::permission_denied) {
      loaded_.diagnostics.warning(
          {}, fmt::format("{} may not be read and is left out", printable(path)));
      return found;
    }
    if (error) {
      return fail_errno("cannot list " + printable(absolute(path)), error.value());
    }
    std::sort(found.files.begin(), found.files.end());
    std::sort(found.folders.begin(), found.folders.end());
    return found;
  }

  Status folder(const std::string& path) {
    add_rules(path, ".dvcignore", repository_.ignore);
    if (repository_.git) {
      add_rules(path, ".gitignore", git_);
    }
    TRY(const Listing found, list(path));
    for (const std::string& file : found.files) {
      if (!repository_.ignore.ignores(file, IgnoreRules::Is::other)) {
        read(file);
      }
    }
    for (const std::string& below : found.folders) {
      const bool hidden = repository_.ignore.ignores(below, IgnoreRules::Is::folder) ||
                          git_.ignores(below, IgnoreRules::Is::folder) || below_out(below) ||
                          is_folder(absolute(below) + "/.dvc");
      if (!hidden) {
        TRY_OK(folder(below));
      }
    }
    return {};
  }

  void read(const std::string& file) {
    std::vector<Stage> stages;
    if (file.ends_with(".dvc")) {
      stages = read_dvc_file(repository_.root, file, loaded_);
    } else {
      Resolved resolved = resolve_file(repository_.root, file, repository_.config, loaded_);
      stages = std::move(resolved.stages);
      repository_.files.push_back(file);
      repository_.top.push_back(std::move(resolved.top));
    }
    for (Stage& stage : stages) {
      for (const Out& out : stage.outs) {
        if (out.at.kind == Place::Kind::inside) {
          outs_.insert(out.at.path);
        }
      }
      (stage.origin == Origin::dvc_file ? tracked_ : repository_.stages)
          .push_back(std::move(stage));
    }
  }

  Repository& repository_;
  Loaded& loaded_;
  IgnoreRules git_;
  std::unordered_set<std::string> outs_;
  std::vector<Stage> tracked_;
};

}  // namespace

bool is_project(const std::string& root) {
  return is_folder(root + "/.dvc");
}

Result<Repository> read_repository(const std::string& root, Loaded& loaded) {
  Repository repository;
  repository.root = root;
  TRY(repository.config, Config::read(root));
  repository.git = !repository.config.flag("core.no_scm") && in_git(root);
  TRY_OK(Walk(repository, loaded).run());
  return repository;
}

namespace {

bool flag(const Value& map, std::string_view key, bool otherwise) {
  const Value* value = map.find(key);
  return value == nullptr ? otherwise : value->truth;
}

void read_entries(const std::string& root, std::uint32_t file, const Value& document,
                  Stage& stage) {
  for (const Value& entry : document.find("outs")->items) {
    Out out;
    out.path = entry.find("path")->text;
    out.at = place_of(root, stage.wdir, out.path);
    out.cache = flag(entry, "cache", true);
    out.persist = flag(entry, "persist", false);
    out.push = flag(entry, "push", true);
    out.mark = mark_of(file, entry);
    stage.outs.push_back(std::move(out));
  }
  if (const Value* deps = document.find("deps")) {
    for (const Value& entry : deps->items) {
      const Value* written = entry.find("path");
      const std::string dep = written == nullptr ? std::string() : written->text;
      // The path of an import lies in another repository.
      const bool elsewhere = entry.find("repo") != nullptr || entry.find("db") != nullptr;
      stage.deps.push_back(
          {dep, elsewhere ? Place{Place::Kind::remote, dep} : place_of(root, stage.wdir, dep),
           mark_of(file, entry)});
    }
  }
}

}  // namespace

std::vector<Stage> read_dvc_file(const std::string& root, const std::string& path, Loaded& loaded) {
  auto text = read_source(root, path);
  const std::uint32_t file = loaded.sources.add(path, text ? *text : std::string());
  if (!text) {
    loaded.diagnostics.error({file, 0, 0},
                             fmt::format("{} cannot be read: {}", path, text.error().message));
    return {};
  }
  loaded.files_read.push_back(path);
  auto document = read_yaml(*text);
  if (!document) {
    loaded.diagnostics.error({file, document.error().line, document.error().column},
                             fmt::format("{} is not YAML: {}", path, document.error().message));
    return {};
  }
  if (!check_dvc_file(*document, file, path, loaded.diagnostics)) {
    return {};
  }
  Stage stage;
  stage.origin = Origin::dvc_file;
  stage.file = path;
  stage.name = path.substr(path.rfind('/') + 1);
  stage.group = stage.name;
  stage.mark = {file, 1, 1};
  stage.wdir = folder_of(path);
  if (const Value* wdir = document->find("wdir")) {
    stage.wdir = place_of(root, stage.wdir, wdir->text).path;
  }
  stage.frozen = flag(*document, "frozen", flag(*document, "locked", false));
  stage.always_changed = flag(*document, "always_changed", false);
  if (const Value* desc = document->find("desc")) {
    stage.desc = desc->text;
  }
  read_entries(root, file, *document, stage);
  stage.document = std::move(*document);
  std::vector<Stage> stages;
  stages.push_back(std::move(stage));
  return stages;
}

}  // namespace mlpipe::spec::dvc
