// The `columns` check: names, order and types of a table against what was declared. Reads no rows.
#pragma once

#include "stages/data_check/config.hpp"
#include "stages/data_check/measure.hpp"
#include "stages/table/table.hpp"

namespace mlpipe::stages::data_check {

using table::Family;
using table::family_of;
using table::Table;
using table::TableColumn;

// Fills problems, violations (their number) and considered (the number of columns).
void compare_columns(const ColumnSet& declared, const Table& table, Measured& measured);

// Whether a column of type `actual` serves where `declared` is asked for. Generic names (integer,
// number, text, date, timestamp, boolean) stand for every width; an engine's own name for itself.
// `csv`: a narrower type serves for a wider one, as the text of 3 is also a DOUBLE's.
[[nodiscard]] bool type_serves(const std::string& declared, const TableColumn& actual,
                               Format format);
[[nodiscard]] bool is_known_type(const std::string& declared);

}  // namespace mlpipe::stages::data_check
