#include "runner/delta/action.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runner/delta/location.hpp"

namespace mlpipe::delta {
namespace {

using nlohmann::json;

// Absent and null are the same in an action.
const json* member(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text(const json& object, const char* key) {
  return object.at(key).get<std::string>();
}

std::optional<VectorDescriptor> read_vector(const json& file) {
  const json* vector = member(file, "deletionVector");
  if (vector == nullptr) {
    return std::nullopt;
  }
  VectorDescriptor result;
  result.storage = text(*vector, "storageType");
  result.place = text(*vector, "pathOrInlineDv");
  if (const json* offset = member(*vector, "offset")) {
    result.offset = offset->get<std::int64_t>();
  }
  result.size = vector->at("sizeInBytes").get<std::int64_t>();
  result.cardinality = vector->at("cardinality").get<std::int64_t>();
  return result;
}

Action read_add(const json& body) {
  Add add;
  add.path = text(body, "path");
  if (const json* values = member(body, "partitionValues")) {
    for (const auto& [key, value] : values->items()) {
      add.partition[key] = value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
    }
  }
  add.vector = read_vector(body);
  return add;
}

Action read_metadata(const json& body) {
  Metadata metadata;
  if (const json* id = member(body, "id")) {
    metadata.id = id->get<std::string>();
  }
  const json* format = member(body, "format");
  metadata.provider = format == nullptr ? "parquet" : text(*format, "provider");
  metadata.schema = text(body, "schemaString");
  if (const json* columns = member(body, "partitionColumns")) {
    metadata.partition_columns = columns->get<std::vector<std::string>>();
  }
  if (const json* configuration = member(body, "configuration")) {
    for (const auto& [key, value] : configuration->items()) {
      if (value.is_string()) {
        metadata.configuration[key] = value.get<std::string>();
      }
    }
  }
  return metadata;
}

Action read_protocol(const json& body) {
  Protocol protocol;
  protocol.reader_version = body.at("minReaderVersion").get<int>();
  if (const json* features = member(body, "readerFeatures")) {
    protocol.reader_features = features->get<std::vector<std::string>>();
  }
  return protocol;
}

Action read_commit_info(const json& body) {
  CommitInfo info;
  const auto number = [&](const char* key) -> std::optional<std::int64_t> {
    const json* value = member(body, key);
    return value != nullptr && value->is_number_integer()
               ? std::optional(value->get<std::int64_t>())
               : std::nullopt;
  };
  info.timestamp = number("timestamp");
  info.in_commit_timestamp = number("inCommitTimestamp");
  return info;
}

Action read(const json& action) {
  if (const json* body = member(action, "add")) {
    return read_add(*body);
  }
  if (const json* body = member(action, "remove")) {
    return Remove{text(*body, "path"), read_vector(*body)};
  }
  if (const json* body = member(action, "metaData")) {
    return read_metadata(*body);
  }
  if (const json* body = member(action, "protocol")) {
    return read_protocol(*body);
  }
  if (const json* body = member(action, "commitInfo")) {
    return read_commit_info(*body);
  }
  if (const json* body = member(action, "sidecar")) {
    return Sidecar{text(*body, "path")};
  }
  return Other{};
}

}  // namespace

Result<Action> parse_action(const std::string& line) {
  try {
    const json action = json::parse(line);
    if (!action.is_object()) {
      return fail(Code::corrupt, "an action must be a JSON object");
    }
    return read(action);
  } catch (const json::exception& problem) {
    const std::string_view why = problem.what();
    const auto end = why.find("] ");
    return fail(Code::corrupt,
                fmt::format("not an action of a Delta log: {}",
                            end == std::string_view::npos ? why : why.substr(end + 2)));
  }
}

std::string file_key(const std::string& path, const std::optional<VectorDescriptor>& vector) {
  std::string key = comparable_path(path);
  if (vector) {
    key += fmt::format("\n{}{}@{}", vector->storage, vector->place, vector->offset);
  }
  return key;
}

}  // namespace mlpipe::delta
