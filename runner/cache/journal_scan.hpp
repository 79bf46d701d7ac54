// The bytes of a journal -> where its records are. Pure; knows nothing of files or of what a
// payload means.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlpipe::cache {

inline constexpr std::string_view journal_magic("mlpipe-journal\x01", 15);
inline constexpr std::size_t salt_size = 8;
inline constexpr std::size_t journal_header_size = journal_magic.size() + salt_size;
inline constexpr std::string_view record_marker = "\xabmlr";
inline constexpr std::size_t record_header_size = record_marker.size() + 8;
inline constexpr std::uint32_t max_payload = 1U << 30U;

struct PayloadAt {
  std::uint64_t offset;
  std::uint32_t size;
};
struct Gap {
  std::uint64_t begin;
  std::uint64_t end;
};
enum class Tail : std::uint8_t {
  clean,   // the bytes end with a record
  torn,    // one record that a killed writer or a power cut left unfinished
  damaged  // something else
};
struct Scan {
  std::vector<PayloadAt> payloads;
  std::vector<Gap> gaps;  // damage before the last record
  std::uint64_t end = 0;  // where the last record ends
  Tail tail = Tail::clean;
};

// Records of `bytes` from position `from` on. Offsets count from the start of `bytes` plus `base`.
[[nodiscard]] Scan scan_records(std::string_view bytes, std::size_t from, std::uint64_t base,
                                std::string_view salt);

// Whether `record` (header and payload, nothing more) is whole.
[[nodiscard]] bool is_record(std::string_view record, std::string_view salt);
// A record with this payload.
void put_record(std::string& bytes, std::string_view payload, std::string_view salt);

}  // namespace mlpipe::cache
