#include "stages/unit_test/junit.hpp"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "runner/base/text.hpp"

namespace mlpipe::stages::unit_test {
namespace {

constexpr std::size_t max_depth = 100;
constexpr std::size_t kept_text = 64U * 1024;
constexpr std::size_t max_complaints = 20;

// Attributes as expat gives them: name, value, name, value, nullptr.
class Attributes {
 public:
  explicit Attributes(const XML_Char** list) : list_(list) {}
  [[nodiscard]] std::string_view get(std::string_view name) const {
    for (const XML_Char** at = list_; *at != nullptr; at += 2) {
      if (name == *at) {
        return at[1];
      }
    }
    return {};
  }
  template <class Number>
  [[nodiscard]] std::optional<Number> number(std::string_view name) const {
    std::string text(trim(get(name)));
    text.erase(std::remove(text.begin(), text.end(), ','), text.end());  // "1,234.5"
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size() && !text.empty();
    return whole && value >= 0 ? std::optional(value) : std::nullopt;
  }
  [[nodiscard]] std::optional<double> seconds() const {
    const auto value = number<double>("time");
    return value && std::isfinite(*value) ? value : std::nullopt;
  }

 private:
  const XML_Char** list_;
};

// Keeps the end of what is appended: at least the last kept_text bytes.
void append_tail(std::string& text, std::string_view more) {
  text += more.substr(more.size() - std::min(more.size(), kept_text));
  if (text.size() > 2 * kept_text) {
    text.erase(0, text.size() - kept_text);
  }
}

std::string clipped(std::string_view text) {
  constexpr std::size_t limit = 8U * 1024;
  std::size_t end = std::min(text.size(), limit);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return std::string(text.substr(0, end));
}

bool is_any(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct Suite {
  std::string name;
  std::string file;
  std::optional<double> seconds;
  double seconds_within = 0;
  std::size_t claimed = 0;  // failures and errors by the suite's own count
  std::size_t found = 0;
};

}  // namespace

struct JunitReader::Impl {
  explicit Impl(TestReport& to) : report(to), parser(XML_ParserCreate(nullptr)) {}
  ~Impl() { XML_ParserFree(parser); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  static void on_start(void* self, const XML_Char* name, const XML_Char** attributes) {
    static_cast<Impl*>(self)->start(name, Attributes(attributes));
  }
  static void on_end(void* self, const XML_Char* name) { static_cast<Impl*>(self)->end(name); }
  static void on_text(void* self, const XML_Char* text, int length) {
    static_cast<Impl*>(self)->text({text, static_cast<std::size_t>(length)});
  }
  static void on_entity(void* self, const XML_Char*, int, const XML_Char*, int, const XML_Char*,
                        const XML_Char*, const XML_Char*, const XML_Char*) {
    static_cast<Impl*>(self)->stop("it declares entities, which are refused");
  }

  void start(std::string_view name, const Attributes& attributes);
  void end(std::string_view name);
  void text(std::string_view text);
  void start_case(const Attributes& attributes);
  void start_within_case(std::string_view name, const Attributes& attributes);
  void end_case();
  void end_suite();
  void stop(std::string why);
  Status parse(std::string_view bytes, bool last);

  TestReport& report;
  XML_Parser parser;
  std::optional<Error> error;
  std::size_t depth = 0;
  std::size_t case_depth = 0;     // depth of the open test case
  std::size_t capture_depth = 0;  // depth of the element whose text is kept; 0: none
  std::string* capture = nullptr;
  std::vector<Suite> suites;
  std::optional<TestCase> test;
  std::size_t test_elements = 0;  // failure and error elements of the open case
  std::string output;             // what the open case printed
};

namespace {

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

void JunitReader::Impl::stop(std::string why) {
  if (!error) {
    error =
        Error{Code::invalid, fmt::format("line {}, column {}: {}", XML_GetCurrentLineNumber(parser),
                                         XML_GetCurrentColumnNumber(parser) + 1, why)};
    XML_StopParser(parser, XML_FALSE);
  }
}

void JunitReader::Impl::start(std::string_view full_name, const Attributes& attributes) {
  const std::string_view name = local_name(full_name);
  if (error) {
    return;
  }
  if (++depth > max_depth) {
    return stop(fmt::format("elements nest deeper than {}", max_depth));
  }
  const bool suite = is_any(name, {"testsuites", "testsuite"});
  if (depth == 1 && !suite) {
    return stop(
        fmt::format("this is no JUnit report: it begins with <{}>, not with <testsuites> "
                    "or <testsuite>",
                    printable(name.substr(0, 40))));
  }
  if (test) {
    return start_within_case(name, attributes);
  }
  if (suite) {
    Suite open{std::string(attributes.get("name")),
               std::string(attributes.get("file")),
               attributes.seconds(),
               0,
               0,
               0};
    open.claimed = attributes.number<std::size_t>("failures").value_or(0) +
                   attributes.number<std::size_t>("errors").value_or(0);
    suites.push_back(std::move(open));
  } else if (name == "testcase") {
    start_case(attributes);
  } else if (is_any(name, {"failure", "error"})) {
    // A failure of the suite itself (set-up, collection) counts as a test that broke.
    test.emplace();
    test->classname = suites.back().name;
    test->name = "(suite)";
    case_depth = depth;
    start_within_case(name, attributes);
  }
}

void JunitReader::Impl::start_case(const Attributes& attributes) {
  test.emplace();
  case_depth = depth;
  test->classname = clipped(attributes.get("classname"));
  test->name = clipped(attributes.get("name"));
  test->file = clipped(attributes.get("file"));
  test->line = attributes.number<std::uint32_t>("line").value_or(0);
  test->seconds = attributes.seconds().value_or(0);
  if (test->file.empty()) {
    test->file = suites.back().file;
  }
  const std::string_view status = attributes.get("status");
  if (is_any(status, {"fail", "failed", "failure"})) {
    test->status = TestStatus::failed;
  } else if (status == "error") {
    test->status = TestStatus::error;
  } else if (is_any(status, {"notrun", "disabled", "skipped"}) ||
             is_any(attributes.get("result"), {"skipped", "suppressed"})) {
    test->status = TestStatus::skipped;
  }
}

void JunitReader::Impl::start_within_case(std::string_view name, const Attributes& attributes) {
  if (name == "testcase") {
    return stop("a test case within a test case");
  }
  if (capture != nullptr) {
    return;
  }
  if (is_any(name, {"failure", "error"})) {
    ++test_elements;
    test->status = name == "failure" || test->status == TestStatus::failed ? TestStatus::failed
                                                                           : TestStatus::error;
    if (test->message.empty()) {
      test->message = clipped(attributes.get("message"));
    }
    append_tail(test->text, test->text.empty() ? "" : "\n");
    capture = &test->text;
  } else if (name == "skipped") {
    if (test->status == TestStatus::passed) {
      test->status = TestStatus::skipped;
      test->message = clipped(attributes.get("message"));
    }
  } else if (is_any(name, {"system-out", "system-err"})) {
    capture = &output;
  }
  capture_depth = capture != nullptr ? depth : 0;
}

void JunitReader::Impl::text(std::string_view more) {
  if (capture != nullptr) {
    append_tail(*capture, more);
  }
}

void JunitReader::Impl::end(std::string_view full_name) {
  if (error) {
    return;
  }
  const std::string_view name = local_name(full_name);
  if (capture != nullptr && depth == capture_depth) {
    capture = nullptr;
  }
  if (test && depth == case_depth) {
    end_case();
  } else if (!test && is_any(name, {"testsuites", "testsuite"})) {
    end_suite();
  }
  --depth;
}

void JunitReader::Impl::end_case() {
  const bool broken = test->status == TestStatus::failed || test->status == TestStatus::error;
  report.passed += test->status == TestStatus::passed ? 1 : 0;
  report.failed += test->status == TestStatus::failed ? 1 : 0;
  report.errors += test->status == TestStatus::error ? 1 : 0;
  report.skipped += test->status == TestStatus::skipped ? 1 : 0;
  if (!suites.empty()) {
    suites.back().seconds_within += test->seconds;
    suites.back().found += broken ? std::max<std::size_t>(test_elements, 1) : 0;
  }
  if (broken && trim(test->text).empty()) {
    test->text = std::move(output);  // ctest's failures are empty, the reason is what was printed
  }
  auto& kept = broken ? report.broken : report.fine;
  if (kept.size() < max_kept_cases) {
    kept.push_back(std::move(*test));
  }
  test.reset();
  capture = nullptr;
  test_elements = 0;
  output.clear();
}

void JunitReader::Impl::end_suite() {
  const Suite suite = std::move(suites.back());
  suites.pop_back();
  if (suite.claimed > suite.found && report.complaints.size() < max_complaints) {
    report.complaints.push_back(fmt::format(
        "suite {} says that {} tests failed, but shows {} of them",
        suite.name.empty() ? "without a name" : printable(suite.name), suite.claimed, suite.found));
  }
  const double seconds = suite.seconds.value_or(suite.seconds_within);
  if (suites.empty()) {
    report.seconds += seconds;
  } else {
    suites.back().seconds_within += seconds;
    // A complaint is made once, by the innermost suite that has a reason.
    suites.back().found += std::max(suite.found, suite.claimed);
  }
}

Status JunitReader::Impl::parse(std::string_view bytes, bool last) {
  while (!error) {
    const std::string_view part = bytes.substr(0, std::min<std::size_t>(bytes.size(), 1U << 20U));
    bytes.remove_prefix(part.size());
    const bool final_part = last && bytes.empty();
    if (XML_Parse(parser, part.data(), static_cast<int>(part.size()), final_part ? 1 : 0) !=
            XML_STATUS_OK &&
        !error) {
      const XML_Error code = XML_GetErrorCode(parser);
      const bool cut =
          depth > 0 && (code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
                        code == XML_ERROR_PARTIAL_CHAR);
      stop(cut ? "the report ends in the middle; its writer was stopped or the disk is full"
           : code == XML_ERROR_NO_ELEMENTS
               ? "the report is empty"
               : fmt::format("not well-formed XML: {}", XML_ErrorString(code)));
    }
    if (bytes.empty()) {
      break;
    }
  }
  if (error) {
    if (test && (test->status == TestStatus::failed || test->status == TestStatus::error)) {
      end_case();
    }
    return tl::make_unexpected(*error);
  }
  return {};
}

JunitReader::JunitReader(TestReport& report) : impl_(std::make_unique<Impl>(report)) {
  XML_SetUserData(impl_->parser, impl_.get());
  XML_SetElementHandler(impl_->parser, &Impl::on_start, &Impl::on_end);
  XML_SetCharacterDataHandler(impl_->parser, &Impl::on_text);
  XML_SetEntityDeclHandler(impl_->parser, &Impl::on_entity);
}
JunitReader::~JunitReader() = default;

Status JunitReader::feed(std::string_view bytes) {
  return impl_->parse(bytes, false);
}
Status JunitReader::finish() {
  return impl_->parse({}, true);
}

}  // namespace mlpipe::stages::unit_test
