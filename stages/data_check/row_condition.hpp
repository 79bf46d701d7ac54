// The row conditions of Great Expectations as SQL conditions over the columns of a table. Two
// languages: what pandas' DataFrame.query takes, with pandas' rule that a comparison with a missing
// value is false (and != true); and col("x") > 5 of its own, also as the objects of 1.x. Pure.
#pragma once

#include <string>
#include <string_view>

#include "runner/base/error.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::stages::data_check {

// `parser`: condition_parser of the expectation; empty where it has none, then the form decides.
// Error: one sentence, with the column where the text goes wrong.
[[nodiscard]] Result<std::string> row_condition_sql(const spec::Node& condition,
                                                    std::string_view parser);

// The two languages of texts.
[[nodiscard]] Result<std::string> pandas_condition_sql(std::string_view text);
[[nodiscard]] Result<std::string> gx_condition_sql(std::string_view text);

}  // namespace mlpipe::stages::data_check
