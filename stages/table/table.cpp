#include "stages/table/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "runner/base/text.hpp"
#include "stages/table/csv_columns.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::table {
namespace {

constexpr const char* data_view = "data";

std::string derived(const char* what, std::size_t column) {
  return quote_identifier(fmt::format("mlpipe.{}.{}", what, column));
}

// In UTC. The commonest form has no zone, and is spared the calendar that zones need: three times
// the work.
std::string time_of_text(const std::string& text) {
  return fmt::format(
      "CASE WHEN length({0}) = 19 AND {0}[17] = ':' THEN TRY_CAST({0} AS TIMESTAMP) ELSE "
      "TRY_CAST({0} AS "
      "TIMESTAMPTZ) AT TIME ZONE 'UTC' END",
      text);
}

std::string path_list(const std::vector<std::string>& paths) {
  std::string list;
  for (const std::string& path : paths) {
    list += (list.empty() ? "" : ", ") + quote_path(path);
  }
  return "[" + list + "]";
}

std::string folded(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string column_list(const std::vector<TableColumn>& columns) {
  std::string list;
  for (const TableColumn& column : columns) {
    list += (list.empty() ? "" : ", ") + quote_identifier(column.name);
  }
  return list;
}

std::vector<TableColumn> text_columns(const std::vector<std::string>& names) {
  std::vector<TableColumn> columns;
  for (const std::string& name : names) {
    columns.push_back({name, "", Family::text});
  }
  return columns;
}

Result<std::vector<TableColumn>> describe(port::TableEngine& engine, const std::string& source) {
  TRY(const port::Rows rows, engine.query("DESCRIBE SELECT * FROM " + source));
  std::vector<TableColumn> columns;
  for (const auto& row : rows.rows) {
    TableColumn column{std::get<std::string>(row.at(0)), std::get<std::string>(row.at(1)),
                       Family::other};
    column.family = family_of(column.type);
    columns.push_back(std::move(column));
  }
  return columns;
}

// Parquet parts must have the same columns, in name, type and order; each is told by its footer
// alone.
Status same_parts(port::TableEngine& engine, const std::vector<std::string>& paths,
                  const std::vector<TableColumn>& columns) {
  for (const std::string& path : paths) {
    TRY(const auto own,
        describe(engine,
                 fmt::format("read_parquet([{}], hive_partitioning = false)", quote_path(path))));
    for (std::size_t i = 0; i < std::max(own.size(), columns.size()); ++i) {
      const auto at = [&](const std::vector<TableColumn>& all) {
        return i < all.size() ? fmt::format("`{}` {}", all[i].name, all[i].type)
                              : std::string("nothing");
      };
      if (at(own) != at(columns)) {
        return fail(
            Code::invalid,
            fmt::format("the parts of the table disagree: column {} is {} in {}, and {} in {}",
                        i + 1, at(columns), paths.front(), at(own), path));
      }
    }
  }
  return {};
}

// Columns of the folders must be told from those of the files, and from the number of the file by
// which they are found.
Status distinct_partitions(const TableFiles& files, const std::vector<TableColumn>& columns) {
  for (const TableColumn& column : columns) {
    for (const PartitionColumn& partition : files.partitions) {
      if (folded(column.name) == folded(partition.name)) {
        return fail(Code::invalid,
                    fmt::format("the column {} stands in the files and in the names of their "
                                "folders; name the files by a list to leave out the folders",
                                printable(partition.name)));
      }
    }
    if (!files.partitions.empty() && folded(column.name) == "file_index") {
      return fail(Code::refused,
                  "a table whose folders tell columns cannot have a column file_index, under which "
                  "the table engine numbers its files; rename it");
    }
  }
  return {};
}

// Such a name has to be searched for in its folder, which the engine may no longer do once it is
// locked down.
Status plain_path(const std::string& path) {
  if (path.find_first_of("*?[") != std::string::npos) {
    return fail(
        Code::refused,
        fmt::format("{}: the table engine cannot open a path with *, ? or [ in it; rename it",
                    printable(path)));
  }
  return {};
}

// Nothing can be told of a file without a byte; an empty part of JSON lines is only an empty part.
Status openable(const TableFiles& files) {
  std::size_t empty = 0;
  for (const std::string& path : files.paths) {
    TRY_OK(plain_path(path));
    std::error_code problem;
    const auto size = std::filesystem::file_size(path, problem);
    if (problem) {
      return fail_errno(fmt::format("cannot read {}", path), problem.value());
    }
    empty += size == 0 ? 1U : 0U;
    if (size == 0 && (files.format != Format::jsonl || empty == files.paths.size())) {
      return fail(Code::invalid,
                  fmt::format("{} is empty: not even its columns can be told", path));
    }
  }
  return {};
}

}  // namespace

Family family_of(const std::string& type) {
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), type) != names.end();
  };
  if (is({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
          "UINTEGER", "UBIGINT", "UHUGEINT"})) {
    return Family::integer;
  }
  if (is({"FLOAT", "DOUBLE"}) || type.starts_with("DECIMAL")) {
    return Family::real;
  }
  if (type.starts_with("TIMESTAMP")) {
    return Family::timestamp;
  }
  if (type == "VARCHAR" || type.starts_with("ENUM") || type == "UUID") {
    return Family::text;
  }
  return type == "BOOLEAN" ? Family::boolean : type == "DATE" ? Family::date : Family::other;
}

Result<Table> Table::open(port::TableEngine& engine, const TableFiles& files, const CsvOptions& csv,
                          Types types) {
  TRY(Table table, open_beside(engine, files, csv, types, data_view));
  TRY_OK(engine.lock_down(table.readable()));
  return table;
}

Result<Table> Table::open_beside(port::TableEngine& engine, const TableFiles& files,
                                 const CsvOptions& csv, Types types, const std::string& name) {
  Table table;
  if (name != data_view) {
    table.rows_ = quote_identifier("mlpipe_rows." + name);
  }
  table.format_ = files.format;
  table.readable_ = files.paths;
  if (files.format == Format::delta) {
    TRY(table.readable_, table.open_delta(engine, files));
  } else {
    TRY_OK(openable(files));
    TRY_OK(files.format == Format::csv ? table.open_csv(engine, files, csv, types)
                                       : table.open_typed(engine, files));
  }
  table.files_ = table.readable_.size();
  TRY_OK(engine.query(fmt::format("CREATE VIEW {} AS SELECT {} FROM {}", quote_identifier(name),
                                  column_list(table.columns_), table.rows())));
  return table;
}

Status Table::open_typed(port::TableEngine& engine, const TableFiles& files) {
  const std::string paths = path_list(files.paths);
  const std::string scan =
      files.format == Format::parquet
          ? fmt::format("read_parquet({}, hive_partitioning = false)", paths)
          : fmt::format(
                "read_json({}, hive_partitioning = false, format = '{}', sample_size = -1, "
                "union_by_name = true)",
                paths, files.format == Format::json ? "array" : "newline_delimited");
  TRY(const auto own, describe(engine, scan));
  TRY_OK(distinct_partitions(files, own));
  const std::string source = with_partitions(scan, files.partitions, PartitionTypes::own);
  TRY(columns_, describe(engine, source));
  if (files.format == Format::parquet && files.paths.size() > 1) {
    TRY_OK(same_parts(engine, files.paths, own));
  }
  TRY_OK(engine.query(fmt::format("CREATE VIEW {} AS SELECT * FROM {}", rows(), source)));
  return {};
}

Result<std::vector<std::string>> Table::open_delta(port::TableEngine& engine,
                                                   const TableFiles& files) {
  TRY(delta::Opened opened, delta::open_table(engine, files.paths.front(), files.at));
  for (const std::string& path : opened.paths) {
    TRY_OK(plain_path(path));
  }
  TRY_OK(engine.query(fmt::format("CREATE VIEW {} AS {}", rows(), opened.select)));
  TRY(columns_, describe(engine, rows()));
  delta_ = {opened.version, std::move(opened.constraints), std::move(opened.not_null)};
  return std::move(opened.paths);
}

Status Table::open_csv(port::TableEngine& engine, const TableFiles& files, const CsvOptions& csv,
                       Types types) {
  TRY(std::vector<std::string> names, read_csv_header(engine, files, csv));
  const std::string scan = fmt::format("read_csv({}, hive_partitioning = false, {}",
                                       path_list(files.paths), csv_arguments(files, csv, names));
  TRY_OK(distinct_partitions(files, text_columns(names)));
  const auto source = [&](const std::string& option) {
    return with_partitions(scan + ", " + option + ")", files.partitions, PartitionTypes::text);
  };
  const std::string skipping = source("ignore_errors = true");
  for (const PartitionColumn& partition : files.partitions) {
    names.push_back(partition.name);
  }
  if (types == Types::infer) {
    TRY(columns_, infer_csv_types(engine, skipping, names));
  } else {
    columns_ = text_columns(names);
  }
  std::string select;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string column = quote_identifier(names[i]);
    const bool typed =
        types == Types::infer && columns_[i].type != "NULL" && columns_[i].type != "VARCHAR";
    select += fmt::format(
        "{0}{1} AS {2}, TRY_CAST({1} AS DOUBLE) AS {3}, {6} AS {4}, {5} "
        "AS {1}",
        i == 0 ? "" : ", ", column, derived("text", i), derived("number", i), derived("time", i),
        typed ? fmt::format("TRY_CAST({} AS {})", column, columns_[i].type) : column,
        time_of_text(column));
  }
  TRY_OK(
      engine.query(fmt::format("CREATE VIEW {} AS SELECT {} FROM {}", rows(), select, skipping)));
  if (rows_ != "mlpipe_rows") {
    return {};
  }
  TRY_OK(engine.query(
      fmt::format("CREATE VIEW {} AS SELECT {} FROM {}", logged_rows(), select,
                  source(fmt::format("store_rejects = true, rejects_limit = {}", reject_limit)))));
  return {};
}

std::string Table::value(std::size_t column) const {
  return format_ == Format::csv ? derived("text", column) : quote_identifier(columns_[column].name);
}

std::string Table::text(std::size_t column) const {
  return format_ == Format::csv
             ? derived("text", column)
             : fmt::format("CAST({} AS VARCHAR)", quote_identifier(columns_[column].name));
}

std::string Table::missing(std::size_t column) const {
  const std::string& type = columns_[column].type;
  if (format_ != Format::csv && (type == "DOUBLE" || type == "FLOAT")) {
    return fmt::format("({0} IS NULL OR isnan({0}))", value(column));
  }
  return fmt::format("({} IS NULL)", value(column));
}

std::string Table::number(std::size_t column) const {
  if (format_ == Format::csv) {
    return derived("number", column);
  }
  return columns_[column].type.starts_with("DECIMAL")
             ? fmt::format("CAST({} AS DOUBLE)", value(column))
             : value(column);
}

std::string Table::time(std::size_t column) const {
  if (format_ == Format::csv) {
    return derived("time", column);
  }
  return columns_[column].type == "TIMESTAMP WITH TIME ZONE"
             ? fmt::format("({} AT TIME ZONE 'UTC')", value(column))
             : fmt::format("CAST({} AS TIMESTAMP)", value(column));
}

std::string Table::logged_rows() const {
  return format_ == Format::csv ? "mlpipe_logged_rows" : rows();
}

}  // namespace mlpipe::stages::table
