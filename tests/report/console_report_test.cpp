#include "runner/report/console_report.hpp"

#include <gtest/gtest.h>

#include "runner/report/json_report.hpp"
#include "runner/report/plain_report.hpp"
#include "tests/report/screen.hpp"

namespace mlpipe {
namespace {

using namespace report;
using run::StageState;
using std::chrono::milliseconds;

run::RunStarted started(std::initializer_list<const char*> stages) {
  run::RunStarted event;
  event.run_id = "r1";
  event.pipelines = {"weather"};
  for (const char* name : stages) {
    event.stages.push_back({name, "command", "mlpipe.yaml", 1, {"@team"}, {}, "", true});
  }
  return event;
}

run::StageStarted stage_started(const std::string& stage) {
  run::StageStarted event;
  event.stage = stage;
  event.reasons = {{plan::ItemKind::dep, "src/a.py", plan::ChangeKind::modified, "", ""}};
  return event;
}

run::StageFinished stage_finished(const std::string& stage, StageState state,
                                  milliseconds wall = milliseconds(0)) {
  run::StageFinished event;
  event.stage = stage;
  event.state = state;
  event.wall = wall;
  event.attempts = state == StageState::blocked || state == StageState::cancelled ? 0 : 1;
  return event;
}

run::StageFinished failure(const std::string& stage) {
  run::StageFinished event = stage_finished(stage, StageState::failed, milliseconds(12'400));
  event.cause = "exit 1";
  event.log = ".mlpipe/runs/r1/logs/train.log";
  for (int i = 1; i <= 25; ++i) {
    event.tail.push_back("\x1b[31mline " + std::to_string(i));
  }
  event.findings = {
      {plan::Finding::Level::error, "not_null(x)", "3 of 10 values\nsecond line", "data.csv", 12}};
  return event;
}

using Ends = std::vector<std::pair<const char*, StageState>>;

// As the engine ends a run: every stage stands in the list of its state, what ran in `ran` as well.
run::RunFinished run_finished(const std::string& status, int code, const Ends& ends = {}) {
  run::RunFinished event;
  for (const auto& [stage, state] : ends) {
    run::list_of(event, state).emplace_back(stage);
    if (state == StageState::passed || state == StageState::failed) {
      event.ran.emplace_back(stage);
    }
  }
  event.run_id = "r1";
  event.status = status;
  event.exit_code = code;
  event.wall = milliseconds(14'200);
  return event;
}

class ReportTest : public ::testing::Test {
 protected:
  ReportOptions options() {
    return {[this](std::string_view text) { screen_.write(text); }, Colour::off,
            [] {
              return Size{100, 24};
            },
            [this] { return now_; }};
  }
  Screen screen_{100};
  milliseconds now_{1000};
};

const std::string whole_run =
    "  passed    prepare           1.50 s  src/a.py changed\n"
    "  failed    train             12.4 s  exit 1\n"
    "      not_null(x): 3 of 10 values  (data.csv:12)\n"
    "        second line\n";
const std::string rest_of_run =
    "      | line 25\n"
    "      owner  @team\n"
    "      log    .mlpipe/runs/r1/logs/train.log\n"
    "      rerun  mlpipe run train\n"
    "\n"
    "  stage         result            time      memory  metrics moved\n"
    "  prepare       passed          1.50 s     2.0 MiB  accuracy 0.81 -> 0.83\n"
    "  train         failed          12.4 s              exit 1\n"
    "  blocked by train: release\n"
    "\n"
    "weather: failed in 14.2 s: 1 failed, 1 passed, 1 blocked";

void play_failing_run(run::Listener& report, milliseconds& now) {
  report.on(started({"prepare", "train", "release"}));
  report.on(stage_started("prepare"));
  now += milliseconds(1500);
  report.tick();
  auto prepare = stage_finished("prepare", StageState::passed, milliseconds(1500));
  prepare.max_rss = 2U << 20U;
  prepare.metrics = {{"accuracy", 0.83, 0.81}};
  report.on(prepare);
  report.on(stage_started("train"));
  now += milliseconds(12'400);
  report.tick();
  report.on(failure("train"));
  auto blocked = stage_finished("release", StageState::blocked);
  blocked.cause = "train";
  report.on(blocked);
  report.on(run_finished("failed", 1,
                         {{"prepare", StageState::passed},
                          {"train", StageState::failed},
                          {"release", StageState::blocked}}));
}

TEST_F(ReportTest, ConsoleShowsAFailingRun) {
  ConsoleReport report(options());
  play_failing_run(report, now_);
  const std::string text = screen_.text();
  EXPECT_EQ(text.substr(0, whole_run.size()), whole_run);
  EXPECT_EQ(text.substr(text.size() - rest_of_run.size()), rest_of_run);
  EXPECT_NE(text.find("| line 6\n"), std::string::npos);
  EXPECT_EQ(text.find("| line 5\n"), std::string::npos) << "the last 20 lines are enough";
  EXPECT_EQ(text.find("running"), std::string::npos) << "live lines stay behind";
}

TEST_F(ReportTest, PlainShowsAFailingRunWithoutMovingTheCursor) {
  PlainReport report(options());
  play_failing_run(report, now_);
  EXPECT_EQ(screen_.bytes.find('\x1b'), std::string::npos);
  EXPECT_EQ(screen_.bytes.find('\r'), std::string::npos);
  const std::string text = screen_.text();
  EXPECT_EQ(text.substr(0, text.find("      | line")),
            "weather: run r1, 3 stages\n"
            "  started   prepare                   src/a.py changed\n"
            "  passed    prepare           1.50 s\n"
            "  started   train                     src/a.py changed\n"
            "  failed    train             12.4 s  exit 1\n"
            "      not_null(x): 3 of 10 values  (data.csv:12)\n"
            "        second line\n");
  EXPECT_EQ(text.substr(text.size() - rest_of_run.size()), rest_of_run);
}

template <class Report>
std::string no_op(ReportOptions options, Screen& screen, StageState state) {
  Report report(std::move(options));
  report.on(started({"a", "b"}));
  report.tick();
  if (state != StageState::reused) {  // what is reused says nothing
    report.on(stage_finished("b", state));
  }
  report.on(run_finished("passed", 0, {{"a", StageState::reused}, {"b", state}}));
  return screen.text();
}

TEST_F(ReportTest, ARunWithNothingToDoIsOneLineAndOneWrite) {
  EXPECT_EQ(no_op<ConsoleReport>(options(), screen_, StageState::reused),
            "weather: nothing to do, 2 stages up to date");
  EXPECT_EQ(screen_.writes, 1U);
  screen_ = Screen(100);
  EXPECT_EQ(no_op<PlainReport>(options(), screen_, StageState::reused),
            "weather: nothing to do, 2 stages up to date");
  EXPECT_EQ(screen_.writes, 1U);
}

TEST_F(ReportTest, RestoredStagesAreSaid) {
  EXPECT_EQ(no_op<ConsoleReport>(options(), screen_, StageState::restored),
            "  restored  b\nweather: nothing to run, 1 stage restored, 1 up to date");
}

TEST_F(ReportTest, LiveLinesSayWhatRunsAndWhatWaits) {
  ConsoleReport report(options());
  report.on(started({"a", "b", "c"}));
  report.on(stage_finished("c", StageState::reused));
  report.on(stage_started("a"));
  report.on(run::StageWaiting{"b", "a GPU", "a"});
  now_ += milliseconds(2900);
  report.tick();
  EXPECT_EQ(screen_.text(),
            "  running   a                    2 s  src/a.py changed\n"
            "  waiting   b                         for a GPU, behind a\n"
            "  1/3 done, 1 running, 1 reused, 2 s");
}

TEST_F(ReportTest, ARetryIsShownAndCounted) {
  ConsoleReport report(options());
  report.on(started({"a"}));
  report.on(stage_started("a"));
  report.on(run::AttemptEnded{"a", 1, "signal 9 (SIGKILL)", "2.00 s"});
  auto second = stage_started("a");
  second.attempt = 2;
  second.reasons = {};
  report.on(second);
  now_ += milliseconds(500);
  report.tick();
  EXPECT_EQ(screen_.text(),
            "  retry     a                         attempt 1: signal 9 (SIGKILL); again in 2.00 s\n"
            "  running   a                    0 s  attempt 2\n"
            "  0/1 done, 1 running, 0 s");
}

TEST_F(ReportTest, AtMostTenFramesASecond) {
  ConsoleReport report(options());
  report.on(started({"a"}));
  const milliseconds start = now_;
  for (int i = 0; i < 10'000; ++i) {
    now_ = start + milliseconds(i / 5);  // two seconds
    report.on(stage_started("s" + std::to_string(i)));
    report.on(stage_finished("s" + std::to_string(i), StageState::passed));
    report.tick();
  }
  EXPECT_LE(screen_.writes, 21U);
  EXPECT_GE(screen_.writes, 15U);
  report.on(run_finished("passed", 0));
  EXPECT_NE(screen_.text().find("  passed    s9999"), std::string::npos) << "nothing is lost";
}

TEST_F(ReportTest, AReportThatIsDroppedLeavesACleanTerminal) {
  {
    ConsoleReport report(options());
    report.on(started({"a", "b"}));
    report.on(stage_started("a"));
    report.tick();
    EXPECT_NE(screen_.text(), "");
    report.on(stage_finished("a", StageState::passed, milliseconds(20)));
  }
  EXPECT_EQ(screen_.text(), "  passed    a                 0.02 s  src/a.py changed");
  EXPECT_EQ(screen_.column(), 0U);
}

TEST_F(ReportTest, AnInterruptedRun) {
  ConsoleReport report(options());
  report.on(started({"a", "b"}));
  report.on(stage_started("a"));
  report.tick();
  screen_.write("^C");  // what the terminal echoes
  auto cancelled = stage_finished("a", StageState::cancelled, milliseconds(300));
  cancelled.attempts = 1;
  cancelled.cause = "interrupted";
  report.on(cancelled);
  report.on(stage_finished("b", StageState::cancelled));
  report.on(run_finished("interrupted", 130,
                         {{"a", StageState::cancelled}, {"b", StageState::cancelled}}));
  EXPECT_EQ(screen_.text(),
            "  cancelled a                 0.30 s  interrupted\n"
            "weather: interrupted in 14.2 s: 2 cancelled");
}

TEST_F(ReportTest, NothingOfAStageReachesTheTerminalRaw) {
  const std::string evil = "\x1b[2J\x1b]0;x\a\r\n\x07";
  PlainReport report(options());
  auto run = started({"a"});
  run.run_id = run.pipelines[0] = run.stages[0].owners[0] = evil;
  run.stages[0].name = "a" + evil;
  report.on(run);
  auto begin = stage_started("a" + evil);
  begin.reasons[0].item = evil;
  report.on(begin);
  report.on(run::StageWaiting{evil, evil, evil});
  report.on(run::AttemptEnded{evil, 1, evil, evil});
  auto end = failure("a" + evil);
  end.cause = end.summary = end.log = end.findings[0].title = end.findings[0].message =
      end.findings[0].file = evil;
  end.tail = end.notes = {evil};
  end.metrics = {{evil, 1, 2.0}};
  report.on(end);
  auto blocked = stage_finished(evil, StageState::blocked);
  blocked.cause = evil;
  report.on(blocked);
  report.on(run_finished("failed", 1,
                         {{"prepare", StageState::passed},
                          {"train", StageState::failed},
                          {"release", StageState::blocked}}));
  for (const char c : screen_.bytes) {
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << static_cast<int>(c);
  }
}

TEST_F(ReportTest, ThousandsOfBlockedAndPassedStagesStayReadable) {
  ConsoleReport report(options());
  report.on(started({"a"}));
  report.on(failure("root"));
  for (int i = 0; i < 5000; ++i) {
    auto blocked = stage_finished("b" + std::to_string(i), StageState::blocked);
    blocked.cause = "by root";
    report.on(blocked);
    report.on(stage_finished("r" + std::to_string(i), StageState::reused));
  }
  report.on(run_finished("failed", 1));
  EXPECT_NE(screen_.text().find("  blocked by root: b0, b1, b2, b3, b4 and 4995 more\n"),
            std::string::npos);
  EXPECT_LT(screen_.bytes.size(), 8000U);
}

TEST_F(ReportTest, JsonIsOneEventALine) {
  JsonReport report(options().write);
  play_failing_run(report, now_);
  report.on(run::StageOutput{"a", "bytes"});
  std::size_t lines = 0;
  std::size_t at = 0;
  for (std::size_t end = 0; (end = screen_.bytes.find('\n', at)) != std::string::npos;
       at = end + 1, ++lines) {
    EXPECT_TRUE(run::event_from_json(std::string_view(screen_.bytes).substr(at, end - at)));
  }
  EXPECT_EQ(lines, 7U);
  EXPECT_EQ(at, screen_.bytes.size());
}

}  // namespace
}  // namespace mlpipe
