// SQL conditions on a text: formats, hygiene, and personal data with its checksums. Knows nothing
// of checks and tables.
#pragma once

#include <string>

#include "stages/data_check/row_rules.hpp"

namespace mlpipe::stages::data_check {

// `text` is SQL of a VARCHAR; each is true, false or NULL.
[[nodiscard]] std::string has_format(ValueFormat format, const std::string& text);
// Cards by Luhn's checksum (ISO/IEC 7812-1), IBANs by their remainder of 97 (ISO 13616), social
// security numbers by the ranges that are given out.
[[nodiscard]] std::string holds_personal(Personal kind, const std::string& text);
[[nodiscard]] const char* personal_name(Personal kind);
[[nodiscard]] const char* format_name(ValueFormat format);

}  // namespace mlpipe::stages::data_check
