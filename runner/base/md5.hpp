// md5 (OpenSSL EVP): the name of content in DVC's files and caches, and nowhere else.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mlpipe {

// Incremental. Not copyable; finish() may be called once.
class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(const Md5&) = delete;
  Md5& operator=(const Md5&) = delete;

  void update(std::string_view bytes);
  [[nodiscard]] std::array<std::uint8_t, 16> finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

[[nodiscard]] std::string hex(const std::array<std::uint8_t, 16>& md5);  // 32 lower-case digits
[[nodiscard]] std::string md5_hex(std::string_view bytes);

}  // namespace mlpipe
