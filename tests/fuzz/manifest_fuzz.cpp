// Any bytes are parsed to a manifest that writes exactly them, or refused; two manifests differ
// where their bytes do.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runner/plan/manifest.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

// One manifest from any bytes: parts end at a zero byte, the first byte of each chooses the tag.
mlpipe::plan::Manifest manifest_of(std::string_view bytes) {
  mlpipe::plan::Manifest manifest;
  while (!bytes.empty()) {
    const auto end = bytes.find('\0');
    std::string_view part = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (part.empty()) {
      continue;
    }
    const auto tag = static_cast<mlpipe::plan::Tag>(1 + static_cast<unsigned char>(part[0]) % 11);
    part.remove_prefix(1);
    const auto middle = part.find('=');
    manifest.add(tag, part.substr(0, middle),
                 middle == std::string_view::npos ? std::string_view() : part.substr(middle));
    if (middle != std::string_view::npos) {
      manifest.add(tag, "c", part.substr(middle + 1));
    }
  }
  return manifest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mlpipe::plan;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto parsed = Manifest::parse(bytes)) {
    require(parsed->bytes() == bytes);
    require(diff(*parsed, *parsed).empty());
    require(diff(Manifest(), *parsed).empty() == parsed->items().empty());
  }
  const Manifest then = manifest_of(bytes.substr(0, size / 2));
  const Manifest now = manifest_of(bytes.substr(size / 2));
  const auto again = Manifest::parse(then.bytes());
  require(again && again->bytes() == then.bytes());
  require(diff(then, now).empty() == (then.bytes() == now.bytes()));
  return 0;
}
