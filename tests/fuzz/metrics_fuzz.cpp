// Metrics files of any bytes in every format: an error, or finite numbers with names in order that
// read back the same.
#include <cmath>
#include <cstdlib>

#include "runner/plan/metrics.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mlpipe::plan;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char* path : {"m.json", "m.yaml", "m.csv", "m.tsv"}) {
    const auto metrics = read_metrics(path, bytes);
    if (!metrics) {
      continue;
    }
    for (std::size_t i = 0; i < metrics->numbers.size(); ++i) {
      if (!std::isfinite(metrics->numbers[i].value) ||
          (i > 0 && metrics->numbers[i - 1].name >= metrics->numbers[i].name)) {
        std::abort();
      }
    }
  }
  return 0;
}
