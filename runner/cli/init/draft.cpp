#include "runner/cli/init/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "runner/cli/init/dvc.hpp"
#include "runner/cli/init/makefile.hpp"

namespace mlpipe::cli::draft {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view minimal = R"(  hello:
    cmd: echo "this stage runs once, then again only when it changes"

  # A pipeline grows like this: what a stage reads, what it writes; the order follows from the files.
  #
  # prepare:
  #   cmd: python3 src/prepare.py
  #   deps: [src/prepare.py, data/raw.csv]
  #   outs: [build/train.csv]
  #
  # check:
  #   kind: data_check
  #   table: build/train.csv
  #   checks:
  #     - row_count: {min: 1000}
  #     - not_null: {columns: [id]}
  #
  # train:
  #   kind: train
  #   cmd: python3 src/train.py
  #   needs: [check]
  #   deps: [src/train.py, build/train.csv]
  #   outs: [build/model.pkl]
  #   metrics: [build/metrics.json]
)";

std::string joined(const std::vector<std::string>& texts) {
  std::string line;
  for (const std::string& text : texts) {
    line += (line.empty() ? "" : ", ") + text;
  }
  return line;
}

std::string shell_words(const std::vector<std::string>& paths) {
  std::string words;
  for (const std::string& path : paths) {
    const bool plain = path.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-") ==
                       std::string::npos;
    std::string quoted = "'";
    for (const char c : path) {
      quoted += c == '\'' ? "'\\''" : std::string(1, c);
    }
    words += " " + (plain ? path : quoted + "'");
  }
  return words;
}

// A package below src/ that the interpreter does not find: installed nowhere, so its folder goes on
// the path.
bool needs_src_on_path(const Survey& survey, const std::string& interpreter,
                       const HasModule& has_module) {
  std::error_code error;
  for (fs::directory_iterator at(survey.root + "/src", error), end; !error && at != end;
       at.increment(error)) {
    const fs::path& path = at->path();
    std::error_code ignored;
    const bool package = fs::exists(path / "__init__.py", ignored);
    const bool module = path.extension() == ".py";
    if (!fs::exists(survey.root + "/src/__init__.py", ignored) && (package || module) &&
        !has_module(interpreter, path.stem().string())) {
      return true;
    }
  }
  return false;
}

Part python_tests(const Survey& survey, const std::string& name, const HasModule& has_module) {
  Part part;
  const std::string interpreter =
      survey.venv.empty() ? "python3" : survey.root + "/" + survey.venv + "/bin/python";
  const std::string python =
      survey.venv.empty() ? "python3" : "python";  // of the environment: first on PATH
  const bool has_pytest = has_module(interpreter, "pytest");
  const bool unittest = !has_pytest && survey.uses_unittest && !survey.uses_pytest;
  part.found.push_back(fmt::format("Python tests in {}", joined(survey.test_paths)));
  part.stages = fmt::format("  {}:\n    kind: unit_test\n", name);
  if (unittest) {
    part.stages += "    cmd:\n";
    for (const std::string& path : survey.test_paths) {
      const bool file = path.size() > 3 && path.substr(path.size() - 3) == ".py";
      part.stages +=
          "      - " +
          scalar(python + " -m unittest" + (file ? "" : " discover -s") + shell_words({path})) +
          "\n";
    }
    part.notes.push_back(
        fmt::format("pytest is not installed for {}, so unittest runs the tests; with pytest "
                    "failing tests are shown by name",
                    python));
  } else {
    part.stages += "    cmd: " +
                   scalar(python + " -m pytest -q" + shell_words(survey.test_paths) +
                          " --junitxml=build/" + name + ".xml") +
                   "\n";
    if (!has_pytest) {
      part.notes.push_back(fmt::format(
          "pytest is not installed for {}: install it before `mlpipe run`{}", python,
          survey.venv.empty() ? ", or make an environment in .venv and run `mlpipe init --force`"
                              : ""));
    }
  }
  if (needs_src_on_path(survey, interpreter, has_module)) {
    part.stages += "    env: {set: {PYTHONPATH: src}}\n";
  }
  part.stages += comment(
      "A change in one of these runs the tests again. Add what else they read, e.g. data files.",
      4);
  part.stages += "    deps: " + flow_list(survey.source_deps) + "\n";
  part.stages += unittest ? "\n" : fmt::format("    junit: build/{}.xml\n\n", name);
  return part;
}

std::string environment_text(const Survey& survey) {
  std::string text;
  if (!survey.venv.empty() && (survey.has_python || !survey.locks.empty())) {
    text = "python: " + survey.venv;
  }
  if (!survey.locks.empty()) {
    text += std::string(text.empty() ? "" : ", ") + "lock: " +
            (survey.locks.size() == 1 ? scalar(survey.locks[0]) : flow_list(survey.locks));
  }
  return text.empty() ? text : "environment: {" + text + "}\n";
}

void add(Draft& draft, Part part, std::string& head, std::string& stages) {
  std::move(part.found.begin(), part.found.end(), std::back_inserter(draft.found));
  std::move(part.notes.begin(), part.notes.end(), std::back_inserter(draft.notes));
  head += part.head;
  stages += part.stages;
}

bool names_stage(const std::string& stages, const std::string& name) {
  return stages.find("\n  " + name + ":\n") != std::string::npos ||
         stages.rfind("  " + name + ":\n", 0) == 0;
}

}  // namespace

Result<Draft> draft_pipeline(const Survey& survey, const HasModule& has_module) {
  Draft draft;
  std::string head;
  std::string stages;
  std::error_code error;
  const bool params = fs::is_regular_file(survey.root + "/params.yaml", error);
  if (survey.has_dvc) {
    TRY(Part part, translate_dvc(survey.root));
    add(draft, std::move(part), head, stages);
  }
  const bool tests = !survey.test_paths.empty();
  if (tests) {
    const std::string name = names_stage(stages, "unit") ? "unit_tests" : "unit";
    add(draft, python_tests(survey, name, has_module), head, stages);
  }
  if (!survey.makefile.empty() && !survey.has_dvc) {
    add(draft, translate_makefile(survey, tests ? MakeTests::leave_out : MakeTests::include), head,
        stages);
  }
  if (!survey.locks.empty()) {
    draft.found.push_back("lock files: " + joined(survey.locks));
  }
  if (!survey.venv.empty()) {
    draft.found.push_back("a virtual environment in " + survey.venv);
  } else if (survey.locks.size() == 1 &&
             (survey.locks[0] == "uv.lock" || survey.locks[0] == "poetry.lock")) {
    draft.notes.push_back(fmt::format(
        "no .venv is here: {} makes one, then run `mlpipe init --force`",
        survey.locks[0] == "uv.lock" ? "`uv sync`"
                                     : "`POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install`"));
  }
  if (survey.cut) {
    draft.notes.emplace_back(
        "there are too many files to look at all; check the stages against what is here");
  }
  if (stages.empty()) {
    draft.found.emplace_back(
        "no tests, no dvc.yaml and no Makefile target to start from: a first stage to build on");
    stages = minimal;
  }
  draft.text =
      "# Written by `mlpipe init` from what it found; it is yours now. `mlpipe run`, `mlpipe why "
      "STAGE`, `mlpipe graph`.\n"
      "mlpipe: 1\n";
  if (params && survey.has_dvc) {
    draft.text += "params: params.yaml\n";
  }
  draft.text += environment_text(survey) + head + "\nstages:\n" + stages;
  while (draft.text.size() > 1 && draft.text.compare(draft.text.size() - 2, 2, "\n\n") == 0) {
    draft.text.pop_back();
  }
  return draft;
}

}  // namespace mlpipe::cli::draft
