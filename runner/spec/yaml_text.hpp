// The bytes of a YAML file before they are parsed. Knows encodings, not structure.
#pragma once

#include <cstdint>
#include <string_view>

#include "runner/spec/diagnostic.hpp"

namespace mlpipe::spec {

// False, with an error that says where, for text that YAML does not allow: bytes that are not
// UTF-8, NUL and other control characters, a carriage return without a line feed. Warns about a
// `%YAML` version other than 1.2.
[[nodiscard]] bool check_yaml_text(std::uint32_t file, std::string_view text,
                                   Diagnostics& diagnostics);

// Bytes of the byte order mark at the start: 0 or 3.
[[nodiscard]] std::size_t bom_length(std::string_view text);

// Bytes of the valid UTF-8 sequence at `at`, 0 where there is none.
[[nodiscard]] std::size_t utf8_length(std::string_view text, std::size_t at);

}  // namespace mlpipe::spec
