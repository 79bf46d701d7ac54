#include "runner/base/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cassert>

namespace mlpipe {
namespace {

// Fetched once: a fetch per digest would cost more than hashing a small file. No openssl.cnf is
// read.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = [] {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    return EVP_MD_fetch(nullptr, "SHA256", nullptr);
  }();
  return fetched;
}

int nibble(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return -1;
}

}  // namespace

std::string Digest::hex() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text(64, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = digits[bytes[i] >> 4U];
    text[2 * i + 1] = digits[bytes[i] & 15U];
  }
  return text;
}

std::string Digest::short_hex() const {
  return hex().substr(0, 12);
}

std::optional<Digest> Digest::from_hex(std::string_view text) {
  if (text.size() != 64) {
    return std::nullopt;
  }
  Digest digest;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    const int high = nibble(text[2 * i]);
    const int low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    digest.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  reset();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size());
}

Digest Sha256::finish() {
  Digest digest;
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->evp, digest.bytes.data(), &size);
  assert(size == digest.bytes.size());
  return digest;
}

void Sha256::reset() {
  EVP_DigestInit_ex2(context_->evp, algorithm(), nullptr);
}

Digest sha256(std::string_view bytes) {
  thread_local Sha256 hasher;
  hasher.reset();
  hasher.update(bytes);
  return hasher.finish();
}

}  // namespace mlpipe
