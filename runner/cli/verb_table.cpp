// `mlpipe table TABLE [--json] [--rows N]`: what a table is, as every other verb reads it.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "runner/adapter/modules.hpp"
#include "runner/base/text.hpp"
#include "runner/cli/verbs.hpp"
#include "runner/engine/files.hpp"
#include "stages/table/show.hpp"

namespace mlpipe::cli {
namespace {

namespace table = stages::table;

constexpr int malformed_exit = 3;

struct Scratch {
  std::string path;
  explicit Scratch(std::string made) : path(std::move(made)) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { (void)engine::remove_all(path); }
};

std::string as_json(const table::TableFacts& facts, const std::string& name) {
  nlohmann::ordered_json json;
  json["version"] = 1;
  json["table"] = name;
  json["format"] = table::format_name(facts.format);
  json["delta_version"] = nullptr;
  if (facts.delta_version) {
    json["delta_version"] = *facts.delta_version;
  }
  json["files"] = facts.files;
  json["rows"] = facts.rows;
  json["malformed_lines"] = facts.malformed.lines;
  json["columns"] = nlohmann::ordered_json::array();
  for (const table::TableColumn& column : facts.columns) {
    json["columns"].push_back({{"name", column.name}, {"type", column.type}});
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void print(const table::TableFacts& facts, const std::string& name) {
  const std::string version =
      facts.delta_version ? fmt::format(", version {}", *facts.delta_version) : "";
  fmt::print("{}: {}{}, {} row{} in {} file{}\n", printable(name), table::format_name(facts.format),
             version, facts.rows, facts.rows == 1 ? "" : "s", facts.files,
             facts.files == 1 ? "" : "s");
  std::size_t width = 0;
  for (const table::TableColumn& column : facts.columns) {
    width = std::max(width, printable(column.name).size());
  }
  for (const table::TableColumn& column : facts.columns) {
    fmt::print("  {:<{}}  {}\n", printable(column.name), width, printable(column.type));
  }
}

void complain(const table::Malformed& malformed) {
  fmt::print(stderr, "{}{} malformed line{}, which no row stands for:\n",
             malformed.more ? "at least " : "", malformed.lines, malformed.lines == 1 ? "" : "s");
  for (const table::Malformed::Line& line : malformed.sample) {
    fmt::print(stderr, "  {}:{}: {}\n", printable(line.file), line.line, printable(line.why));
  }
}

Result<int> show_table(const TableArguments& arguments, const std::string& scratch) {
  table::Source source;
  source.tables = {arguments.table};
  TRY(const auto files, table::find_table_files(source, std::filesystem::current_path().string()));
  TRY(const auto engine,
      adapter::open_tables({std::max(1U, std::thread::hardware_concurrency()), 0, scratch}));
  TRY(const table::Table opened,
      table::Table::open(*engine, files, source.csv, table::Types::infer));
  TRY(const table::TableFacts facts, table::describe_table(*engine, opened));
  if (arguments.rows > 0) {
    TRY(const auto lines, table::first_rows(*engine, opened, arguments.rows));
    for (const std::string& line : lines) {
      std::puts(line.c_str());
    }
  } else if (arguments.json) {
    std::puts(as_json(facts, arguments.table).c_str());
  } else {
    print(facts, arguments.table);
  }
  if (facts.malformed.lines > 0) {
    complain(facts.malformed);
    return malformed_exit;
  }
  return 0;
}

}  // namespace

int show_table(const TableArguments& arguments) {
  std::string pattern = (std::filesystem::temp_directory_path() / "mlpipe-table-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    return show(fail_errno("cannot make a scratch folder", errno).value());
  }
  const Scratch scratch(pattern);
  const auto code = show_table(arguments, scratch.path);
  return code ? *code : show(code.error());
}

}  // namespace mlpipe::cli
