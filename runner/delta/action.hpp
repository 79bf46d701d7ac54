// The actions of a Delta log that decide what a table holds, and their JSON. Knows one action at a
// time; knows nothing of versions. Format: PROTOCOL.md of delta-io/delta, "Actions".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe::delta {

struct Protocol {
  int reader_version = 1;
  std::vector<std::string> reader_features;  // of version 3 alone
};

struct Metadata {
  std::string id;
  std::string provider;  // of the data files: parquet
  std::string schema;    // JSON, see schema.hpp
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> configuration;
};

struct VectorDescriptor {
  std::string storage;  // u: named by a UUID below the table, p: a path, i: inline
  std::string place;
  std::int64_t offset = 0;
  std::int64_t size = 0;         // bytes of the bitmap
  std::int64_t cardinality = 0;  // rows it deletes
};

struct Add {
  std::string path;                                             // as in the log: a URI
  std::map<std::string, std::optional<std::string>> partition;  // physical name -> text
  std::optional<VectorDescriptor> vector;
};

struct Remove {
  std::string path;
  std::optional<VectorDescriptor> vector;
};

struct CommitInfo {
  std::optional<std::int64_t> timestamp;            // Unix time in ms, by the writer's clock
  std::optional<std::int64_t> in_commit_timestamp;  // the same, made monotonic
};

struct Sidecar {
  std::string path;  // a file name below _sidecars, or a whole path
};

struct Other {};  // cdc, txn, domainMetadata, checkpointMetadata: they say nothing of rows

using Action = std::variant<Other, Protocol, Metadata, Add, Remove, CommitInfo, Sidecar>;

// One line of a commit. corrupt: it is no action.
[[nodiscard]] Result<Action> parse_action(const std::string& line);

// The name under which add and remove speak of one file: its path, made comparable, and its
// deletion vector.
[[nodiscard]] std::string file_key(const std::string& path,
                                   const std::optional<VectorDescriptor>& vector);

}  // namespace mlpipe::delta
