// One of the two tables that are compared: a table read now, or a profile saved earlier. Knows
// nothing of methods.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stages/profile/columns.hpp"
#include "stages/profile/profile.hpp"

namespace mlpipe::stages::drift {

class Side {
 public:
  static Result<Side> open(Host& host, const port::EngineLimits& limits,
                           const table::Source& source, const std::string& root);

  [[nodiscard]] const std::vector<table::TableColumn>& columns() const { return list_; }
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
  [[nodiscard]] std::uint64_t rows() const;
  [[nodiscard]] std::size_t batch() const;
  // A column without one value has no type of its own.
  [[nodiscard]] bool untyped(std::size_t column) const;

  Result<std::vector<profile::NumberColumn>> numbers(std::span<const std::size_t> columns);
  Result<profile::CategoryColumn> categories(std::size_t column);
  Result<std::vector<std::string>> texts(std::size_t column);

 private:
  explicit Side(std::variant<profile::Columns, profile::Profile> source);

  std::variant<profile::Columns, profile::Profile> source_;
  std::vector<table::TableColumn> list_;
};

}  // namespace mlpipe::stages::drift
