// Parameter files as DVC reads them: YAML, JSON, TOML and the plain assignments of a Python file,
// told apart by their suffix; anything else is read as YAML. Knows nothing of who asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runner/base/error.hpp"
#include "runner/base/value.hpp"

namespace mlpipe::spec::dvc {

// A map; empty for an empty file. invalid: "3:7: what is wrong".
[[nodiscard]] Result<Value> read_params(std::string_view path, std::string_view text);

[[nodiscard]] Result<Value> read_json(std::string_view text);
[[nodiscard]] Result<Value> read_toml(std::string_view text);
// Top-level assignments of literals, class attributes as maps, and `self.x = ...` in __init__.
[[nodiscard]] Result<Value> read_python(std::string_view text);

// The value under a dotted key, as dpath finds it: parts of maps by text, of lists by index.
[[nodiscard]] const Value* find_dotted(const Value& root, std::string_view key);

}  // namespace mlpipe::spec::dvc
