// JUnit XML as values, read as a stream: pytest, ctest, GoogleTest, go-junit-report, jest-junit,
// Surefire and their like. Knows nothing of commands, verdicts or the working tree. Entities are
// refused, nesting and kept text are bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::stages::unit_test {

enum class TestStatus : std::uint8_t { passed, failed, error, skipped };

struct TestCase {
  std::string classname;
  std::string name;
  std::string file;        // as the report says; may be empty
  std::uint32_t line = 0;  // 0: not said
  double seconds = 0;
  TestStatus status = TestStatus::passed;
  std::string message;  // the attribute: one line, mostly
  std::string text;     // the end of what the failure says, else of what the test printed
};

struct TestReport {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  double seconds = 0;
  std::vector<TestCase> broken;  // failed and error, at most max_kept_cases
  std::vector<TestCase> fine;    // passed and skipped, at most max_kept_cases; no text
  // A suite's own counts name more failures than its cases show.
  std::vector<std::string> complaints;

  [[nodiscard]] std::size_t total() const { return passed + failed + errors + skipped; }
};
inline constexpr std::size_t max_kept_cases = 1000;

// Adds what one document holds to `report`. After an error, what was read up to it stays there.
class JunitReader {
 public:
  explicit JunitReader(TestReport& report);
  ~JunitReader();
  JunitReader(const JunitReader&) = delete;
  JunitReader& operator=(const JunitReader&) = delete;

  // invalid: "line 12, column 7: ..."; later calls give the same error.
  Status feed(std::string_view bytes);
  Status finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlpipe::stages::unit_test
