// YAML text -> Value as DVC reads it: YAML 1.2 with the scalars of ruamel.yaml (010 is ten, 0b11
// and 1_000 are integers, yes and 12:30 are texts, 2020-01-02 is a date). One document; anchors,
// merge keys and the tags of the core schema. Knows nothing of what the document means. No input
// makes it crash or grow beyond its limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runner/base/value.hpp"

#include <tl/expected.hpp>

namespace mlpipe::spec::dvc {

struct YamlError {
  std::string message;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// Null for an empty document.
[[nodiscard]] tl::expected<Value, YamlError> read_yaml(std::string_view text);

// A plain scalar as YAML 1.2 and ruamel.yaml resolve it.
[[nodiscard]] Value plain_value(std::string_view text);
// With a tag of the core schema ("int", "float", "str", "bool", "null", "timestamp", "binary");
// nothing where the text is not of that kind or the tag is another.
[[nodiscard]] std::optional<Value> tagged_value(std::string_view tag, std::string_view text);

}  // namespace mlpipe::spec::dvc
