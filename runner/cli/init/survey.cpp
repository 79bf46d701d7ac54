#include "runner/cli/init/survey.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "runner/base/text.hpp"

namespace mlpipe::cli::draft {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_text = 4U << 20U;
constexpr std::size_t most_text = 16U << 20U;  // searched for names of files
constexpr std::size_t most_files = 20'000;
constexpr int deepest = 5;

bool starts_with(std::string_view text, std::string_view head) {
  return text.substr(0, head.size()) == head;
}
bool ends_with(std::string_view text, std::string_view tail) {
  return text.size() >= tail.size() && text.substr(text.size() - tail.size()) == tail;
}
bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The lines of .gitignore that name a top-level entry; patterns are not read.
std::set<std::string> ignored_names(const std::string& root) {
  std::set<std::string> names;
  const std::string text = small_file(root + "/.gitignore");
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    if (!line.empty() && line.front() == '/') {
      line.remove_prefix(1);
    }
    if (!line.empty() && line.back() == '/') {
      line.remove_suffix(1);
    }
    names.emplace(line);
  }
  return names;
}

bool never_an_input(const fs::path& path, const std::string& name) {
  std::error_code error;
  return name.empty() || name.front() == '.' || name == "mlpipe.yaml" || name == "mlpipe.lock" ||
         name == "build" || name == "dist" || name == "node_modules" || name == "__pycache__" ||
         name == "htmlcov" || ends_with(name, ".egg-info") ||
         fs::exists(path / "pyvenv.cfg", error);
}

// As a path in a pipeline it means itself.
bool nameable(const std::string& name) {
  return is_utf8(name) && !is_glob(name) && name.find("${") == std::string::npos;
}

bool is_test_file(std::string_view name) {
  return ends_with(name, ".py") && (starts_with(name, "test_") || ends_with(name, "_test.py"));
}

class Look {
 public:
  explicit Look(const std::string& root) { found_.root = root; }

  Survey run() {
    list_entries();
    find_locks();
    std::error_code error;
    for (const char* venv : {".venv", "venv"}) {
      if (found_.venv.empty() &&
          fs::exists(fs::path(found_.root) / venv / "bin" / "python", error)) {
        found_.venv = venv;
      }
    }
    for (const std::string& name : found_.entries) {
      walk(name, 0);
    }
    settings();
    found_.has_dvc = stands("dvc.yaml");
    for (const char* name : {"GNUmakefile", "makefile", "Makefile"}) {
      found_.makefile = found_.makefile.empty() && stands(name) ? name : found_.makefile;
    }
    finish();
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool stands(const std::string& name) const {
    std::error_code error;
    return fs::is_regular_file(fs::path(found_.root) / name, error);
  }

  void list_entries() {
    const auto ignored = ignored_names(found_.root);
    std::error_code error;
    for (fs::directory_iterator at(found_.root, error), end; !error && at != end;
         at.increment(error)) {
      std::string name = at->path().filename().string();
      if (!never_an_input(at->path(), name) && ignored.count(name) == 0 && nameable(name)) {
        found_.entries.push_back(std::move(name));
      }
    }
    std::sort(found_.entries.begin(), found_.entries.end());
  }

  // Exact locks before lists of requirements.
  void find_locks() {
    for (const char* name : {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml",
                             "requirements.lock"}) {
      if (stands(name)) {
        found_.locks.emplace_back(name);
      }
    }
    for (const std::string& name : found_.entries) {
      const bool requirements = starts_with(name, "requirements") && ends_with(name, ".txt");
      if (found_.locks.empty() || one_of(found_.locks.front(), {"requirements.lock"}) ||
          starts_with(found_.locks.front(), "requirements")) {
        if (requirements && stands(name)) {
          found_.locks.push_back(name);
        }
      }
    }
    for (const char* name : {"environment.yml", "environment.yaml"}) {
      if (found_.locks.empty() && stands(name)) {
        found_.locks.emplace_back(name);
      }
    }
  }

  void walk(const std::string& path, int depth) {
    const fs::path whole = fs::path(found_.root) / path;
    const std::string name = whole.filename().string();
    std::error_code error;
    const fs::file_status status = fs::symlink_status(whole, error);
    if (error || ++looked_ > most_files) {
      found_.cut = found_.cut || looked_ > most_files;
      return;
    }
    if (fs::is_regular_file(status) && ends_with(name, ".py")) {
      return python_file(path, name);
    }
    if (!fs::is_directory(status) || depth >= deepest) {
      return;
    }
    for (fs::directory_iterator at(whole, error), end; !error && at != end; at.increment(error)) {
      const std::string child = at->path().filename().string();
      if (!never_an_input(at->path(), child)) {
        walk(path + "/" + child, depth + 1);
      }
    }
  }

  void python_file(const std::string& path, const std::string& name) {
    found_.has_python = true;
    const std::string text = small_file(found_.root + "/" + path);
    const std::string top = path.substr(0, path.find('/'));
    const bool test = is_test_file(name) || name == "conftest.py";
    if (is_test_file(name)) {
      note_test(path);
      found_.uses_pytest = found_.uses_pytest || text.find("import pytest") != std::string::npos ||
                           text.find("from pytest") != std::string::npos ||
                           starts_with(text, "def test") ||
                           text.find("\ndef test") != std::string::npos;
      found_.uses_unittest = found_.uses_unittest || text.find("unittest") != std::string::npos;
    } else if (name == "conftest.py") {
      found_.uses_pytest = true;
    }
    if (!(test && top == path)) {
      (top == path ? top_scripts_ : top_folders_).insert(top);
    }
    if (texts_.size() < most_text) {
      texts_ += text;
      texts_ += '\n';
    }
  }

  // Tests under a folder called so count as that folder; others by their own folder, or as files at
  // the top.
  void note_test(const std::string& path) {
    std::string folder;
    for (const std::string_view part : split(path, '/')) {
      folder += (folder.empty() ? "" : "/") + std::string(part);
      if (part == "tests" || part == "test") {
        tests_.insert(folder);
        return;
      }
    }
    const auto slash = path.rfind('/');
    tests_.insert(slash == std::string::npos ? path : path.substr(0, slash));
  }

  void settings() {
    for (const char* name :
         {"pytest.ini", "pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "conftest.py"}) {
      if (!stands(name)) {
        continue;
      }
      settings_.emplace_back(name);
      const std::string text = small_file(found_.root + "/" + name);
      found_.uses_pytest = found_.uses_pytest || std::string_view(name) == "pytest.ini" ||
                           text.find("pytest") != std::string::npos;
    }
  }

  void finish() {
    found_.test_paths.assign(tests_.begin(), tests_.end());
    std::set<std::string> deps(top_folders_.begin(), top_folders_.end());
    deps.insert(top_scripts_.begin(), top_scripts_.end());
    deps.insert(settings_.begin(), settings_.end());
    for (const std::string& path : tests_) {
      deps.insert(path.substr(0, path.find('/')));
    }
    for (const std::string& name : found_.entries) {
      if (named_in_text(name) && !one_of(name, {"Makefile", "dvc.yaml", "dvc.lock"})) {
        deps.insert(name);
      }
    }
    const std::set<std::string> locks(found_.locks.begin(),
                                      found_.locks.end());  // `environment` counts them
    std::copy_if(deps.begin(), deps.end(), std::back_inserter(found_.source_deps),
                 [&](const std::string& name) { return locks.count(name) == 0; });
  }

  // "data", 'data/…', …/data/: a path in the code.
  [[nodiscard]] bool named_in_text(const std::string& name) const {
    for (std::size_t at = texts_.find(name); at != std::string::npos;
         at = texts_.find(name, at + 1)) {
      const char before = at == 0 ? '\n' : texts_[at - 1];
      const std::size_t end = at + name.size();
      const char after = end < texts_.size() ? texts_[end] : '\n';
      if ((before == '"' || before == '\'' || before == '/') &&
          (after == '"' || after == '\'' || after == '/')) {
        return true;
      }
    }
    return false;
  }

  Survey found_;
  std::set<std::string> tests_, top_folders_, top_scripts_;
  std::vector<std::string> settings_;
  std::string texts_;
  std::size_t looked_ = 0;
};

}  // namespace

std::string small_file(const std::string& path) {
  std::error_code error;
  const auto size = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
  if (error || size > largest_text) {
    return {};
  }
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Survey look_around(const std::string& root) {
  return Look(root).run();
}

}  // namespace mlpipe::cli::draft
