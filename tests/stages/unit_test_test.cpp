#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "stages/unit_test/junit.hpp"
#include "stages/unit_test/locate.hpp"
#include "tests/stages/step_folder.hpp"

namespace mlpipe {
namespace {

using Json = nlohmann::json;
using plan::Finding;
using plan::Outcome;
using stages::unit_test::JunitReader;
using stages::unit_test::TestReport;

class UnitTest : public testing::Test {
 protected:
  plan::StepResult judge(int command_exit = 0, const std::string& config = "junit: build/unit.xml",
                         const std::string& working_dir = ".") {
    plan::StepInput input;
    input.root = folder.root();
    input.command_exit = command_exit;
    spec::Stage stage = stage_of("unit_test", config);
    stage.working_dir = working_dir;
    return run_step(stage, input);
  }
  void report(const std::string& xml) { folder.write("build/unit.xml", xml); }

  StepFolder folder;
};

std::string titles(const plan::StepResult& result) {
  std::string text;
  for (const Finding& finding : result.findings) {
    text += finding.title + "|";
  }
  return text;
}

constexpr const char* two_pass =
    R"(<testsuites><testsuite name="s" tests="2" time="0.84"><testcase classname="a" name="x" time="0.4"/>)"
    R"(<testcase classname="a" name="y" time="0.4"/></testsuite></testsuites>)";

constexpr const char* pytest_report = R"(<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.812">
<testcase classname="tests.test_split.TestYears" name="test_gap[a b]" time="0.001">
<failure message="AssertionError: assert 3 == 4&#10; +  where 3 = f()" > self = &lt;
test& gt;

def test_gap(self) : &gt;
assert f() ==
    4 E AssertionError : assert 3 ==
                         4

                                 tests
                                 / test_split.py : 12 : _ _ _ _ src
                                 / split.py : 3 : in f return g() / usr / lib / python3 / site
                             - packages / x.py : 9
    : ValueError</ failure></ testcase>
      <testcase classname = "tests.test_split" name = "test_ok" time = "0.1" />
      <testcase classname = "tests.test_split" name = "test_later">
      <skipped type = "pytest.skip" message = "later"> x</ skipped></ testcase>
      <testcase classname = "" name = "tests.test_broken" time = "0.0">
      <error message = "collection failure"> E File "/ROOT/tests/test_broken.py",
    line 7 E def(E SyntaxError
                 : invalid syntax</ error></ testcase></ testsuite></ testsuites>) ";

    TEST_F(UnitTest, Pytest) {
  folder.write("tests/test_split.py", "");
  folder.write("tests/test_broken.py", "");
  folder.write("src/split.py", "");
  std::string xml = pytest_report;
  xml.replace(xml.find("/ROOT"), 5, folder.root());
  report(xml);
  const auto result = judge(1);
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_EQ(result.summary, "1 passed, 1 failed, 1 with errors, 1 skipped in 0.8 s");
  ASSERT_EQ(result.findings.size(), 2U) << titles(result);
  EXPECT_EQ(result.findings[0].title, "tests/test_split.py::TestYears::test_gap[a b]");
  EXPECT_EQ(result.findings[0].file, "tests/test_split.py");
  EXPECT_EQ(result.findings[0].line, 12U);
  EXPECT_NE(result.findings[0].message.find("E       AssertionError: assert 3 == 4"),
            std::string::npos);
  EXPECT_NE(result.findings[0].message.find("where 3 = f()"), std::string::npos);
  EXPECT_EQ(result.findings[1].title, "tests/test_broken.py");
  EXPECT_EQ(result.findings[1].file, "tests/test_broken.py");
  EXPECT_EQ(result.findings[1].line, 7U);
  const Json details = Json::parse(result.details);
  EXPECT_EQ(details["counts"],
            (Json{{"total", 4}, {"passed", 1}, {"failed", 1}, {"errors", 1}, {"skipped", 1}}));
  EXPECT_EQ(details["cases"].size(), 4U);
  EXPECT_EQ(details["cases_left_out"], 0);
}

TEST_F(UnitTest, WorkingDirectoryOfTheCommandIsPutBeforePaths) {
  folder.write("py/tests/test_split.py", "");
  report(pytest_report);
  const auto result = judge(1, "junit: build/unit.xml", "py");
  EXPECT_EQ(result.findings.at(0).title, "py/tests/test_split.py::TestYears::test_gap[a b]");
  EXPECT_EQ(result.findings.at(0).file, "py/tests/test_split.py");
}

TEST_F(UnitTest, Ctest) {
  report(R"(<testsuite name="Linux-c++" tests="3" failures="1" disabled="1" skipped="1" time="2">
    <testcase name="base.Text" classname="base.Text" time="0.01" status="run"><properties/><system-out>fine</system-out></testcase>
    <testcase name="base.Size" classname="base.Size" time="0.01" status="fail"><failure message=""/><properties/>
      <system-out>out of range
Aborted</system-out></testcase>
    <testcase name="base.Off" classname="base.Off" time="0" status="disabled"><system-out>Disabled</system-out></testcase></testsuite>)");
  const auto result = judge(8);
  EXPECT_EQ(result.summary, "1 passed, 1 failed, 1 skipped in 2.0 s");
  ASSERT_EQ(result.findings.size(), 1U) << titles(result);
  EXPECT_EQ(result.findings[0].title, "base.Size");
  EXPECT_NE(result.findings[0].message.find("out of range"), std::string::npos);
}

TEST_F(UnitTest, GoogleTest) {
  folder.write("tests/a_test.cpp", "");
  report(
      R"(<testsuites tests="2" failures="1" disabled="1" errors="0" time="0.5" name="AllTests"><testsuite name="A" tests="2" failures="1" time="0.5">
    <testcase name="B" file=")" +
      folder.root() +
      R"(/tests/a_test.cpp" line="10" status="run" result="completed" time="0" classname="A">
      <failure message="tests/a_test.cpp:14&#x0A;Expected equality" type=""><![CDATA[)" +
      folder.root() + R"(/tests/a_test.cpp:14
Expected equality of these values]]></failure>
      <failure message="second" type=""><![CDATA[second]]></failure></testcase>
    <testcase name="DISABLED_C" status="notrun" result="suppressed" time="0" classname="A"/></testsuite></testsuites>)");
  const auto result = judge(1);
  EXPECT_EQ(result.summary, "0 passed, 1 failed, 1 skipped in 0.5 s");
  ASSERT_EQ(result.findings.size(), 1U) << titles(result);
  EXPECT_EQ(result.findings[0].title, "A::B");
  EXPECT_EQ(result.findings[0].file, "tests/a_test.cpp");
  EXPECT_EQ(result.findings[0].line, 14U);
  EXPECT_NE(result.findings[0].message.find("second"), std::string::npos);
}

TEST_F(UnitTest, GoAndJest) {
  folder.write("store/store_test.go", "");
  folder.write("web/a.test.js", "");
  report(R"(<testsuites><testsuite tests="1" failures="1" name="example.com/app/store" time="0.003">
    <testcase classname="example.com/app/store" name="TestPut" time="0.00"><failure message="Failed" type="">    store_test.go:21: got 1, want 2</failure></testcase></testsuite>
    <testsuite name="web" tests="1" failures="1" time="1"><testcase classname="Page shows a title" name="Page shows a title" time="0.004">
    <failure>Error: expect(received).toBe(expected)
    at Object.&lt;anonymous&gt; ()" +
         folder.root() + R"(/web/a.test.js:5:10)
    at node_modules/jest/index.js:1:1</failure></testcase></testsuite></testsuites>)");
  const auto result = judge(1);
  ASSERT_EQ(result.findings.size(), 2U) << titles(result);
  EXPECT_EQ(result.findings[0].file, "store/store_test.go");
  EXPECT_EQ(result.findings[0].line, 21U);
  EXPECT_EQ(result.findings[1].title, "Page shows a title");
  EXPECT_EQ(result.findings[1].file, "web/a.test.js");
  EXPECT_EQ(result.findings[1].line, 5U);
}

TEST_F(UnitTest, ExitCodeAndReportAreBothJudged) {
  report(two_pass);
  EXPECT_EQ(judge(0).outcome, Outcome::passed);
  EXPECT_EQ(judge(0).summary, "2 passed in 0.8 s");
  EXPECT_TRUE(judge(0).findings.empty());
  EXPECT_EQ(judge(3).outcome, Outcome::failed);
  EXPECT_EQ(judge(3).summary, "the command failed with exit 3 although all 2 tests passed");
  EXPECT_EQ(judge(139).summary,
            "the command failed with exit 139 (signal 11) although all 2 tests passed");
  report(R"(<testsuite><testcase name="x"><failure/></testcase></testsuite>)");
  EXPECT_EQ(judge(0).outcome, Outcome::failed);
  EXPECT_EQ(judge(0).summary, "0 passed, 1 failed in 0.0 s although the command ended with exit 0");
}

TEST_F(UnitTest, MissingReport) {
  EXPECT_EQ(judge().outcome, Outcome::failed);
  EXPECT_EQ(judge().summary, "the report build/unit.xml is missing");
  EXPECT_EQ(judge(0, "{junit: build/unit.xml, on_missing_report: warn}").outcome, Outcome::warned);
  EXPECT_EQ(judge(0, "{junit: build/unit.xml, on_missing_report: pass}").outcome, Outcome::passed);
  EXPECT_EQ(judge(0, "{junit: 'build/*.xml'}").summary, "no report matches build/*.xml");
  // A policy never hides a command that failed.
  const auto failed = judge(2, "{junit: build/unit.xml, on_missing_report: pass}");
  EXPECT_EQ(failed.outcome, Outcome::failed);
  EXPECT_EQ(failed.summary, "the command failed with exit 2 and wrote no report (build/unit.xml)");
}

TEST_F(UnitTest, NoTests) {
  for (const char* xml : {"<testsuites/>", "<testsuites><testsuite tests='0'/></testsuites>"}) {
    report(xml);
    EXPECT_EQ(judge().outcome, Outcome::failed);
    EXPECT_EQ(judge().summary, "no tests were run");
    EXPECT_EQ(judge(0, "{junit: build/unit.xml, on_empty: pass}").outcome, Outcome::passed);
    EXPECT_EQ(judge(0, "{junit: build/unit.xml, on_empty: warn}").outcome, Outcome::warned);
    EXPECT_EQ(judge(5, "{junit: build/unit.xml, on_empty: pass}").outcome, Outcome::failed);
  }
  report("<testsuite><testcase name='x'><skipped/></testcase></testsuite>");
  EXPECT_EQ(judge().outcome, Outcome::warned);
}

TEST_F(UnitTest, SeveralReports) {
  folder.write("build/a.xml", two_pass);
  folder.write("build/deep/b.xml",
               "<testsuite><testcase name='z'><error>boom</error></testcase></testsuite>");
  folder.write("build/c.txt", "no report");
  EXPECT_EQ(judge(0, "junit: build/a.xml").outcome, Outcome::passed);
  for (const char* config : {"junit: 'build/**/*.xml'", "junit: [build/a.xml, build/deep/b.xml]",
                             "junit: [build/a.xml, build/deep]"}) {
    const auto result = judge(1, config);
    EXPECT_EQ(result.summary, "2 passed, 1 with errors in 0.8 s") << config;
    EXPECT_EQ(titles(result), "z|");
  }
  EXPECT_EQ(judge(0, "junit: [build/a.xml, build/none.xml]").outcome, Outcome::failed);
}

TEST_F(UnitTest, DamagedReportsFailAndShowWhatWasRead) {
  report(
      R"(<testsuite><testcase name="x"><failure>why</failure></testcase><testcase name="y"><failure>cut he)");
  const auto result = judge(137);
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_EQ(titles(result), "x|y|report|");
  EXPECT_NE(result.findings.back().message.find("ends in the middle"), std::string::npos)
      << result.findings.back().message;
  for (const char* bad :
       {"", "no xml", "<html><body/></html>", "<testsuite><testcase name='x'/></testsuites>",
        "<testsuite>\x01</testsuite>", "<testsuite name='\xff'/>", "<testsuite/><testsuite/>"}) {
    report(bad);
    EXPECT_EQ(judge(0, "{junit: build/unit.xml, on_empty: pass, on_missing_report: pass}").outcome,
              Outcome::failed)
        << bad;
  }
  folder.write("build/folder.xml/x", "");
  EXPECT_EQ(judge(0, "junit: build/folder.xml").outcome, Outcome::failed);
}

TEST_F(UnitTest, CountsThatClaimMoreFailuresThanCasesFail) {
  report(
      R"(<testsuites failures="2"><testsuite name="s" tests="2" failures="2"><testcase name="x"/><testcase name="y"/></testsuite></testsuites>)");
  const auto result = judge();
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_EQ(titles(result), "report|");
}

TEST_F(UnitTest, ManyFailuresAreBounded) {
  std::string xml = "<testsuite>";
  for (int i = 0; i < 5000; ++i) {
    xml += "<testcase name='t" + std::to_string(i) + "'><failure>" + std::string(2000, 'x') +
           "</failure></testcase>";
  }
  report(xml + "</testsuite>");
  const auto result = judge(1);
  EXPECT_EQ(result.findings.size(), 101U);
  EXPECT_NE(result.findings.back().message.find("4900 more"), std::string::npos);
  const Json details = Json::parse(result.details);
  EXPECT_EQ(details["counts"]["failed"], 5000);
  EXPECT_EQ(details["cases"].size(), 1000U);
  EXPECT_EQ(details["cases_left_out"], 4000);
}

Status read(const std::string& xml, TestReport& into, std::size_t block) {
  JunitReader reader(into);
  for (std::size_t at = 0; at < xml.size(); at += block) {
    if (const Status status = reader.feed(std::string_view(xml).substr(at, block)); !status) {
      return status;
    }
  }
  return reader.finish();
}

TEST(Junit, CutsInTheStreamChangeNothing) {
  for (const std::size_t block : {1U, 7U, 4096U}) {
    TestReport report;
    ASSERT_TRUE(read(pytest_report, report, block));
    EXPECT_EQ(report.total(), 4U);
    ASSERT_EQ(report.broken.size(), 2U);
    EXPECT_EQ(report.broken[0].name, "test_gap[a b]");
    EXPECT_NE(report.broken[0].text.find("tests/test_split.py:12"), std::string::npos);
  }
}

TEST(Junit, EntitiesAreRefused) {
  std::string bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">";
  for (char c = 'b'; c < 'k'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    bomb += std::string("<!ENTITY ") + c + " \"";
    for (int i = 0; i < 10; ++i) {
      bomb += "&" + before + ";";
    }
    bomb += "\">";
  }
  for (const std::string& xml :
       {bomb + "]><testsuite name=\"&j;\"/>",
        std::string("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><testsuite><testcase "
                    "name=\"x\"><failure>&e;</failure></testcase></testsuite>")}) {
    TestReport report;
    const Status status = read(xml, report, xml.size());
    ASSERT_FALSE(status);
    EXPECT_NE(status.error().message.find("entities"), std::string::npos) << status.error().message;
    EXPECT_EQ(report.total(), 0U);
  }
}

TEST(Junit, DepthIsBounded) {
  std::string xml;
  for (int i = 0; i < 100'000; ++i) {
    xml += "<testsuite>";
  }
  TestReport report;
  const Status status = read(xml, report, xml.size());
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("deeper"), std::string::npos);
}

TEST(Junit, HugeTextKeepsItsEnd) {
  const std::string noise(1'000'000, 'x');
  TestReport report;
  ASSERT_TRUE(read("<testsuite><testcase name='t'><failure>" + noise +
                       "\nthe end</failure><system-out>" + noise +
                       "</system-out></testcase></testsuite>",
                   report, 5000));
  ASSERT_EQ(report.broken.size(), 1U);
  EXPECT_LT(report.broken[0].text.size(), 200'000U);
  EXPECT_TRUE(report.broken[0].text.ends_with("\nthe end"));
}

TEST(Junit, PrefixesOtherEncodingsAndFlakyTests) {
  TestReport report;
  ASSERT_TRUE(read(
      "<?xml version='1.0' encoding='ISO-8859-1'?><j:testsuite xmlns:j='u'><j:testcase name='\xe9'>"
      "<flakyFailure message='once'/></j:testcase></j:testsuite>",
      report, 9));
  ASSERT_EQ(report.fine.size(), 1U);
  EXPECT_EQ(report.fine[0].name, "é");
  EXPECT_EQ(report.passed, 1U);
}

TEST(Places, AreFoundInTheWaysToolsWriteThem) {
  const auto places = stages::unit_test::places_in(
      "tests/a.py:12: AssertionError\n  File \"/x y/b.py\", line 7, in f\n "
      "(src/c.test.js:5:10)\nat 12:30:05 o'clock\n"
      "http://host:80/x\nversion 1.2:3\nno.ext/:4\n:5\nd.go:99999999999\n");
  ASSERT_EQ(places.size(), 4U);
  EXPECT_EQ(places[0].file + std::to_string(places[0].line), "tests/a.py12");
  EXPECT_EQ(places[1].file + std::to_string(places[1].line), "/x y/b.py7");
  EXPECT_EQ(places[2].file + std::to_string(places[2].line), "src/c.test.js5");
  EXPECT_EQ(places[3].file + std::to_string(places[3].line), "d.go0");
}

TEST_F(UnitTest, PathsThatLeaveTheRepositoryAreNotShown) {
  report(
      "<testsuite><testcase name='t' file='../../etc/passwd' line='1'><failure>../../etc/passwd:1: "
      "x\n/etc/passwd.x:1: y"
      "</failure></testcase></testsuite>");
  EXPECT_EQ(judge(1).findings.at(0).file, "");
}

TEST_F(UnitTest, LoweringRunsTheStepAfterAFailedCommand) {
  const plan::Lowered lower = lowered(stage_of("unit_test", "junit: build/unit.xml"));
  EXPECT_EQ(lower.native, plan::Native::after_command);
  EXPECT_EQ(lower.after_failure, plan::AfterFailure::run_step);
  EXPECT_EQ(Json::parse(lower.config), (Json{{"junit", {"build/unit.xml"}},
                                             {"on_empty", "fail"},
                                             {"on_missing_report", "fail"},
                                             {"working_dir", "."}}));
}

}  // namespace
}  // namespace mlpipe
