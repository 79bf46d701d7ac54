// A repository in a temporary folder, and the words of a load: text in, stages or diagnostics out.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "runner/spec/compiled.hpp"
#include "runner/spec/load.hpp"

namespace mlpipe {

inline std::vector<spec::KindRules> fake_kinds() {
  using spec::Command;
  using spec::PathKey;
  std::vector<spec::KindRules> kinds(6);
  kinds[0].name = "command";
  kinds[1].name = "train";
  kinds[2].name = "unit_test";
  kinds[2].paths = {{"junit", PathKey::Role::out, PathKey::Select::all_outs}};
  kinds[3].name = "data_check";
  kinds[3].cmd = Command::none;
  kinds[3].paths = {{"table", PathKey::Role::dep, PathKey::Select::all_outs}};
  kinds[4].name = "regression";
  kinds[4].cmd = Command::none;
  kinds[4].paths = {{"candidate.metrics", PathKey::Role::dep, PathKey::Select::metrics},
                    {"baseline.path", PathKey::Role::dep, PathKey::Select::metrics}};
  kinds[5].name = "deploy";
  kinds[5].cmd = Command::none;
  kinds[5].paths = {{"artifacts", PathKey::Role::dep, PathKey::Select::all_outs}};
  return kinds;
}

class Repository {
 public:
  Repository() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mlpipe-load-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      ADD_FAILURE() << "no temporary folder";
    }
    root_ = pattern;
  }
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;
  ~Repository() { std::filesystem::remove_all(root_); }

  Repository& write(const std::string& path, const std::string& text) {
    const std::filesystem::path whole = std::filesystem::path(root_) / path;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole, std::ios::binary) << text;
    return *this;
  }
  [[nodiscard]] Result<spec::Loaded> try_load() {
    options.root = root_;
    options.run_date = "2026-03-01";
    options.version = "0.1.0";
    options.kinds = kinds;
    auto loaded = spec::load(options);
    if (loaded && loaded->diagnostics.empty()) {  // no test loads what its compiled form would not
      const auto compiled = spec::load_compiled(spec::compile(*loaded));
      EXPECT_TRUE(compiled && compiled->project == loaded->project);
    }
    return loaded;
  }
  // The diagnostics are left to the test.
  [[nodiscard]] spec::Loaded load() {
    auto loaded = try_load();
    if (!loaded) {
      ADD_FAILURE() << loaded.error().message;
      return {};
    }
    return std::move(*loaded);
  }
  // Fails the test where anything was said.
  [[nodiscard]] spec::Project project() {
    spec::Loaded loaded = load();
    EXPECT_TRUE(loaded.diagnostics.empty())
        << spec::render(loaded.diagnostics, loaded.sources, spec::Colour::off);
    return std::move(loaded.project);
  }
  // "line: message [hint]", one per diagnostic, in the order found; warnings begin with "warning ".
  [[nodiscard]] std::vector<std::string> complaints() {
    const spec::Loaded loaded = load();
    std::vector<std::string> lines;
    for (const spec::Diagnostic& item : loaded.diagnostics.items()) {
      const std::string kind = item.severity == spec::Severity::warning ? "warning " : "";
      const std::string hint = item.hint.empty() ? "" : " [" + item.hint + "]";
      lines.push_back(kind + std::to_string(item.mark.line) + ": " + item.message + hint);
    }
    return lines;
  }
  [[nodiscard]] const std::string& root() const { return root_; }

  spec::LoadOptions options;
  std::vector<spec::KindRules> kinds = fake_kinds();

 private:
  std::string root_;
};

// A repository whose mlpipe.yaml is `text` below "mlpipe: 1".
inline std::vector<std::string> complaints_about(const std::string& text,
                                                 const std::string& params = {}) {
  Repository repository;
  repository.write("mlpipe.yaml", "mlpipe: 1\n" + text);
  if (!params.empty()) {
    repository.write("params.yaml", params);
  }
  return repository.complaints();
}

inline spec::Project project_of(const std::string& text, const std::string& params = {}) {
  Repository repository;
  repository.write("mlpipe.yaml", "mlpipe: 1\n" + text);
  if (!params.empty()) {
    repository.write("params.yaml", params);
  }
  return repository.project();
}

inline std::vector<std::string> names_of(const spec::Project& project) {
  std::vector<std::string> names;
  for (const spec::Stage& stage : project.stages) {
    names.push_back(stage.name);
  }
  return names;
}

inline std::vector<std::string> deps_of(const spec::Stage& stage) {
  std::vector<std::string> paths;
  for (const spec::Dep& dep : stage.deps) {
    paths.push_back(dep.path);
  }
  return paths;
}

inline std::vector<std::string> outs_of(const spec::Stage& stage) {
  std::vector<std::string> paths;
  for (const spec::Out& out : stage.outs) {
    paths.push_back(out.path);
  }
  return paths;
}

using Lines = std::vector<std::string>;

}  // namespace mlpipe
