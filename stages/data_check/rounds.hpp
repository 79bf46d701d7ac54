// Runs the rounds of many checks side by side: asks of one source become one SELECT, statements of
// their own follow. Knows nothing of rules.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/port/table_engine.hpp"
#include "stages/data_check/ask.hpp"
#include "stages/data_check/measure.hpp"

namespace mlpipe::stages::data_check {

struct Task {
  Round round;
  Measured* out = nullptr;  // its error ends the task
};

// `logged` is scanned in the first round that scans at all; later ones read `plain`, the same rows.
struct Sources {
  std::string logged;
  std::string plain;
};

// Error: the engine, the machine or the table itself is at fault. What is one check's own fault
// becomes the error of that check, and the others go on.
[[nodiscard]] Status run_rounds(port::TableEngine& engine, std::vector<Task> tasks,
                                const Sources& sources);

// What belongs to the engine or the machine, not to one check: the whole table cannot be checked.
[[nodiscard]] bool is_fatal(const Error& error);

}  // namespace mlpipe::stages::data_check
