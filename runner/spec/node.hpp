// A parsed YAML document as a value: what stood where. Knows nothing of pipelines.
// Anchors are resolved, merge keys applied, duplicate keys and cycles already reported; scalars
// follow the YAML 1.2 core schema.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlpipe::spec {

// A place in a source file. Lines and columns count from 1, columns in bytes; file indexes Sources.
// line 0: no place is known.
struct Mark {
  std::uint32_t file = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(const Mark&, const Mark&) = default;
};

enum class NodeKind : std::uint8_t { null, boolean, integer, real, string, list, map };

struct Node {
  struct Key {
    std::string text;
    Mark mark;
    friend bool operator==(const Key&, const Key&) = default;
  };

  NodeKind kind = NodeKind::null;
  bool quoted = false;      // a scalar written in quotes or as a block: always a string
  Mark mark;                // where the value starts
  std::string text;         // scalars: as written (unquoted); booleans "true"/"false"
  std::vector<Key> keys;    // maps: keys[i] belongs to items[i], in file order
  std::vector<Node> items;  // lists and maps

  [[nodiscard]] bool is_scalar() const { return kind < NodeKind::list; }
  // The value under `key`, or nullptr. Linear: iterate instead where a map may be large.
  [[nodiscard]] const Node* find(std::string_view key) const;
  // Structural equality: kinds, scalar values and order of keys; marks are ignored.
  [[nodiscard]] bool same(const Node& other) const;
  // Everything, marks too.
  friend bool operator==(const Node&, const Node&) = default;
};

// Canonical JSON of a node: keys sorted bytewise, no white space, integers as written in decimal,
// reals in shortest round-trip form with a point or an exponent (1.0 is not 1), strings escaped
// minimally. Equal values give equal bytes; used in manifests and step.json. JSON has no infinity
// and no NaN: they are {"$real":".inf"}, "-.inf", ".nan".
[[nodiscard]] std::string canonical_json(const Node& node);

}  // namespace mlpipe::spec
