#include "stages/table/delta/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "runner/base/text.hpp"
#include "stages/table/delta/log.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::table::delta {
namespace {

namespace fs = std::filesystem;

Error named(const std::string& path, const Error& error) {
  return {error.code, fmt::format("{}: {}", printable(path), error.message)};
}

// The columns of a struct of the checkpoint, or of the checkpoint itself.
Result<std::vector<std::string>> columns_of(port::TableEngine& engine, const std::string& query) {
  TRY(const port::Rows rows, engine.query("DESCRIBE " + query));
  std::vector<std::string> names;
  for (const auto& row : rows.rows) {
    names.push_back(std::get<std::string>(row.at(0)));
  }
  return names;
}

bool has(const std::vector<std::string>& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// One JSON text a row, as a commit has one a line; of a file only what a snapshot needs.
Result<std::string> checkpoint_query(port::TableEngine& engine, const std::string& path) {
  const std::string source = fmt::format("read_parquet([{}])", quote_path(path));
  TRY(const auto columns, columns_of(engine, "SELECT * FROM " + source));
  std::string list;
  std::string any;
  const auto want = [&](const char* column, const std::string& expression) {
    const std::string name = quote_identifier(column);
    list += fmt::format("{}{}: {}", list.empty() ? "" : ", ", quote_literal(column), expression);
    any += fmt::format("{}{} IS NOT NULL", any.empty() ? "" : " OR ", name);
  };
  for (const char* whole : {"protocol", "metaData", "sidecar"}) {
    if (has(columns, whole)) {
      want(whole, quote_identifier(whole));
    }
  }
  if (has(columns, "add")) {
    TRY(const auto fields,
        columns_of(engine, fmt::format("SELECT unnest(\"add\") FROM {}", source)));
    std::string parts;
    for (const char* field : {"path", "partitionValues", "deletionVector"}) {
      if (has(fields, field)) {
        parts += fmt::format("{}{}: \"add\".{}", parts.empty() ? "" : ", ", quote_literal(field),
                             quote_identifier(field));
      }
    }
    want("add", fmt::format("CASE WHEN \"add\" IS NOT NULL THEN {{{}}} END", parts));
  }
  if (list.empty()) {
    return fail(Code::corrupt, "a checkpoint has columns such as protocol and add; this has none");
  }
  return fmt::format("SELECT to_json({{{}}})::VARCHAR FROM {} WHERE {}", list, source, any);
}

Status read_parquet(port::TableEngine& engine, const std::string& path,
                    const std::function<void(Action)>& take) {
  TRY(const std::string query, checkpoint_query(engine, path));
  TRY(const port::Rows rows, engine.query(query));
  for (const auto& row : rows.rows) {
    TRY(Action action, parse_action(std::get<std::string>(row.at(0))));
    take(std::move(action));
  }
  return {};
}

}  // namespace

Status read_checkpoint(port::TableEngine& engine, const LogFolder& log,
                       const Checkpoint& checkpoint, Replay& replay) {
  std::vector<std::string> sidecars;
  const auto take = [&](Action action) {
    if (const auto* sidecar = std::get_if<Sidecar>(&action)) {
      sidecars.push_back(comparable_path(sidecar->path));
    } else {
      replay.apply(std::move(action));
    }
  };
  for (const std::string& part : checkpoint.parts) {
    const auto status = part.ends_with(".json") ? read_commit(part,
                                                              [&](Action action) {
                                                                take(std::move(action));
                                                                return More::yes;
                                                              })
                                                : read_parquet(engine, part, take);
    if (!status) {
      return tl::make_unexpected(named(part, status.error()));
    }
  }
  const std::vector<std::string> found = std::move(sidecars);
  for (const std::string& sidecar : found) {
    const std::string path = (fs::path(log.path) / "_sidecars" / sidecar).string();
    const auto status = read_parquet(engine, path, take);
    if (!status) {
      return tl::make_unexpected(named(path, status.error()));
    }
  }
  return {};
}

}  // namespace mlpipe::stages::table::delta
