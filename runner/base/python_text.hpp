// Values as Python writes and compares them: what DVC puts into names, commands, hashes and locks.
// Sources: CPython Objects/floatobject.c (float_repr), Lib/json/encoder.py, Objects/object.c (==).
#pragma once

#include <string>
#include <string_view>

#include "runner/base/error.hpp"
#include "runner/base/value.hpp"

namespace mlpipe {

// repr(float): shortest digits that read back the same; 1e-07, 1e+16, 2.5, inf, nan.
[[nodiscard]] std::string python_float(double number);
// str(value), but true and false for booleans, as DVC's templates join them.
[[nodiscard]] std::string template_text(const Value& value);
// json.dumps(value, sort_keys=True): ", " and ": ", non-ASCII as \uXXXX. invalid: a date, bytes or
// a set, which JSON has no word for, or a text that is no UTF-8.
[[nodiscard]] Result<std::string> python_json(const Value& value);
[[nodiscard]] Result<std::string> python_json_string(std::string_view text);
// a == b: 1 == 1.0 == True; the order of a map's keys does not count.
[[nodiscard]] bool python_equal(const Value& a, const Value& b);
// shlex.quote
[[nodiscard]] std::string shlex_quote(std::string_view text);

}  // namespace mlpipe
