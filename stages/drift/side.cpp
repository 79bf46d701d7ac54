#include "stages/drift/side.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "stages/profile/profile_json.hpp"
#include "stages/shared/files.hpp"

namespace mlpipe::stages::drift {

namespace {

constexpr std::uint64_t most_profile_bytes = 1024ULL * 1024 * 1024;

// A .json file that begins as a profile does; any other file is a table.
Result<std::optional<profile::Profile>> saved(const table::Source& source,
                                              const std::string& root) {
  if (source.tables.size() != 1 || !source.tables[0].ends_with(".json")) {
    return std::optional<profile::Profile>();
  }
  const std::string& path = source.tables[0];
  const auto text = read_file(path.starts_with("/") ? "/" : root, path, most_profile_bytes);
  if (!text || !profile::looks_like_profile(*text)) {
    return std::optional<profile::Profile>();  // opening it as a table says what is wrong
  }
  TRY(profile::Profile profile, profile::from_json(*text));
  return profile;
}

}  // namespace

Side::Side(std::variant<profile::Columns, profile::Profile> source) : source_(std::move(source)) {
  if (const auto* columns = std::get_if<profile::Columns>(&source_)) {
    list_ = columns->list();
    return;
  }
  for (const profile::ColumnProfile& column : std::get<profile::Profile>(source_).columns) {
    list_.push_back({column.name, column.type, column.family});
  }
}

Result<Side> Side::open(Host& host, const port::EngineLimits& limits, const table::Source& source,
                        const std::string& root) {
  TRY(auto profile, saved(source, root));
  if (profile) {
    return Side(std::move(*profile));
  }
  TRY(profile::Columns columns, profile::Columns::open(host, limits, source, root));
  return Side(std::move(columns));
}

std::uint64_t Side::rows() const {
  const auto* columns = std::get_if<profile::Columns>(&source_);
  return columns != nullptr ? columns->rows() : std::get<profile::Profile>(source_).rows;
}

std::size_t Side::batch() const {
  const auto* columns = std::get_if<profile::Columns>(&source_);
  return columns != nullptr ? columns->batch() : std::numeric_limits<std::size_t>::max();
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
  if (const auto* profile = std::get_if<profile::Profile>(&source_)) {
    std::vector<profile::NumberColumn> all;
    for (const std::size_t column : columns) {
      if (untyped(column)) {
        all.emplace_back().missing = rows();
        continue;
      }
      TRY(all.emplace_back(), profile::numbers_of(profile->columns[column]));
    }
    return all;
  }
  std::vector<std::size_t> typed;
  std::copy_if(columns.begin(), columns.end(), std::back_inserter(typed),
               [&](std::size_t column) { return !untyped(column); });
  std::vector<profile::NumberColumn> read;
  if (!typed.empty()) {
    TRY(read, std::get<profile::Columns>(source_).numbers(typed));
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
  if (const auto* profile = std::get_if<profile::Profile>(&source_)) {
    return profile::categories_of(profile->columns[column]);
  }
  return std::get<profile::Columns>(source_).categories(column);
}

Result<std::vector<std::string>> Side::texts(std::size_t column) {
  auto* table = std::get_if<profile::Columns>(&source_);
  if (table == nullptr) {
    return fail(Code::invalid, "a profile keeps no texts; compare with the table itself");
  }
  return table->texts(column);
}

}  // namespace mlpipe::stages::drift
