// Names, texts and paths as SQL. Knows nothing of tables.
#pragma once

#include <string>
#include <string_view>

namespace mlpipe::stages::table {

[[nodiscard]] std::string quote_identifier(std::string_view name);  // "na""me"
[[nodiscard]] std::string quote_literal(std::string_view text);     // 'it''s'
// A path that the engine takes literally: its glob characters are put in brackets.
[[nodiscard]] std::string quote_path(std::string_view path);

}  // namespace mlpipe::stages::table
