// Whether a stage that ended badly is tried again, and after how long. Pure: knows no clock and no
// process.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include "runner/port/process.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::run {

enum class FailureKind : std::uint8_t { exit_code, signal, oom, timeout, preempted };
struct Failure {
  FailureKind kind = FailureKind::exit_code;
  int number = 0;  // exit code or signal
};

// How a process ended, as far as retries go. A SIGTERM that we did not send is a preemption.
// Not for exits that were cancelled: those are never retried.
[[nodiscard]] Failure failure_of(const port::Exit& exit);

// Attempts of this stage in this run that ended badly so far, the one just ended included.
struct Tries {
  std::uint32_t failures = 0;
  std::uint32_t preemptions = 0;
};

struct RetryAfter {
  std::chrono::milliseconds delay{0};
};
struct GiveUp {
  std::string why;  // "no retries left (2 of 2 used)"; empty where no retry was asked for
};
using RetryVerdict = std::variant<RetryAfter, GiveUp>;

constexpr std::chrono::milliseconds longest_backoff{300'000};
// A stage that may be retried after preemption gets this many more of them, beside `retries`.
constexpr std::uint32_t preemption_budget = 5;

// Counts the failure that just happened into `tries` and decides. The delay is retry.backoff,
// doubled with each further failure of the same sort, at most five minutes.
[[nodiscard]] RetryVerdict decide_retry(const spec::Retry& retry, const Failure& failure,
                                        Tries& tries);

}  // namespace mlpipe::run
