#include "runner/delta/vector_path.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "runner/base/text.hpp"
#include "runner/delta/location.hpp"

namespace mlpipe::delta {
namespace {

constexpr std::size_t uuid_letters = 20;  // a UUID in Z85

constexpr std::string_view z85_letters =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

// <prefix>/deletion_vector_<uuid>.bin below the table, from "<prefix><uuid in Z85>".
Result<std::string> uuid_path(const std::string& root, std::string_view place) {
  if (place.size() < uuid_letters) {
    return fail(Code::corrupt, "its name is too short");
  }
  const std::string_view prefix = place.substr(0, place.size() - uuid_letters);
  TRY(const std::string bytes, decode_z85(place.substr(prefix.size())));
  std::string uuid;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool dash = i == 4 || i == 6 || i == 8 || i == 10;
    uuid += fmt::format("{}{:02x}", dash ? "-" : "", static_cast<unsigned char>(bytes[i]));
  }
  return (std::filesystem::path(root) / prefix / fmt::format("deletion_vector_{}.bin", uuid))
      .string();
}

}  // namespace

Result<std::string> decode_z85(std::string_view text) {
  constexpr std::size_t group = 5;
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += group) {
    std::uint64_t value = 0;
    const std::string_view letters = text.substr(at, group);
    for (const char letter : letters) {
      const auto digit = z85_letters.find(letter);
      if (digit == std::string_view::npos) {
        return fail(Code::corrupt, "a letter that Z85 does not have");
      }
      value = value * z85_letters.size() + digit;
    }
    if (letters.size() != group || value > 0xFFFFFFFFU) {
      return fail(Code::corrupt, "no text in Z85");
    }
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
      bytes += static_cast<char>((value >> shift) & 0xFFU);
    }
  }
  return bytes;
}

Result<std::string> vector_path(const std::string& root, const VectorDescriptor& descriptor) {
  if (descriptor.storage == "u") {
    return uuid_path(root, descriptor.place);
  }
  if (descriptor.storage == "p") {
    return local_path(root, descriptor.place);
  }
  return fail(Code::corrupt,
              fmt::format("its kind of storage is `{}`", printable(descriptor.storage)));
}

}  // namespace mlpipe::delta
