// Action <-> the payload of a journal record. Pure; knows nothing of files, checksums or positions.
//
//   payload = 1:u8 fingerprint:32 stage state run_id time_ms:i64 manifest
//             count:u32 (path type:u8 digest:32 size:u64 stored:u8)*  result? log?
//             wall_ms:i64 max_rss:u64 resumed:u8 origin:u8 note
//   numbers little-endian; text = length:u32 bytes; X? = present:u8 digest:32 where present is 1
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runner/cache/journal.hpp"

namespace mlpipe::cache {

inline constexpr char filler_type = 0;  // a record that covers torn bytes; says nothing
inline constexpr char action_type = 1;

void put_u32(std::string& bytes, std::uint32_t value);
[[nodiscard]] std::uint32_t get_u32(std::string_view bytes);  // of the first four bytes

[[nodiscard]] std::string encode(const Action& action);
// Empty for anything that encode() does not write.
[[nodiscard]] std::optional<Action> decode(std::string_view payload);

// What a journal is searched by, without a copy; empty where the payload is no action.
struct ActionKey {
  Digest fingerprint;
  std::string_view stage;
  std::int64_t wall_ms = 0;
};
[[nodiscard]] std::optional<ActionKey> decode_key(std::string_view payload);

}  // namespace mlpipe::cache
