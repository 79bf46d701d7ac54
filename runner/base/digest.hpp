// A sha256 digest and the hasher that makes it (OpenSSL EVP). Identity of content is this and
// nothing else.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mlpipe {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  [[nodiscard]] std::string hex() const;        // 64 lower-case digits
  [[nodiscard]] std::string short_hex() const;  // the first 12 of them, for people
  static std::optional<Digest> from_hex(std::string_view text);
  friend auto operator<=>(const Digest&, const Digest&) = default;
};

// Incremental sha256. Not copyable; finish() may be called once, after reset() it can be used
// again.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view bytes);
  [[nodiscard]] Digest finish();
  void reset();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

[[nodiscard]] Digest sha256(std::string_view bytes);

}  // namespace mlpipe

template <>
struct std::hash<mlpipe::Digest> {
  std::size_t operator()(const mlpipe::Digest& digest) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};
