#include "runner/run/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace mlpipe::run {
namespace {

bool covers(const spec::RetryOn& on, const Failure& failure) {
  switch (on.cause) {
    case spec::RetryCause::any_failure:
      return true;
    case spec::RetryCause::signal:
      return failure.kind == FailureKind::signal || failure.kind == FailureKind::preempted;
    case spec::RetryCause::oom:
      return failure.kind == FailureKind::oom;
    case spec::RetryCause::timeout:
      return failure.kind == FailureKind::timeout;
    case spec::RetryCause::preempted:
      return failure.kind == FailureKind::preempted;
    case spec::RetryCause::exit_code:
      return failure.kind == FailureKind::exit_code && failure.number == on.exit_code;
  }
  return false;
}

bool asked_for(const spec::Retry& retry, const Failure& failure) {
  return retry.on.empty() ||
         std::any_of(retry.on.begin(), retry.on.end(),
                     [&](const spec::RetryOn& on) { return covers(on, failure); });
}

std::chrono::milliseconds backoff(const spec::Retry& retry, std::uint32_t nth) {
  auto delay = std::clamp(retry.backoff, std::chrono::milliseconds{0}, longest_backoff);
  for (std::uint32_t i = 1; i < nth && delay.count() > 0 && delay < longest_backoff; ++i) {
    delay = std::min(delay * 2, longest_backoff);
  }
  return delay;
}

}  // namespace

Failure failure_of(const port::Exit& exit) {
  switch (exit.cause) {
    case port::ExitCause::timed_out:
      return {FailureKind::timeout, 0};
    case port::ExitCause::out_of_memory:
      return {FailureKind::oom, exit.signal};
    case port::ExitCause::signalled:
      return {exit.signal == SIGTERM ? FailureKind::preempted : FailureKind::signal, exit.signal};
    case port::ExitCause::exited:
    case port::ExitCause::cancelled:
      break;
  }
  return {FailureKind::exit_code, exit.code};
}

RetryVerdict decide_retry(const spec::Retry& retry, const Failure& failure, Tries& tries) {
  const bool preempted = failure.kind == FailureKind::preempted;
  std::uint32_t& used = preempted ? tries.preemptions : tries.failures;
  ++used;
  if (retry.retries == 0) {
    return GiveUp{};
  }
  if (!asked_for(retry, failure)) {
    return GiveUp{"`retry_on` does not name it"};
  }
  const std::uint32_t budget = preempted ? preemption_budget : retry.retries;
  if (used > budget) {
    return GiveUp{preempted ? fmt::format("preempted {} times", used)
                            : fmt::format("no retries left ({} of {} used)", budget, budget)};
  }
  return RetryAfter{backoff(retry, used)};
}

}  // namespace mlpipe::run
