// A table that the engine has open: the views `data` (typed, for people's SQL) and its own, which
// keeps a CSV's text. Knows files and columns; knows nothing of checks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"
#include "stages/table/delta/open.hpp"
#include "stages/table/source.hpp"
#include "stages/table/table_files.hpp"

namespace mlpipe::stages::table {

enum class Family : std::uint8_t { integer, real, text, boolean, date, timestamp, other };

struct TableColumn {
  std::string name;
  std::string type;  // the engine's name; "NULL" where a CSV column holds no value; "" where types
                     // were not asked for
  Family family = Family::text;
};

// Whether the types of a CSV's columns are worked out. That reads the whole file, so only SQL and
// `types` ask for it.
enum class Types : std::uint8_t { skip, infer };

struct DeltaFacts {
  std::int64_t version = 0;
  std::vector<delta::Constraint> constraints;  // what its writers promise of every row
  std::vector<std::string> not_null;           // columns
};

class Table {
 public:
  // Registers the views. After that the engine is locked down to the table's files.
  static Result<Table> open(port::TableEngine& engine, const TableFiles& files,
                            const CsvOptions& csv, Types types);
  // Only registers them, for one table among several; `name` is the view for people's SQL. Its
  // malformed lines are recorded only where it is `data`. The caller locks the engine down.
  static Result<Table> open_beside(port::TableEngine& engine, const TableFiles& files,
                                   const CsvOptions& csv, Types types, const std::string& name);
  // The files that must stay readable when the engine is locked down.
  [[nodiscard]] const std::vector<std::string>& readable() const { return readable_; }

  [[nodiscard]] Format format() const { return format_; }
  [[nodiscard]] const std::vector<TableColumn>& columns() const { return columns_; }
  [[nodiscard]] std::size_t files() const { return files_; }
  // What the log of a Delta table says beside its rows; nullptr for other formats.
  [[nodiscard]] const DeltaFacts* delta() const { return delta_ ? &*delta_ : nullptr; }

  // SQL expressions over a column, for queries on rows() or logged_rows().
  [[nodiscard]] std::string value(std::size_t column) const;  // a CSV's text, else the typed value
  [[nodiscard]] std::string text(std::size_t column) const;
  [[nodiscard]] std::string missing(std::size_t column) const;  // NULL, or NaN in a column of reals
  [[nodiscard]] std::string number(
      std::size_t column) const;  // NULL where a CSV's text is no number
  [[nodiscard]] std::string time(
      std::size_t column) const;  // TIMESTAMP in UTC; NULL where a CSV's text is none

  [[nodiscard]] const std::string& rows() const { return rows_; }
  // The same rows; a scan of a CSV also records its malformed lines in reject_errors.
  [[nodiscard]] std::string logged_rows() const;

 private:
  Status open_csv(port::TableEngine& engine, const TableFiles& files, const CsvOptions& csv,
                  Types types);
  Status open_typed(port::TableEngine& engine, const TableFiles& files);
  Result<std::vector<std::string>> open_delta(port::TableEngine& engine, const TableFiles& files);

  Format format_ = Format::csv;
  std::vector<TableColumn> columns_;
  std::vector<std::string> readable_;
  std::string rows_ = "mlpipe_rows";
  std::size_t files_ = 0;
  std::optional<DeltaFacts> delta_;
};

// How many malformed lines a CSV scan records; beyond that their number is only known to be larger.
inline constexpr std::int64_t reject_limit = 100'000;

[[nodiscard]] Family family_of(const std::string& type);

}  // namespace mlpipe::stages::table
