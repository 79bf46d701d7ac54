// The names of types that suites use: of Python, numpy, pandas, SQL and Spark. Pure.
#pragma once

#include <string>
#include <vector>

#include "stages/data_check/expectation_column.hpp"

namespace mlpipe::stages::data_check {

// SQL: a value of the column is of none of these types. "true" or "false" where the column is of
// one type.
[[nodiscard]] std::string wrong_type_sql(const std::vector<std::string>& types,
                                         const SuiteColumn& column);

}  // namespace mlpipe::stages::data_check
