#include "stages/data_check/column_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "runner/base/text.hpp"

namespace mlpipe::stages::data_check {
namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

struct Generic {
  const char* name;
  std::array<Family, 2> families;
};

constexpr std::array generics{Generic{"INTEGER", {Family::integer, Family::integer}},
                              Generic{"INT", {Family::integer, Family::integer}},
                              Generic{"NUMBER", {Family::integer, Family::real}},
                              Generic{"FLOAT", {Family::real, Family::real}},
                              Generic{"REAL", {Family::real, Family::real}},
                              Generic{"TEXT", {Family::text, Family::text}},
                              Generic{"STRING", {Family::text, Family::text}},
                              Generic{"VARCHAR", {Family::text, Family::text}},
                              Generic{"BOOL", {Family::boolean, Family::boolean}},
                              Generic{"BOOLEAN", {Family::boolean, Family::boolean}},
                              Generic{"DATE", {Family::date, Family::date}},
                              Generic{"DATETIME", {Family::timestamp, Family::timestamp}},
                              Generic{"TIMESTAMP", {Family::timestamp, Family::timestamp}}};

const Generic* find_generic(const std::string& name) {
  const auto* found = std::find_if(generics.begin(), generics.end(),
                                   [&](const Generic& generic) { return name == generic.name; });
  return found == generics.end() ? nullptr : found;
}

// Every text of `narrow` is also one of `wide`.
bool widens(Family narrow, Family wide) {
  return wide == Family::text || (narrow == Family::integer && wide == Family::real) ||
         (narrow == Family::date && wide == Family::timestamp);
}

// Whether the column is of a type that was allowed to serve for `type`.
bool widened(const ColumnSet& declared, const std::string& type, const TableColumn& column,
             Format format) {
  return std::any_of(
      declared.widenings.begin(), declared.widenings.end(), [&](const auto& widening) {
        return upper(widening.second) == upper(type) && type_serves(widening.first, column, format);
      });
}

void compare_places(const ColumnSet& declared, const std::vector<std::string>& actual,
                    std::vector<std::string>& problems) {
  for (const auto& [name, place] : declared.positions) {
    const auto found = std::find(actual.begin(), actual.end(), name);
    if (found == actual.end()) {
      problems.push_back(fmt::format("the column {} is missing", printable(name)));
    } else if (found - actual.begin() != place) {
      problems.push_back(fmt::format("the column {} is in place {}, not {}", printable(name),
                                     found - actual.begin(), place));
    }
  }
}

void compare_types(const ColumnSet& declared, const Table& table,
                   std::vector<std::string>& problems) {
  for (const auto& pair : declared.types) {
    const std::string& name = pair.column;
    const auto& columns = table.columns();
    const auto column = std::find_if(columns.begin(), columns.end(),
                                     [&](const TableColumn& c) { return c.name == name; });
    if (column == columns.end()) {
      problems.push_back(fmt::format("the column {} is missing", printable(name)));
    } else if (std::none_of(pair.types.begin(), pair.types.end(), [&](const std::string& type) {
                 return type_serves(type, *column, table.format()) ||
                        widened(declared, type, *column, table.format());
               })) {
      problems.push_back(fmt::format("the column {} is {}, not {}", printable(name), column->type,
                                     fmt::join(pair.types, " or ")));
    }
  }
}

}  // namespace

bool is_known_type(const std::string& declared) {
  const std::string name = upper(declared);
  return find_generic(name) != nullptr || family_of(name) != Family::other || name == "BLOB" ||
         name == "TIME" || name == "INTERVAL" || name.find('[') != std::string::npos ||
         name.find('(') != std::string::npos;
}

bool type_serves(const std::string& declared, const TableColumn& actual, Format format) {
  const std::string name = upper(declared);
  if (name == upper(actual.type) || (format == Format::csv && actual.type == "NULL")) {
    return true;
  }
  const Generic* generic = find_generic(name);
  const auto fits = [&](Family wide) {
    return wide == actual.family || (format == Format::csv && widens(actual.family, wide));
  };
  if (generic != nullptr) {
    return fits(generic->families[0]) || fits(generic->families[1]);
  }
  return format == Format::csv && family_of(name) != Family::other && fits(family_of(name));
}

void compare_columns(const ColumnSet& declared, const Table& table, Measured& measured) {
  std::vector<std::string> actual;
  for (const TableColumn& column : table.columns()) {
    actual.push_back(column.name);
  }
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const std::string& name : declared.required) {
    if (!has(actual, name)) {
      const auto near = name.size() < 3 ? std::nullopt : nearest(name, actual);
      measured.problems.push_back(
          fmt::format("the column {} is missing{}", printable(name),
                      near ? fmt::format(" (there is {})", printable(*near)) : ""));
    }
  }
  for (const std::string& name : declared.forbidden) {
    if (has(actual, name)) {
      measured.problems.push_back(fmt::format("the column {} is forbidden", printable(name)));
    }
  }
  compare_types(declared, table, measured.problems);
  compare_places(declared, actual, measured.problems);
  if (declared.exact == Exact::yes) {
    for (const std::string& name : actual) {
      const bool typed = std::any_of(declared.types.begin(), declared.types.end(),
                                     [&](const auto& type) { return type.column == name; });
      if (!has(declared.required, name) && !typed) {
        measured.problems.push_back(fmt::format("the column {} is not expected", printable(name)));
      }
    }
  }
  if (declared.ordered == Ordered::yes) {
    std::size_t at = 0;
    for (const std::string& name : actual) {
      at += at < declared.required.size() && declared.required[at] == name ? 1U : 0U;
    }
    const bool complete = std::all_of(declared.required.begin(), declared.required.end(),
                                      [&](const std::string& name) { return has(actual, name); });
    if (complete && at < declared.required.size()) {
      measured.problems.push_back(
          fmt::format("the column {} is not in its place", printable(declared.required[at])));
    }
  }
  measured.considered = static_cast<std::int64_t>(actual.size());
  measured.violations = static_cast<std::int64_t>(measured.problems.size());
}

}  // namespace mlpipe::stages::data_check
