// Small pure functions over text that people read or write: durations, sizes, suggestions, path
// patterns.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlpipe {

// "90", "90s", "1.5h", "2m30s", "7d", "1w"; a bare number is seconds. Empty for anything else or a
// negative value.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// "4G", "512M", "1.5GiB", "100 kB" (K M G T are powers of 1024, as for memory everywhere), in
// bytes.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
// "0.3 s", "12.4 s", "3 min 20 s", "2 h 05 min": what a person wants to read.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);
// "512 B", "1.2 MiB".
[[nodiscard]] std::string format_size(std::uint64_t bytes);

// The candidate nearest to `word` (Damerau-Levenshtein, at most a third of its length away), for
// "did you mean".
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> candidates);

// Path patterns: `*` and `?` within one component, `[a-z]` classes, `**` for any number of
// components.
[[nodiscard]] bool is_glob(std::string_view path);
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view path);

// "a/./b/../c/" -> "a/c"; empty where the path leaves its root or is absolute.
[[nodiscard]] std::optional<std::string> normal_path(std::string_view path);

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] bool is_utf8(std::string_view text);
// Control characters other than tab as \xNN, invalid UTF-8 as \xNN: safe to print on a terminal.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace mlpipe
