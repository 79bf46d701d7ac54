#include "stages/unit_test/unit_test.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "runner/base/text.hpp"
#include "stages/shared/config.hpp"
#include "stages/shared/files.hpp"
#include "stages/unit_test/junit.hpp"
#include "stages/unit_test/locate.hpp"

namespace mlpipe::stages::unit_test {
namespace {

using Json = nlohmann::json;
using plan::Finding;
using plan::Outcome;

constexpr std::size_t max_findings = 100;
constexpr std::size_t message_lines = 30;
constexpr std::size_t message_bytes = 4000;

Result<plan::Lowered> lower(const spec::Stage& stage) {
  const std::vector<std::string> junit = texts_of(stage.config.find("junit"));
  plan::Lowered lowered;
  lowered.config =
      Json{{"junit", junit},
           {"on_empty", text_at(stage.config, "on_empty").value_or("fail")},
           {"on_missing_report", text_at(stage.config, "on_missing_report").value_or("fail")},
           {"working_dir", stage.working_dir}}
          .dump();
  if (!junit.empty()) {
    lowered.native = plan::Native::after_command;
    lowered.after_failure = plan::AfterFailure::run_step;
  }
  return lowered;
}

struct Config {
  std::vector<std::string> junit;
  std::string on_empty;
  std::string on_missing_report;
  std::string working_dir;
};

Result<Config> read_config(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  try {
    return Config{json.at("junit").get<std::vector<std::string>>(), json.at("on_empty"),
                  json.at("on_missing_report"), json.at("working_dir")};
  } catch (const Json::exception& error) {
    return fail(Code::internal, fmt::format("configuration of a unit_test step: {}", error.what()));
  }
}

Outcome outcome_of(const std::string& policy) {
  return policy == "pass" ? Outcome::passed : policy == "warn" ? Outcome::warned : Outcome::failed;
}

Finding::Level level_of(Outcome outcome) {
  return outcome == Outcome::passed   ? Finding::Level::note
         : outcome == Outcome::warned ? Finding::Level::warning
                                      : Finding::Level::error;
}

void worsen(Outcome& outcome, Outcome to) {
  const auto rank = [](Outcome value) {
    return value == Outcome::passed ? 0 : value == Outcome::warned ? 1 : 2;
  };
  outcome = rank(to) > rank(outcome) ? to : outcome;
}

std::string exit_text(int code) {
  return code > 128 && code < 193 ? fmt::format("exit {} (signal {})", code, code - 128)
                                  : fmt::format("exit {}", code);
}

std::string summary_of(const TestReport& report) {
  std::string text = fmt::format("{} passed", report.passed);
  for (const auto& [count, word] :
       {std::pair{report.failed, "failed"}, std::pair{report.errors, "with errors"},
        std::pair{report.skipped, "skipped"}}) {
    text += count > 0 ? fmt::format(", {} {}", count, word) : "";
  }
  return text + fmt::format(" in {:.1f} s", report.seconds);
}

std::string message_of(const TestCase& test) {
  std::string text = last_lines(test.text, message_lines, message_bytes);
  const std::string message = last_lines(test.message, message_lines, message_bytes);
  if (text.empty()) {
    return message.empty() ? "the report says no more" : message;
  }
  return message.empty() || test.text.find(message) != std::string::npos ? text
                                                                         : message + "\n" + text;
}

// The reports, as they were found and how far they could be read.
struct Reports {
  TestReport report;
  std::vector<std::string> paths;
  std::vector<std::string> missing;
  std::vector<std::pair<std::string, std::string>> damaged;  // path, why
};

Status read_report(const std::string& root, const std::string& path, Reports& reports) {
  reports.paths.push_back(path);
  JunitReader reader(reports.report);
  Status status =
      read_blocks(root, path, [&](std::string_view block) { return reader.feed(block); });
  return status ? reader.finish() : status;
}

Result<Reports> read_reports(const std::string& root, const std::vector<std::string>& patterns) {
  Reports reports;
  for (const std::string& pattern : patterns) {
    TRY(const std::vector<std::string> paths, files_at(root, pattern));
    if (paths.empty()) {
      reports.missing.push_back(pattern);
    }
    for (const std::string& path : paths) {
      if (const Status status = read_report(root, path, reports); !status) {
        reports.damaged.emplace_back(path, status.error().message);
      }
    }
  }
  return reports;
}

Json case_json(const TestCase& test, const Located& located) {
  constexpr std::string_view names[] = {"passed", "failed", "error", "skipped"};
  Json json{{"name", located.title},
            {"status", names[static_cast<std::size_t>(test.status)]},
            {"seconds", test.seconds}};
  if (!located.file.empty()) {
    json["file"] = located.file;
    json["line"] = located.line;
  }
  if (!test.message.empty()) {
    json["message"] = last_lines(test.message, 1, 200);
  }
  return json;
}

class Judge {
 public:
  Judge(const plan::StepInput& input, Config config, Reports reports)
      : input_(input), config_(std::move(config)), reports_(std::move(reports)) {}

  plan::StepResult judge() {
    const TestReport& report = reports_.report;
    result_.summary = summary_of(report);
    judge_tests();
    judge_reports();
    if (report.total() == 0 && reports_.missing.empty() && reports_.damaged.empty()) {
      const Outcome outcome = outcome_of(config_.on_empty);
      say(outcome, "report", "the report holds no test; set `on_empty` where that is meant");
      result_.summary = "no tests were run";
    } else if (report.total() > 0 && report.skipped == report.total()) {
      say(Outcome::warned, "report", fmt::format("all {} tests were skipped", report.total()));
    }
    judge_command();
    result_.details = details();
    return std::move(result_);
  }

 private:
  void say(Outcome outcome, std::string title, std::string message, std::string file = "") {
    worsen(result_.outcome, outcome);
    result_.findings.push_back(
        {level_of(outcome), std::move(title), std::move(message), std::move(file), 0});
  }

  void judge_tests() {
    const TestReport& report = reports_.report;
    cases_ = Json::array();
    for (const TestCase& test : report.broken) {
      const Located located = locate(test, tree_);
      cases_.push_back(case_json(test, located));
      if (result_.findings.size() < max_findings) {
        result_.findings.push_back(
            {Finding::Level::error, located.title, message_of(test), located.file, located.line});
      }
    }
    const std::size_t broken = report.failed + report.errors;
    if (broken > 0) {
      result_.outcome = Outcome::failed;
    }
    if (broken > max_findings) {
      say(Outcome::failed, "report",
          fmt::format("{} more tests failed; the report names them", broken - max_findings));
    }
    for (const TestCase& test : report.fine) {
      if (cases_.size() < max_kept_cases) {
        cases_.push_back(case_json(test, {test.classname.empty() || test.classname == test.name
                                              ? test.name
                                              : test.classname + "::" + test.name,
                                          "", 0}));
      }
    }
    for (const std::string& complaint : report.complaints) {
      say(Outcome::failed, "report", complaint);
    }
  }

  void judge_reports() {
    for (const auto& [path, why] : reports_.damaged) {
      say(Outcome::failed, "report", fmt::format("{}: {}", printable(path), why), path);
      result_.summary = fmt::format("the report {} cannot be read", printable(path));
    }
    for (const std::string& pattern : reports_.missing) {
      const std::string what = is_glob(pattern)
                                   ? fmt::format("no report matches {}", printable(pattern))
                                   : fmt::format("the report {} is missing", printable(pattern));
      say(outcome_of(config_.on_missing_report), "report", what + "; the command did not write it");
      result_.summary = what;
    }
  }

  void judge_command() {
    const TestReport& report = reports_.report;
    const std::size_t broken = report.failed + report.errors;
    if (input_.command_exit == 0) {
      result_.summary += broken > 0 ? " although the command ended with exit 0" : "";
      return;
    }
    std::string message = "the command failed with " + exit_text(input_.command_exit);
    if (broken > 0 || !reports_.damaged.empty()) {
      worsen(result_.outcome, Outcome::failed);
      return;  // the failing tests say why
    }
    if (!reports_.missing.empty()) {
      message += fmt::format(" and wrote no report ({})", printable(reports_.missing.front()));
    } else if (report.total() == 0) {
      message += " and ran no tests";
    } else {
      message += fmt::format(
          " although {}", report.skipped == 0 ? fmt::format("all {} tests passed", report.total())
                                              : "no test in its report failed");
    }
    result_.summary = message;
    say(Outcome::failed, "command", message);
  }

  std::string details() {
    const TestReport& report = reports_.report;
    Json json{{"counts",
               {{"total", report.total()},
                {"passed", report.passed},
                {"failed", report.failed},
                {"errors", report.errors},
                {"skipped", report.skipped}}},
              {"seconds", report.seconds},
              {"command_exit", input_.command_exit},
              {"reports", reports_.paths},
              {"cases_left_out", report.total() - std::min(report.total(), cases_.size())},
              {"cases", std::move(cases_)}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  const plan::StepInput& input_;
  Config config_;
  Reports reports_;
  plan::StepResult result_;
  Json cases_;
  Tree tree_{input_.root, config_.working_dir, [this](const std::string& path) {
               std::error_code error;
               return std::filesystem::is_regular_file(input_.root + "/" + path, error);
             }};
};

Result<plan::StepResult> step(const plan::StepInput& input, Host&) {
  TRY(Config config, read_config(input.config));
  TRY(Reports reports, read_reports(input.root, config.junit));
  return Judge(input, std::move(config), std::move(reports)).judge();
}

}  // namespace

Kind kind() {
  using Role = spec::PathKey::Role;
  using Select = spec::PathKey::Select;
  Kind kind;
  kind.rules.name = "unit_test";
  kind.rules.cmd = spec::Command::required;
  kind.rules.paths = {{"junit", Role::out, Select::all_outs}};
  kind.lower = &lower;
  kind.step = &step;
  return kind;
}

}  // namespace mlpipe::stages::unit_test
