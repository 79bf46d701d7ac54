// JUnit reports of any bytes: no crash, bounded memory, and the counts agree with the cases kept.
#include <cstdlib>

#include "stages/unit_test/junit.hpp"
#include "stages/unit_test/locate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mlpipe::stages::unit_test;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  TestReport report;
  JunitReader reader(report);
  const std::size_t half = size / 2;
  if (reader.feed(bytes.substr(0, half)) && reader.feed(bytes.substr(half))) {
    (void)reader.finish();
  }
  if (report.broken.size() + report.fine.size() > report.total()) {
    std::abort();
  }
  const Tree tree{"/r", ".", [](const std::string& path) { return path.size() % 2 == 0; }};
  for (const TestCase& test : report.broken) {
    if (locate(test, tree).title.empty()) {
      std::abort();
    }
  }
  return 0;
}
