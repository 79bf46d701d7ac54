#include "stages/table/partitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "runner/base/text.hpp"
#include "runner/delta/location.hpp"
#include "stages/table/quoting.hpp"

namespace mlpipe::stages::table {
namespace {

namespace fs = std::filesystem;

// What Hive writes for a value that is missing.
constexpr std::string_view missing = "__HIVE_DEFAULT_PARTITION__";

using Pairs = std::vector<std::pair<std::string, std::optional<std::string>>>;

Pairs pairs_of(const fs::path& folder) {
  Pairs pairs;
  for (const fs::path& part : folder) {
    const std::string text = part.string();
    const auto sign = text.find('=');
    if (sign != std::string::npos && sign > 0) {
      const std::string value = delta::decode_uri(std::string_view(text).substr(sign + 1));
      pairs.emplace_back(delta::decode_uri(std::string_view(text).substr(0, sign)),
                         value == missing ? std::nullopt : std::optional(value));
    }
  }
  return pairs;
}

bool is_integer(const std::string& text) {
  constexpr std::size_t most_digits = 18;
  const std::string_view digits =
      std::string_view(text).substr(text.starts_with('-') && text != "-0" ? 1 : 0);
  return !digits.empty() && digits.size() <= most_digits &&
         digits.find_first_not_of("0123456789") == std::string_view::npos &&
         (digits == "0" || digits.front() != '0');
}

bool is_date(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int end = 0;
  return std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &end) == 3 &&
         text.size() == 10 && end == 10 &&
         std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                     std::chrono::day(day))
             .ok();
}

std::string type_of(const PartitionColumn& column) {
  const auto all = [&](auto&& fits) {
    return std::all_of(column.values.begin(), column.values.end(),
                       [&](const auto& value) { return !value || fits(*value); });
  };
  const bool any = std::any_of(column.values.begin(), column.values.end(),
                               [](const auto& value) { return value.has_value(); });
  return !any ? "VARCHAR" : all(is_integer) ? "BIGINT" : all(is_date) ? "DATE" : "VARCHAR";
}

std::string names_of(const Pairs& pairs) {
  std::string names;
  for (const auto& [name, value] : pairs) {
    names += (names.empty() ? "" : ", ") + printable(name);
  }
  return names.empty() ? "none" : names;
}

}  // namespace

Result<std::vector<PartitionColumn>> find_partitions(const std::vector<PlacedFile>& files) {
  std::vector<PartitionColumn> columns;
  Pairs first;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Pairs pairs =
        pairs_of(fs::path(files[i].path).lexically_relative(files[i].base).parent_path());
    if (i == 0) {
      first = pairs;
      for (const auto& [name, value] : pairs) {
        columns.push_back({name, "", {}});
      }
    }
    const bool same = pairs.size() == first.size() &&
                      std::equal(pairs.begin(), pairs.end(), first.begin(),
                                 [](const auto& a, const auto& b) { return a.first == b.first; });
    if (!same) {
      return fail(Code::invalid,
                  fmt::format("the parts of the table disagree: the folders of {} name the columns "
                              "{}, and those of {} name {}",
                              printable(files.front().path), names_of(first),
                              printable(files[i].path), names_of(pairs)));
    }
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      columns[k].values.push_back(pairs[k].second);
    }
  }
  for (PartitionColumn& column : columns) {
    column.type = type_of(column);
  }
  return columns;
}

std::string with_partitions(const std::string& scan, const std::vector<PartitionColumn>& columns,
                            PartitionTypes types) {
  if (columns.empty()) {
    return scan;
  }
  std::string select;
  for (const PartitionColumn& column : columns) {
    std::string list;
    for (const auto& value : column.values) {
      list += (list.empty() ? "" : ", ") + (value ? quote_literal(*value) : "NULL");
    }
    select += fmt::format(", CAST([{}] AS {}[])[CAST(r.file_index AS BIGINT) + 1] AS {}", list,
                          types == PartitionTypes::own ? column.type : "VARCHAR",
                          quote_identifier(column.name));
  }
  return fmt::format("(SELECT r.*{} FROM {} AS r)", select, scan);
}

}  // namespace mlpipe::stages::table
