// A suite of Great Expectations as checks: the forms of 0.x (expectation_type) and 1.x (type, id,
// severity). Knows nothing of tables.
//
// What is wrong with the file as a whole is a Diagnostic. What is wrong with one expectation makes
// that one an Unusable check, which ends as an error, and leaves the others as they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/spec/diagnostic.hpp"
#include "stages/data_check/config.hpp"
#include "stages/data_check/suite_parameter.hpp"

namespace mlpipe::stages::data_check {

// `path`: how people name the file; `file`: its index in the Sources that diagnostics point into.
// `scope.suite` is filled from the suite itself.
[[nodiscard]] std::vector<Check> read_suite(std::string_view text, const std::string& path,
                                            std::uint32_t file, ParameterScope scope,
                                            spec::Diagnostics& diagnostics);

}  // namespace mlpipe::stages::data_check
