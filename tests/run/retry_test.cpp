#include "runner/run/retry.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <limits>

namespace mlpipe {
namespace {

using run::Failure;
using run::FailureKind;
using run::Tries;
using spec::RetryCause;
using std::chrono::milliseconds;

// The delay in milliseconds, -1 for giving up.
std::int64_t verdict(const spec::Retry& retry, const Failure& failure, Tries& tries) {
  const auto decided = run::decide_retry(retry, failure, tries);
  const auto* after = std::get_if<run::RetryAfter>(&decided);
  return after == nullptr ? -1 : after->delay.count();
}

std::int64_t first(const spec::Retry& retry, const Failure& failure) {
  Tries tries;
  return verdict(retry, failure, tries);
}

spec::Retry retry(std::uint32_t retries, std::vector<spec::RetryOn> on = {},
                  milliseconds backoff = milliseconds(1000)) {
  return {retries, std::move(on), backoff};
}

TEST(Retry, NoneUnlessAskedFor) {
  EXPECT_EQ(first(retry(0), {FailureKind::exit_code, 1}), -1);
  EXPECT_EQ(first(retry(0), {FailureKind::preempted, SIGTERM}), -1);
}

TEST(Retry, AsOftenAsAllowedWithDoublingDelay) {
  Tries tries;
  const auto spec = retry(3);
  EXPECT_EQ(verdict(spec, {FailureKind::exit_code, 1}, tries), 1000);
  EXPECT_EQ(verdict(spec, {FailureKind::signal, 11}, tries), 2000);
  EXPECT_EQ(verdict(spec, {FailureKind::timeout, 0}, tries), 4000);
  EXPECT_EQ(verdict(spec, {FailureKind::exit_code, 1}, tries), -1);
}

TEST(Retry, TheDelayIsCapped) {
  Tries tries;
  const auto spec = retry(std::numeric_limits<std::uint32_t>::max());
  std::int64_t last = 0;
  for (int i = 0; i < 200; ++i) {
    last = verdict(spec, {FailureKind::exit_code, 1}, tries);
  }
  EXPECT_EQ(last, 300'000);
  EXPECT_EQ(first(retry(1, {}, milliseconds::max()), {FailureKind::exit_code, 1}), 300'000);
  EXPECT_EQ(first(retry(1, {}, milliseconds(0)), {FailureKind::exit_code, 1}), 0);
  EXPECT_EQ(first(retry(1, {}, milliseconds(-5)), {FailureKind::exit_code, 1}), 0);
}

TEST(Retry, OnlyOnWhatIsNamed) {
  const auto spec = retry(1, {{RetryCause::oom}, {RetryCause::exit_code, 75}});
  EXPECT_EQ(first(spec, {FailureKind::oom, 9}), 1000);
  EXPECT_EQ(first(spec, {FailureKind::exit_code, 75}), 1000);
  EXPECT_EQ(first(spec, {FailureKind::exit_code, 1}), -1);
  EXPECT_EQ(first(spec, {FailureKind::timeout, 0}), -1);
  EXPECT_EQ(first(spec, {FailureKind::preempted, SIGTERM}), -1);
  EXPECT_EQ(first(retry(1, {{RetryCause::signal}}), {FailureKind::preempted, SIGTERM}), 1000);
  EXPECT_EQ(first(retry(1, {{RetryCause::timeout}}), {FailureKind::timeout, 0}), 1000);
}

TEST(Retry, PreemptionsHaveABudgetOfTheirOwn) {
  Tries tries;
  const auto spec = retry(1);
  for (std::uint32_t i = 0; i < run::preemption_budget; ++i) {
    EXPECT_EQ(verdict(spec, {FailureKind::preempted, SIGTERM}, tries), 1000 << i);
  }
  EXPECT_EQ(verdict(spec, {FailureKind::exit_code, 1}, tries), 1000)
      << "its own budget is untouched";
  EXPECT_EQ(verdict(spec, {FailureKind::preempted, SIGTERM}, tries), -1);
  EXPECT_EQ(verdict(spec, {FailureKind::exit_code, 1}, tries), -1);
}

TEST(Retry, GivingUpSaysWhy) {
  Tries tries{2, 0};
  const auto decided = run::decide_retry(retry(2), {FailureKind::exit_code, 1}, tries);
  EXPECT_EQ(std::get<run::GiveUp>(decided).why, "no retries left (2 of 2 used)");
}

TEST(Retry, KindsOfExits) {
  const auto kind = [](port::ExitCause cause, int signal) {
    port::Exit exit;
    exit.cause = cause;
    exit.signal = signal;
    return run::failure_of(exit).kind;
  };
  EXPECT_EQ(kind(port::ExitCause::exited, 0), FailureKind::exit_code);
  EXPECT_EQ(kind(port::ExitCause::signalled, SIGSEGV), FailureKind::signal);
  EXPECT_EQ(kind(port::ExitCause::signalled, SIGTERM), FailureKind::preempted);
  EXPECT_EQ(kind(port::ExitCause::timed_out, SIGTERM), FailureKind::timeout);
  EXPECT_EQ(kind(port::ExitCause::out_of_memory, SIGKILL), FailureKind::oom);
}

}  // namespace
}  // namespace mlpipe
