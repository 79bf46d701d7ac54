// Any text is read or refused, and what is read is written to a text that reads the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runner/lock/lock_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mlpipe::lock;
  const auto stages = read({reinterpret_cast<const char*>(data), size});
  if (!stages) {
    if (stages.error().message.empty()) {
      std::abort();
    }
    return 0;
  }
  const auto again = read(write(*stages));
  if (!again || *again != *stages) {
    std::abort();
  }
  return 0;
}
