// YAML text to a Node: YAML 1.2 core schema, one document, with marks, every complaint a
// Diagnostic. Knows nothing of pipelines; no input makes it throw, crash or grow beyond its limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::spec {

// What a hostile document may cost. Only what aliases and merge keys copy counts against the
// expansion budget, so an honest file of any size loads.
struct YamlLimits {
  std::size_t expanded_nodes = 1'000'000;            // nodes made by aliases and merge keys
  std::size_t expanded_bytes = 64ULL * 1024 * 1024;  // scalar and key bytes in them
  std::size_t depth = 64;                            // lists and maps within each other
};

// The first document of `text`, whose marks point into file `file` of the Sources; a null node
// where it has none. With errors in `diagnostics` the node holds what could be read and is good for
// further messages only. Scalars: true/false, decimal, 0o17 and 0x1F integers, reals with .inf and
// .nan, ~, null and nothing for null; anything else plain is a string, as is everything quoted or
// in a block.
[[nodiscard]] Node read_yaml(std::uint32_t file, std::string_view text, Diagnostics& diagnostics,
                             const YamlLimits& limits = {});

}  // namespace mlpipe::spec
