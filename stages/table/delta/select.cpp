#include "stages/table/delta/select.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "stages/table/quoting.hpp"

namespace mlpipe::stages::table::delta {
namespace {

std::string folded(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// The file's column for a field: by id, else by name; in another case where nothing fits exactly,
// as the engine itself takes names.
const ParquetColumn* find_column(const std::vector<ParquetColumn>& columns, const Field& field,
                                 Mapping mapping) {
  const auto where = [&](auto&& fits) -> const ParquetColumn* {
    const auto found = std::find_if(columns.begin(), columns.end(), fits);
    return found == columns.end() ? nullptr : &*found;
  };
  if (mapping == Mapping::id) {
    return where([&](const ParquetColumn& one) { return one.id && one.id == field.id; });
  }
  const auto* exact = where([&](const ParquetColumn& one) { return one.name == field.physical; });
  return exact != nullptr ? exact : where([&](const ParquetColumn& one) {
    return folded(one.name) == folded(field.physical);
  });
}

// Whether the value of the file already has the names that the schema wants, all the way down.
bool same_names(const Field& field, const ParquetColumn& column, Mapping mapping) {
  if (field.shape == Shape::plain) {
    return true;
  }
  if (field.children.size() != column.children.size()) {
    return false;
  }
  for (std::size_t i = 0; i < field.children.size(); ++i) {
    const Field& want = field.children[i];
    const ParquetColumn& have = column.children[i];
    const bool named =
        field.shape != Shape::structure ||
        (want.name == have.name && find_column(column.children, want, mapping) == &have);
    if (!named || !same_names(want, have, mapping)) {
      return false;
    }
  }
  return true;
}

// Rewrites a nested value of a file field by field; numbers its lambdas apart.
class Rewriter {
 public:
  explicit Rewriter(Mapping mapping) : mapping_(mapping) {}

  std::string value(const Field& field, const ParquetColumn* column, const std::string& access) {
    if (column == nullptr) {
      return fmt::format("CAST(NULL AS {})", sql_type(field));
    }
    if (same_names(field, *column, mapping_)) {
      return fmt::format("CAST({} AS {})", access, sql_type(field));
    }
    std::string rebuilt = "NULL";
    if (field.shape == Shape::structure) {
      rebuilt = structure(field, *column, access);
    } else if (field.shape == Shape::list && column->children.size() == 1) {
      const std::string each = variable();
      rebuilt = fmt::format("list_transform({}, lambda {}: {})", access, each,
                            value(field.children[0], &column->children[0], each));
    } else if (field.shape == Shape::map && column->children.size() == 2) {
      const std::string each = variable();
      rebuilt = fmt::format(
          "map_from_entries(list_transform(map_entries({}), lambda {}: {{'key': {}, 'value': "
          "{}}}))",
          access, each, value(field.children[0], &column->children[0], each + ".key"),
          value(field.children[1], &column->children[1], each + ".value"));
    }
    return fmt::format("CASE WHEN {} IS NOT NULL THEN {} END", access, rebuilt);
  }

 private:
  std::string structure(const Field& field, const ParquetColumn& column,
                        const std::string& access) {
    std::string fields;
    for (const Field& one : field.children) {
      const ParquetColumn* from = find_column(column.children, one, mapping_);
      const std::string inner =
          from == nullptr ? "" : fmt::format("({}).{}", access, quote_identifier(from->name));
      fields += fmt::format("{}{}: {}", fields.empty() ? "" : ", ", quote_literal(one.name),
                            value(one, from, inner));
    }
    return "{" + fields + "}";
  }

  std::string variable() { return fmt::format("mlpipe_{}", variables_++); }

  Mapping mapping_;
  int variables_ = 0;
};

// A partition value as the log has it: no text is NULL, and so is the empty one.
std::string partition_literal(const DataFile& file, const std::string& physical) {
  const auto value = file.partition.find(physical);
  return value == file.partition.end() || !value->second || value->second->empty()
             ? "NULL"
             : quote_literal(*value->second);
}

std::string cast_partition(const Field& field, const std::string& text) {
  const std::string list = "[]";
  const bool bytes = field.type == "BLOB";
  return text.starts_with('[') ? bytes
                                     ? fmt::format("list_transform({}, lambda v: encode(v))", text)
                                     : fmt::format("CAST({} AS {}{})", text, sql_type(field), list)
         : bytes ? fmt::format("encode(CAST({} AS VARCHAR))", text)
                               : fmt::format("CAST({} AS {})", text, sql_type(field));
}

// The files of one scan, all of one shape.
struct Scan {
  const FilesOfShape* shape = nullptr;
  std::vector<std::size_t> files;
  bool deleted = false;  // rows of them are deleted
};

class Writer {
 public:
  Writer(const TableColumns& columns, const std::vector<DataFile>& files)
      : columns_(columns), files_(files) {}

  std::string scan(const Scan& scan) const {
    Rewriter rewriter(columns_.mapping);
    std::string select;
    for (const Field& field : columns_.fields) {
      std::string value;
      if (is_partition(field)) {
        value = partition_value(field, scan);
      } else {
        const ParquetColumn* column = find_column(scan.shape->columns, field, columns_.mapping);
        value = rewriter.value(field, column,
                               column == nullptr ? "" : "r." + quote_identifier(column->name));
      }
      select += fmt::format("{}{} AS {}", select.empty() ? "" : ", ", value,
                            quote_identifier(field.name));
    }
    std::string paths;
    for (const std::size_t file : scan.files) {
      paths += (paths.empty() ? "" : ", ") + quote_path(files_[file].path);
    }
    return fmt::format("SELECT {} FROM read_parquet([{}], hive_partitioning = false) AS r{}",
                       select, paths, scan.deleted ? without_deleted(scan) : "");
  }

  [[nodiscard]] bool is_partition(const Field& field) const {
    return std::find(columns_.partition.begin(), columns_.partition.end(), field.physical) !=
           columns_.partition.end();
  }

 private:
  std::string partition_value(const Field& field, const Scan& scan) const {
    std::string list;
    bool all_equal = true;
    const std::string first = partition_literal(files_[scan.files.front()], field.physical);
    for (const std::size_t file : scan.files) {
      const std::string value = partition_literal(files_[file], field.physical);
      all_equal = all_equal && value == first;
      list += (list.empty() ? "[" : ", ") + value;
    }
    return all_equal ? cast_partition(field, first)
                     : fmt::format("({})[CAST(r.file_index AS BIGINT) + 1]",
                                   cast_partition(field, list + "]"));
  }

  // The scan counts its files from 0; mlpipe_deleted has the table's own numbers.
  static std::string without_deleted(const Scan& scan) {
    std::string numbers;
    for (const std::size_t file : scan.files) {
      numbers += fmt::format("{}{}", numbers.empty() ? "" : ", ", file);
    }
    return fmt::format(
        " WHERE NOT EXISTS (SELECT 1 FROM {} AS d WHERE d.file = ([{}])[CAST(r.file_index AS "
        "BIGINT) + 1] AND d.row = r.file_row_number)",
        deleted_rows, numbers);
  }

  const TableColumns& columns_;
  const std::vector<DataFile>& files_;
};

std::vector<Scan> scans_of(const std::vector<DataFile>& files,
                           const std::vector<FilesOfShape>& shapes) {
  std::vector<Scan> scans;
  for (const FilesOfShape& shape : shapes) {
    // Each file is then a scan of its own, and needs no number.
    const bool one_by_one = hides_numbers(shape);
    for (const bool deleted : {false, true}) {
      Scan scan{&shape, {}, deleted};
      for (const std::size_t file : shape.files) {
        if ((files[file].deleted > 0) != deleted) {
          continue;
        }
        scan.files.push_back(file);
        if (one_by_one) {
          scans.push_back(std::exchange(scan, Scan{&shape, {}, deleted}));
        }
      }
      if (!scan.files.empty()) {
        scans.push_back(std::move(scan));
      }
    }
  }
  return scans;
}

}  // namespace

bool hides_numbers(const FilesOfShape& shape) {
  return std::any_of(shape.columns.begin(), shape.columns.end(), [](const ParquetColumn& column) {
    const std::string name = folded(column.name);
    return name == "file_index" || name == "file_row_number";
  });
}

std::string select_rows(const TableColumns& columns, const std::vector<DataFile>& files,
                        const std::vector<FilesOfShape>& shapes) {
  const Writer writer(columns, files);
  std::string sql;
  for (const Scan& scan : scans_of(files, shapes)) {
    sql += (sql.empty() ? "" : " UNION ALL ") + writer.scan(scan);
  }
  if (!sql.empty()) {
    return sql;
  }
  for (const Field& field : columns.fields) {
    sql += fmt::format("{}CAST(NULL AS {}) AS {}", sql.empty() ? "SELECT " : ", ", sql_type(field),
                       quote_identifier(field.name));
  }
  return sql + " WHERE false";
}

std::optional<std::string> partition_probe(const TableColumns& columns,
                                           const std::vector<DataFile>& files) {
  const Writer writer(columns, files);
  std::string sql;
  for (const Field& field : columns.fields) {
    if (!writer.is_partition(field) || files.empty()) {
      continue;
    }
    std::string list;
    for (const DataFile& file : files) {
      list += (list.empty() ? "[" : ", ") + partition_literal(file, field.physical);
    }
    sql += fmt::format("{}{}", sql.empty() ? "SELECT " : ", ",
                       fmt::format("len({})", cast_partition(field, list + "]")));
  }
  return sql.empty() ? std::nullopt : std::optional(sql);
}

}  // namespace mlpipe::stages::table::delta
