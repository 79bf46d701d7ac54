// SQL as text: quoting, and what can be told of a person's SQL without an engine. Knows nothing of
// checks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stages/table/quoting.hpp"

namespace mlpipe::stages::data_check {

using table::quote_identifier;
using table::quote_literal;
using table::quote_path;

struct SqlFacts {
  bool empty = true;          // nothing but blanks, comments and semicolons
  bool several = false;       // something stands behind a semicolon
  bool unterminated = false;  // a string, identifier or comment is not closed
  std::optional<std::string>
      clock_word;  // now(), current_date, random(), sampling ...: differs from run to run
};
// Strings, quoted identifiers, dollar quotes and comments are skipped as the engine skips them.
// Words that might mean the clock count as such: an `age(x)` too many costs a run, one too few
// would be a stale result.
[[nodiscard]] SqlFacts sql_facts(std::string_view sql);

// The SQL without blanks and semicolons at its end, so that it can stand in parentheses.
[[nodiscard]] std::string_view strip_end(std::string_view sql);

// Why RE2 cannot take this pattern (look-around, back-references, unbalanced brackets), as far as
// that shows in the text.
[[nodiscard]] std::optional<std::string> regex_problem(std::string_view pattern);

}  // namespace mlpipe::stages::data_check
