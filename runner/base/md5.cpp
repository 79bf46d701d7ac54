#include "runner/base/md5.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace mlpipe {
namespace {

const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = [] {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    return EVP_MD_fetch(nullptr, "MD5", nullptr);
  }();
  return fetched;
}

}  // namespace

struct Md5::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }
};

Md5::Md5() : context_(std::make_unique<Context>()) {
  EVP_DigestInit_ex(context_->evp, algorithm(), nullptr);
}
Md5::~Md5() = default;

void Md5::update(std::string_view bytes) {
  EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size());
}

std::array<std::uint8_t, 16> Md5::finish() {
  std::array<std::uint8_t, 16> digest{};
  EVP_DigestFinal_ex(context_->evp, digest.data(), nullptr);
  return digest;
}

std::string hex(const std::array<std::uint8_t, 16>& md5) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : md5) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::string md5_hex(std::string_view bytes) {
  Md5 md5;
  md5.update(bytes);
  return hex(md5.finish());
}

}  // namespace mlpipe
