#include "stages/data_check/ground.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "runner/base/text.hpp"

namespace mlpipe::stages::data_check {

Result<const Table*> find_other(const Ground& ground, const std::string& name) {
  std::vector<std::string> names;
  for (const NamedTable& other : ground.others) {
    if (other.name == name) {
      return &other.table;
    }
    names.push_back(other.name);
  }
  return fail(Code::invalid,
              fmt::format("there is no table `{}` under `tables`; {}", printable(name),
                          names.empty() ? std::string("none is named")
                                        : fmt::format("it names {}", fmt::join(names, ", "))));
}

std::vector<std::string> columns_or_all(const Ground& ground) {
  return ground.check.columns.empty() ? columns_without(ground.table, {}) : ground.check.columns;
}

std::vector<std::string> columns_without(const Table& table,
                                         const std::vector<std::string>& left_out) {
  std::vector<std::string> names;
  for (const TableColumn& column : table.columns()) {
    if (std::find(left_out.begin(), left_out.end(), column.name) == left_out.end()) {
      names.push_back(column.name);
    }
  }
  return names;
}

}  // namespace mlpipe::stages::data_check
