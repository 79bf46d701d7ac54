// The columns of a Delta table, read from the schema in its log. Knows the types of Delta and their
// names in SQL; knows nothing of files. Format: PROTOCOL.md, "Schema Serialization Format".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::stages::table::delta {

enum class Shape : std::uint8_t { plain, structure, list, map };
enum class Nullable : std::uint8_t { no, yes };

// How the columns of the schema are found in a data file.
enum class Mapping : std::uint8_t { none, name, id };

struct Field {
  std::string name;
  std::string physical;  // its name in data files and partition values
  std::optional<std::int64_t> id;
  Nullable nullable = Nullable::yes;
  std::string invariant;  // an SQL condition that every row meets; empty: none
  Shape shape = Shape::plain;
  std::string type;             // plain: the engine's name
  std::vector<Field> children;  // structure: its fields; list: the element; map: key and value
};

// corrupt: no schema; refused: a type that the engine cannot hold.
[[nodiscard]] Result<std::vector<Field>> read_schema(const std::string& json, Mapping mapping);

// "STRUCT("a" INTEGER, "b" VARCHAR[])"
[[nodiscard]] std::string sql_type(const Field& field);

}  // namespace mlpipe::stages::table::delta
