#include "runner/cache/journal_scan.hpp"

#include <algorithm>
#include <optional>

#include "runner/cache/action_codec.hpp"
#include "runner/cache/crc32c.hpp"

namespace mlpipe::cache {
namespace {

// Damage made of markers with wrong lengths must not make the search quadratic.
constexpr std::uint64_t search_factor = 16;
constexpr std::uint64_t search_minimum = 1U << 20U;

class Scanner {
 public:
  Scanner(std::string_view bytes, std::string_view salt)
      : bytes_(bytes), salt_(salt), budget_(search_minimum + search_factor * bytes.size()) {}

  // Size of the whole record at `at`, 0 where there is none.
  std::size_t record_size(std::size_t at) {
    const std::string_view rest = bytes_.substr(at);
    if (rest.size() <= record_header_size || !rest.starts_with(record_marker)) {
      return 0;
    }
    const std::uint64_t size =
        record_header_size + std::uint64_t{get_u32(rest.substr(record_marker.size()))};
    if (size > rest.size() || !is_record(rest.substr(0, size), salt_)) {
      spent_ += std::min<std::uint64_t>(size, rest.size());
      return 0;
    }
    return size;
  }

  std::optional<std::size_t> next_record(std::size_t at) {
    for (at = bytes_.find(record_marker, at); at != std::string_view::npos && spent_ < budget_;
         at = bytes_.find(record_marker, at + 1)) {
      if (record_size(at) != 0) {
        return at;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] Tail classify(std::size_t at) const {
    const std::string_view tail = bytes_.substr(at);
    if (tail.find_first_not_of('\0') == std::string_view::npos) {
      return Tail::torn;
    }
    const std::string_view marker = record_marker.substr(0, tail.size());
    const bool one_record =
        tail.starts_with(marker) && tail.find(record_marker, 1) == std::string_view::npos;
    return one_record ? Tail::torn : Tail::damaged;
  }

 private:
  std::string_view bytes_;
  std::string_view salt_;
  std::uint64_t budget_;
  std::uint64_t spent_ = 0;
};

}  // namespace

bool is_record(std::string_view record, std::string_view salt) {
  if (record.size() <= record_header_size || !record.starts_with(record_marker)) {
    return false;
  }
  const std::string_view length = record.substr(record_marker.size(), 4);
  const std::string_view payload = record.substr(record_header_size);
  if (get_u32(length) != payload.size() || payload.size() > max_payload) {
    return false;
  }
  const std::uint32_t stored = get_u32(record.substr(record_marker.size() + 4));
  return stored == crc32c(payload, crc32c(length, crc32c(salt)));
}

void put_record(std::string& bytes, std::string_view payload, std::string_view salt) {
  std::string length;
  put_u32(length, static_cast<std::uint32_t>(payload.size()));
  bytes += record_marker;
  bytes += length;
  put_u32(bytes, crc32c(payload, crc32c(length, crc32c(salt))));
  bytes += payload;
}

Scan scan_records(std::string_view bytes, std::size_t from, std::uint64_t base,
                  std::string_view salt) {
  Scan scan;
  Scanner scanner(bytes, salt);
  std::size_t at = std::min(from, bytes.size());
  while (at < bytes.size()) {
    const std::size_t size = scanner.record_size(at);
    if (size != 0) {
      scan.payloads.push_back(
          {base + at + record_header_size, static_cast<std::uint32_t>(size - record_header_size)});
      at += size;
      continue;
    }
    const auto next = scanner.next_record(at + 1);
    if (!next) {
      scan.tail = scanner.classify(at);
      break;
    }
    scan.gaps.push_back({base + at, base + *next});
    at = *next;
  }
  scan.end = base + at;
  return scan;
}

}  // namespace mlpipe::cache
