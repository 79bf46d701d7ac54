// step.json and result.json of any bytes: an error, or values that survive being written and read
// again.
#include <cstdlib>

#include "runner/plan/step.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mlpipe::plan;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto step = step_from_json(bytes)) {
    const std::string text = to_json(*step);
    const auto again = step_from_json(text);
    if (!again || to_json(*again) != text) {
      std::abort();
    }
  }
  if (const auto result = result_from_json(bytes)) {
    const std::string text = to_json(*result);
    const auto again = result_from_json(text);
    if (!again || to_json(*again) != text) {
      std::abort();
    }
  }
  return 0;
}
