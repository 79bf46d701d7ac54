// Which state of a Delta table is meant: the latest, a version, or a moment. Pure text and values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mlpipe::delta {

struct Latest {};
struct AtVersion {
  std::int64_t version = 0;
};
struct AtTime {
  std::int64_t ms = 0;  // Unix time; the newest version that is not younger is meant
  std::string text;     // as it was written
};
using At = std::variant<Latest, AtVersion, AtTime>;

// "latest", "v12", "2024-01-01", "2024-01-01T00:00:00Z", also with a fraction of a second or an
// offset as in +02:00. Without a zone: UTC.
[[nodiscard]] std::optional<At> parse_at(std::string_view text);

// "events@v3" -> "events" and version 3. Latest where the text behind the last @ means nothing.
[[nodiscard]] std::pair<std::string, At> split_at(std::string_view table);

}  // namespace mlpipe::delta
