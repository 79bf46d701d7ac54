#include "stages/drift/result.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mlpipe::stages::drift {
namespace {

template <class Test>
std::size_t count(const std::vector<ColumnResult>& columns, Test test) {
  return static_cast<std::size_t>(std::count_if(columns.begin(), columns.end(), test));
}

}  // namespace

std::size_t DriftResult::drifted() const {
  return count(columns,
               [](const ColumnResult& one) { return one.role == Role::feature && one.drifted; });
}

std::size_t DriftResult::features() const {
  return count(columns, [](const ColumnResult& one) {
    return one.role == Role::feature && one.error.empty();
  });
}

std::size_t DriftResult::errors() const {
  return count(columns, [](const ColumnResult& one) { return !one.error.empty(); });
}

double DriftResult::drifted_share() const {
  return features() == 0 ? 0 : static_cast<double>(drifted()) / static_cast<double>(features());
}

Verdict DriftResult::status() const {
  const bool outcome = std::any_of(columns.begin(), columns.end(), [](const ColumnResult& one) {
    return one.role != Role::feature && one.drifted;
  });
  if (outcome || (features() > 0 && drifted() > 0 && drifted_share() >= share)) {
    return Verdict::fail;
  }
  return errors() > 0 || !error.empty() ? Verdict::error : Verdict::pass;
}

std::string DriftResult::summary() const {
  if (!error.empty()) {
    return error;
  }
  std::string text =
      fmt::format("{} of {} column{} drifted", drifted(), features(), features() == 1 ? "" : "s");
  for (const ColumnResult& one : columns) {
    if (one.role != Role::feature && one.drifted) {
      text += fmt::format(", the {} too", name_of(one.role));
    }
  }
  if (errors() > 0) {
    text += fmt::format(", {} could not be compared", errors());
  }
  return text;
}

}  // namespace mlpipe::stages::drift
