#include "stages/table/table_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "runner/base/text.hpp"

namespace mlpipe::stages::table {
namespace {

namespace fs = std::filesystem;

std::string plain_name(const std::string& path) {
  std::string name = fs::path(path).filename().string();
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const std::string_view suffix : {".gz", ".zst"}) {
    if (name.ends_with(suffix)) {
      name.resize(name.size() - suffix.size());
    }
  }
  return name;
}

std::optional<Format> format_of(const std::string& path) {
  const std::string name = plain_name(path);
  if (name.ends_with(".csv") || name.ends_with(".tsv")) {
    return Format::csv;
  }
  if (name.ends_with(".json")) {
    return Format::json;
  }
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) {
    return Format::jsonl;
  }
  if (name.ends_with(".parquet") || name.ends_with(".pq")) {
    return Format::parquet;
  }
  return std::nullopt;
}

bool is_hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') || name.starts_with('_');
}

// Every regular file below a folder that is not hidden.
Result<std::vector<std::string>> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code problem;
  fs::recursive_directory_iterator walk(folder, problem);
  for (; !problem && walk != fs::recursive_directory_iterator(); walk.increment(problem)) {
    if (is_hidden(walk->path())) {
      walk.disable_recursion_pending();
    } else if (walk->is_regular_file(problem) && !problem) {
      files.push_back(walk->path().string());
    }
  }
  if (problem) {
    return fail_errno(fmt::format("cannot list {}", folder.string()), problem.value());
  }
  return files;
}

// A folder's files: those whose name tells a format, or all of them where the format is given.
Result<std::vector<std::string>> folder_files(const fs::path& folder, const Source& source) {
  TRY(std::vector<std::string> files, files_below(folder));
  if (!source.format) {
    std::erase_if(files, [](const std::string& path) { return !format_of(path); });
  }
  return files;
}

std::vector<PlacedFile> placed(std::vector<std::string> paths, const std::string& base) {
  std::vector<PlacedFile> files;
  for (std::string& path : paths) {
    files.push_back({std::move(path), base});
  }
  return files;
}

Result<std::vector<PlacedFile>> glob_files(const std::string& table, const fs::path& root) {
  const std::string pattern = (root / table).lexically_normal().string();
  const auto base_end = pattern.rfind('/', pattern.find_first_of("*?["));
  const std::string base = pattern.substr(0, std::max<std::size_t>(base_end, 1));
  TRY(std::vector<std::string> files, files_below(base));
  std::erase_if(files, [&](const std::string& path) { return !glob_match(pattern, path); });
  return placed(std::move(files), base);
}

Result<std::vector<PlacedFile>> files_of(const std::string& table, const Source& source,
                                         const fs::path& root) {
  const fs::path path = (root / table).lexically_normal();
  std::error_code problem;
  const fs::file_status status = fs::status(path, problem);
  if (fs::is_regular_file(status)) {
    return std::vector<PlacedFile>{{path.string(), path.parent_path().string()}};
  }
  if (fs::is_directory(status)) {
    TRY(auto files, folder_files(path, source));
    if (files.empty()) {
      return fail(
          Code::not_found,
          fmt::format("the folder {} holds no CSV, JSON, JSON lines or Parquet file", table));
    }
    return placed(std::move(files), path.string());
  }
  if (is_glob(table)) {
    TRY(auto files, glob_files(table, root));
    if (files.empty()) {
      return fail(Code::not_found, fmt::format("no file matches {}", table));
    }
    return files;
  }
  if (problem && problem != std::errc::no_such_file_or_directory &&
      problem != std::errc::not_a_directory) {
    return fail_errno(fmt::format("cannot look at {}", printable(table)), problem.value());
  }
  if (fs::exists(status)) {
    return fail(Code::invalid, fmt::format("{} is neither a file nor a folder", table));
  }
  return fail(Code::not_found, fmt::format("the table {} does not exist", table));
}

Result<Format> common_format(const std::vector<std::string>& paths) {
  std::optional<Format> common;
  for (const std::string& path : paths) {
    const auto format = format_of(path);
    if (!format) {
      return fail(Code::invalid,
                  fmt::format("the name {} does not tell the format; say `format: csv`, `jsonl`, "
                              "`json` or `parquet`",
                              printable(path)));
    }
    if (common && *common != *format) {
      return fail(Code::invalid,
                  fmt::format("the parts of one table must be of one format; {} and {} differ",
                              printable(paths.front()), printable(path)));
    }
    common = format;
  }
  return *common;
}

bool is_delta(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(folder / "_delta_log", ignored);
}

// A Delta table among what was named; it stands alone. Nothing: none of them is one.
Result<std::optional<TableFiles>> find_delta_table(const Source& source, const fs::path& root) {
  const bool declared = source.format == Format::delta;
  for (const std::string& table : source.tables) {
    std::error_code ignored;
    const bool literal = fs::exists(root / table, ignored);
    const auto [name, at] = literal ? std::pair(table, delta::At{}) : delta::split_at(table);
    const fs::path folder = (root / name).lexically_normal();
    if (!is_delta(folder)) {
      if (declared || (source.at && !std::holds_alternative<delta::Latest>(*source.at)) ||
          (name != table && fs::exists(folder, ignored))) {
        return fail(
            declared && !fs::exists(folder, ignored) ? Code::not_found : Code::invalid,
            fmt::format("{} is no Delta table: it holds no folder _delta_log", printable(name)));
      }
      continue;
    }
    if (source.tables.size() > 1) {
      return fail(Code::refused, fmt::format("{} is a Delta table, and one cannot be joined with "
                                             "other tables; name it alone",
                                             printable(name)));
    }
    if (source.format && !declared) {
      return fail(Code::invalid,
                  fmt::format("{} is a Delta table, whatever `format` says; drop `format`, or name "
                              "its files by a glob",
                              printable(name)));
    }
    if (name != table && source.at) {
      return fail(
          Code::invalid,
          fmt::format("{} names a version, and so does `at`; drop one of them", printable(table)));
    }
    TableFiles found;
    found.format = Format::delta;
    found.paths = {folder.string()};
    found.at = source.at.value_or(at);
    return found;
  }
  return std::nullopt;
}

}  // namespace

Result<TableFiles> find_table_files(const Source& source, const std::string& root) {
  TRY(auto delta_table, find_delta_table(source, root));
  if (delta_table) {
    return std::move(*delta_table);
  }
  TableFiles found;
  std::map<std::string, PlacedFile> all;
  for (const std::string& table : source.tables) {
    TRY(const auto files, files_of(table, source, root));
    for (const PlacedFile& file : files) {
      all.emplace(file.path, file);
    }
  }
  std::vector<PlacedFile> files;
  for (auto& [path, file] : all) {
    found.paths.push_back(path);
    files.push_back(std::move(file));
  }
  TRY(found.partitions, find_partitions(files));
  if (found.paths.empty()) {
    return fail(Code::invalid, "no table was named");
  }
  if (source.format) {
    found.format = *source.format;
  } else {
    TRY(found.format, common_format(found.paths));
  }
  found.delimiter =
      source.csv.delimiter.value_or(plain_name(found.paths.front()).ends_with(".tsv") ? '\t' : ',');
  return found;
}

}  // namespace mlpipe::stages::table
