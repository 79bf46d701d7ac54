// Parameter files as nodes: YAML, JSON and TOML by their suffix. Knows nothing of who asks for which key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/interpolate.hpp"
#include "runner/spec/node.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::spec {

// Lists and maps within each other, in every format.
inline constexpr std::size_t params_depth = 64;

// A map, empty for an empty file. Marks of YAML and TOML point into `file`; JSON values carry no lines.
[[nodiscard]] Node read_params(std::string_view path, std::uint32_t file, std::string_view text,
                               Diagnostics& diagnostics);
[[nodiscard]] Node read_json(std::uint32_t file, std::string_view text, Diagnostics& diagnostics);
[[nodiscard]] Node read_toml(std::uint32_t file, std::string_view text, Diagnostics& diagnostics);

// The leaves below `value`, which stands under the dotted `key` ("" for the whole file). Lists, scalars and empty maps
// are leaves.
void add_leaves(const std::string& file, const std::string& key, const Node& value, std::vector<Param>& out);

// The value under a dotted key for changing it; keys may hold dots themselves. nullptr where there is none.
[[nodiscard]] Node* find_dotted(Node& root, std::string_view key);

}  // namespace mlpipe::spec
