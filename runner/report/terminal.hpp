// What the process's environment says about a terminal: size, colour, whether lines may be redrawn.
#pragma once

#include "runner/report/options.hpp"

namespace mlpipe::report {

// Options that write to `fd`, with all of a text in one go. Colour follows NO_COLOR, TERM=dumb and
// whether fd is a terminal; the size comes from the terminal, else COLUMNS, else 80 x 24. A closed
// reader ends the writing quietly.
[[nodiscard]] ReportOptions terminal_options(int fd);
// Whether a display of live lines is welcome: a terminal that is not dumb, and not in CI.
[[nodiscard]] bool wants_live(int fd);

}  // namespace mlpipe::report
