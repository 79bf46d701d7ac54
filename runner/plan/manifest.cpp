#include "runner/plan/manifest.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <tuple>

namespace mlpipe::plan {
namespace {

constexpr std::string_view magic("mlpipe-manifest\x01", 16);
constexpr auto first_tag = static_cast<std::uint8_t>(Tag::kind);
constexpr auto last_tag = static_cast<std::uint8_t>(Tag::seed);

auto order(const Item& item) {
  return std::tie(item.tag, item.name, item.value);
}

void put_text(std::string& bytes, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes += static_cast<char>(static_cast<unsigned char>(size >> shift));
  }
  bytes += text;
}

// The next length-prefixed text at the front of `rest`, taken off it; false where the bytes end
// before it does.
bool take_text(std::string_view& rest, std::string& text) {
  if (rest.size() < 4) {
    return false;
  }
  std::uint32_t size = 0;
  for (unsigned i = 0; i < 4; ++i) {
    size |= static_cast<std::uint32_t>(static_cast<unsigned char>(rest[i])) << (8 * i);
  }
  rest.remove_prefix(4);
  if (rest.size() < size) {
    return false;
  }
  text = rest.substr(0, size);
  rest.remove_prefix(size);
  return true;
}

}  // namespace

void Manifest::add(Tag tag, std::string_view name, std::string_view value) {
  items_.push_back({tag, std::string(name), std::string(value)});
  sorted_ = false;
}

const std::vector<Item>& Manifest::items() const {
  if (!sorted_) {
    std::sort(items_.begin(), items_.end(),
              [](const Item& a, const Item& b) { return order(a) < order(b); });
    const auto equal = [](const Item& a, const Item& b) { return order(a) == order(b); };
    items_.erase(std::unique(items_.begin(), items_.end(), equal), items_.end());
    sorted_ = true;
  }
  return items_;
}

std::string Manifest::bytes() const {
  std::size_t size = magic.size();
  for (const Item& item : items()) {
    size += 9 + item.name.size() + item.value.size();
  }
  std::string bytes;
  bytes.reserve(size);
  bytes += magic;
  for (const Item& item : items()) {
    bytes += static_cast<char>(item.tag);
    put_text(bytes, item.name);
    put_text(bytes, item.value);
  }
  return bytes;
}

Result<Manifest> Manifest::parse(std::string_view bytes) {
  const auto refuse = [&](std::string_view rest, std::string_view what) {
    return fail(Code::corrupt, fmt::format("manifest: at byte {}: {}; the record that holds it is "
                                           "damaged, run the stage again to replace it",
                                           bytes.size() - rest.size(), what));
  };
  if (bytes.substr(0, magic.size()) != magic) {
    return refuse(bytes, "this is no manifest of version 1");
  }
  Manifest manifest;
  std::string_view rest = bytes.substr(magic.size());
  while (!rest.empty()) {
    const std::string_view start = rest;
    const auto tag = static_cast<std::uint8_t>(rest[0]);
    if (tag < first_tag || tag > last_tag) {
      return refuse(start, fmt::format("unknown tag {}", tag));
    }
    rest.remove_prefix(1);
    Item item{static_cast<Tag>(tag), {}, {}};
    if (!take_text(rest, item.name) || !take_text(rest, item.value)) {
      return refuse(start, "the item is cut off");
    }
    if (!manifest.items_.empty() && !(order(manifest.items_.back()) < order(item))) {
      return refuse(start, "the items are out of order");
    }
    manifest.items_.push_back(std::move(item));
  }
  return manifest;
}

}  // namespace mlpipe::plan
