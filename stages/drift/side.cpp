#include "stages/drift/side.hpp"

#include <algorithm>

namespace mlpipe::stages::drift {

Result<Side> Side::open(Host& host, const port::EngineLimits& limits, const table::Source& source,
                        const std::string& root) {
  TRY(profile::Columns columns, profile::Columns::open(host, limits, source, root));
  return Side(std::move(columns));
}

std::optional<std::size_t> Side::find(std::string_view name) const {
  for (std::size_t i = 0; i < columns().size(); ++i) {
    if (columns()[i].name == name) {
      return i;
    }
  }
  return std::nullopt;
}

bool Side::untyped(std::size_t column) const {
  return columns()[column].type == "NULL";
}

Result<std::vector<profile::NumberColumn>> Side::numbers(std::span<const std::size_t> columns) {
  std::vector<std::size_t> typed;
  std::copy_if(columns.begin(), columns.end(), std::back_inserter(typed),
               [&](std::size_t column) { return !untyped(column); });
  std::vector<profile::NumberColumn> read;
  if (!typed.empty()) {
    TRY(read, columns_.numbers(typed));
  }
  std::vector<profile::NumberColumn> all;
  auto next = read.begin();
  for (const std::size_t column : columns) {
    if (untyped(column)) {
      all.emplace_back().missing = rows();
    } else {
      all.push_back(std::move(*next++));
    }
  }
  return all;
}

Result<profile::CategoryColumn> Side::categories(std::size_t column) {
  return columns_.categories(column);
}

Result<std::vector<std::string>> Side::texts(std::size_t column) {
  return columns_.texts(column);
}

}  // namespace mlpipe::stages::drift
