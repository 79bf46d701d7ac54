#include "stages/table/delta/deletion_vector.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "runner/base/text.hpp"
#include "stages/table/delta/bitmap.hpp"
#include "stages/table/delta/log.hpp"

namespace mlpipe::stages::table::delta {
namespace {

constexpr std::int64_t largest = std::int64_t{1} << 31;
constexpr std::size_t word = 4;  // bytes of the size in front and the checksum behind

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) {
    value = (value << 8U) | static_cast<unsigned char>(byte);
  }
  return value;
}

Result<std::string> stored_bytes(const std::string& path, const VectorDescriptor& descriptor) {
  std::error_code problem;
  const std::uintmax_t there = std::filesystem::file_size(path, problem);
  std::ifstream file(path, std::ios::binary);
  if (problem || !file) {
    return fail_errno(fmt::format("cannot open {}", printable(path)),
                      problem ? problem.value() : errno);
  }
  const auto size = static_cast<std::size_t>(descriptor.size) + 2 * word;
  if (there < size || there - size < static_cast<std::uintmax_t>(descriptor.offset)) {
    return fail(Code::corrupt, fmt::format("{} is shorter than the log says", printable(path)));
  }
  std::string bytes(size, '\0');
  file.seekg(descriptor.offset);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) {
    return fail(Code::io, fmt::format("cannot read {}", printable(path)));
  }
  const std::string_view all = bytes;
  const std::string_view body = all.substr(word, all.size() - 2 * word);
  if (big_endian(all.substr(0, word)) != body.size()) {
    return fail(Code::corrupt, fmt::format("{}: another size than the log says", printable(path)));
  }
  if (big_endian(all.substr(all.size() - word)) != crc32(body)) {
    return fail(Code::corrupt, fmt::format("{}: the checksum is wrong", printable(path)));
  }
  return std::string(body);
}

Result<std::string> bytes_of(const std::string& root, const VectorDescriptor& descriptor) {
  if (descriptor.size < 0 || descriptor.size > largest || descriptor.offset < 0 ||
      descriptor.cardinality < 0) {
    return fail(Code::corrupt, "its size or place is impossible");
  }
  if (descriptor.storage == "i") {
    TRY(std::string bytes, decode_z85(descriptor.place));
    if (bytes.size() < static_cast<std::size_t>(descriptor.size)) {
      return fail(Code::corrupt, "it is shorter than it says");
    }
    bytes.resize(static_cast<std::size_t>(descriptor.size));  // Z85 pads to four bytes
    return bytes;
  }
  TRY(const std::string path, vector_path(root, descriptor));
  return stored_bytes(path, descriptor);
}

}  // namespace

Result<std::vector<std::uint64_t>> read_deletion_vector(const std::string& root,
                                                        const VectorDescriptor& descriptor) {
  TRY(const std::string bytes, bytes_of(root, descriptor));
  const auto expected = static_cast<std::uint64_t>(descriptor.cardinality);
  TRY(auto rows, decode_bitmap(bytes, expected));
  if (rows.size() != expected) {
    return fail(Code::corrupt, fmt::format("it deletes {} rows, and the log says {}", rows.size(),
                                           descriptor.cardinality));
  }
  return rows;
}

}  // namespace mlpipe::stages::table::delta
