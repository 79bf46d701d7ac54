#include "stages/table/delta/open.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "runner/base/text.hpp"
#include "stages/table/delta/deletion_vector.hpp"
#include "stages/table/delta/log.hpp"
#include "stages/table/delta/select.hpp"
#include "stages/table/delta/snapshot.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::table::delta {
namespace {

constexpr std::size_t rows_at_once = 1'000'000;
constexpr std::string_view constraint_prefix = "delta.constraints.";

Result<Mapping> mapping_of(const Metadata& metadata, const std::string& root) {
  const auto mode = metadata.configuration.find("delta.columnMapping.mode");
  if (mode == metadata.configuration.end() || mode->second == "none") {
    return Mapping::none;
  }
  if (mode->second == "name" || mode->second == "id") {
    return mode->second == "id" ? Mapping::id : Mapping::name;
  }
  return fail(Code::refused, fmt::format("{}: its column mapping is of the mode {}, which this "
                                         "reader does not know",
                                         printable(root), printable(mode->second)));
}

Result<TableColumns> columns_of(const Metadata& metadata, const std::string& root) {
  TableColumns columns;
  TRY(columns.mapping, mapping_of(metadata, root));
  auto fields = read_schema(metadata.schema, columns.mapping);
  if (!fields) {
    return fail(fields.error().code,
                fmt::format("{}: {}", printable(root), fields.error().message));
  }
  columns.fields = std::move(*fields);
  if (columns.fields.empty()) {
    return fail(Code::invalid, fmt::format("{} has no columns", printable(root)));
  }
  for (const std::string& name : metadata.partition_columns) {
    const auto field = std::find_if(columns.fields.begin(), columns.fields.end(),
                                    [&](const Field& one) { return one.name == name; });
    if (field == columns.fields.end() || field->shape != Shape::plain) {
      return fail(Code::corrupt, fmt::format("{}: its partition column {} is no plain column of "
                                             "its schema",
                                             printable(root), printable(name)));
    }
    columns.partition.push_back(field->physical);
  }
  return columns;
}

Result<DataFile> data_file(const Add& add, const std::string& root, std::int64_t version) {
  DataFile file;
  TRY(file.path, local_path(root, add.path));
  file.partition = add.partition;
  std::error_code problem;
  if (!std::filesystem::is_regular_file(file.path, problem)) {
    return fail(Code::not_found,
                fmt::format("version {} of {} needs {}, which is not there; a vacuum may have "
                            "removed it",
                            version, printable(root), printable(file.path)));
  }
  return file;
}

// A list literal is the quickest way in: the parser sees one text.
Status insert_deleted(port::TableEngine& engine, std::size_t file,
                      const std::vector<std::uint64_t>& rows) {
  for (std::size_t first = 0; first < rows.size(); first += rows_at_once) {
    std::string list;
    for (std::size_t i = first; i < std::min(rows.size(), first + rows_at_once); ++i) {
      list += (i == first ? "" : ",") + std::to_string(rows[i]);
    }
    TRY_OK(engine.query(
        fmt::format("INSERT INTO {} SELECT {}, unnest(string_split('{}', ','))::BIGINT",
                    deleted_rows, file, list)));
  }
  return {};
}

Status take_deleted(port::TableEngine& engine, const std::string& root, const Snapshot& snapshot,
                    std::vector<DataFile>& files) {
  bool created = false;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto& vector = snapshot.files[i].vector;
    if (!vector) {
      continue;
    }
    const auto rows = read_deletion_vector(root, *vector);
    if (!rows) {
      return fail(rows.error().code, fmt::format("the deletion vector of {} cannot be read: {}",
                                                 printable(files[i].path), rows.error().message));
    }
    if (!created) {
      TRY_OK(
          engine.query(fmt::format("CREATE TABLE {} (file BIGINT, \"row\" BIGINT)", deleted_rows)));
      created = true;
    }
    TRY_OK(insert_deleted(engine, i, *rows));
    files[i].deleted = static_cast<std::int64_t>(rows->size());
  }
  return {};
}

// Deleted rows are told by the numbers that the engine gives to files and rows.
Status numbers_seen(const FilesOfShape& shape, const std::vector<DataFile>& files,
                    const std::string& root) {
  const bool deletes = std::any_of(shape.files.begin(), shape.files.end(),
                                   [&](std::size_t file) { return files[file].deleted > 0; });
  if (deletes && hides_numbers(shape)) {
    return fail(Code::refused,
                fmt::format("{} deletes rows and has a column file_index or file_row_number, which "
                            "the table engine cannot tell from its own; rename the column, or "
                            "rewrite the table without deletion vectors",
                            printable(root)));
  }
  return {};
}

void take_constraints(const Metadata& metadata, const std::vector<Field>& fields, Opened& opened) {
  for (const auto& [key, value] : metadata.configuration) {
    if (key.starts_with(constraint_prefix)) {
      opened.constraints.push_back({key.substr(constraint_prefix.size()), value});
    }
  }
  for (const Field& field : fields) {
    if (!field.invariant.empty()) {
      opened.constraints.push_back({"invariant of " + field.name, field.invariant});
    }
    if (field.nullable == Nullable::no) {
      opened.not_null.push_back(field.name);
    }
  }
}

}  // namespace

Result<Opened> open_table(port::TableEngine& engine, const std::string& root, const At& at) {
  TRY(const Snapshot snapshot, read_snapshot(engine, root, at));
  TRY(const TableColumns columns, columns_of(snapshot.metadata, root));
  Opened opened;
  opened.version = snapshot.version;
  std::vector<DataFile> files;
  for (const Add& add : snapshot.files) {
    TRY(DataFile file, data_file(add, root, snapshot.version));
    opened.paths.push_back(file.path);
    files.push_back(std::move(file));
  }
  TRY_OK(take_deleted(engine, root, snapshot, files));
  if (const auto probe = partition_probe(columns, files)) {
    if (const auto cast = engine.query(*probe); !cast) {
      return fail(Code::corrupt, fmt::format("{}: a value of its partition columns does not fit "
                                             "their types: {}",
                                             printable(root), cast.error().message));
    }
  }
  TRY(const auto shapes, group_by_shape(engine, opened.paths));
  for (const FilesOfShape& shape : shapes) {
    TRY_OK(numbers_seen(shape, files, root));
  }
  opened.select = select_rows(columns, files, shapes);
  take_constraints(snapshot.metadata, columns.fields, opened);
  return opened;
}

}  // namespace mlpipe::stages::table::delta
