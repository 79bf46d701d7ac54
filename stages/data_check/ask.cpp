#include "stages/data_check/ask.hpp"

#include <fmt/format.h>

#include <iterator>
#include <limits>
#include <utility>

namespace mlpipe::stages::data_check {

namespace {

bool is_over(const Round& round) {
  return round.asks.empty() && round.queries.empty() && !round.then;
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Round both(Round one, Round other) {
  if (is_over(one) || is_over(other)) {
    return is_over(one) ? std::move(other) : std::move(one);
  }
  Round joint;
  if (one.cost != other.cost) {
    Round& first = one.cost == Cost::cheap ? one : other;
    const Round& later = one.cost == Cost::cheap ? other : one;
    joint.cost = Cost::cheap;
    joint.asks = std::move(first.asks);
    joint.queries = std::move(first.queries);
    joint.then = [next = first.then, later]() -> Result<Round> {
      TRY(Round after, next ? next() : Result<Round>(Round{}));
      return both(std::move(after), later);
    };
    return joint;
  }
  joint.cost = one.cost;
  joint.asks = std::move(one.asks);
  joint.queries = std::move(one.queries);
  append(joint.asks, other.asks);
  append(joint.queries, other.queries);
  joint.then = [left = one.then, right = other.then]() -> Result<Round> {
    TRY(Round after, left ? left() : Result<Round>(Round{}));
    TRY(Round beside, right ? right() : Result<Round>(Round{}));
    return both(std::move(after), std::move(beside));
  };
  return joint;
}

std::int64_t count_of(const port::Cell& cell) {
  const auto* number = std::get_if<std::int64_t>(&cell);
  return number == nullptr ? 0 : *number;
}

double number_of(const port::Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    return static_cast<double>(*whole);
  }
  const auto* real = std::get_if<double>(&cell);
  return real == nullptr ? std::numeric_limits<double>::quiet_NaN() : *real;
}

std::string text_of(const port::Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    return *text;
  }
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    return fmt::to_string(*whole);
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return fmt::format("{}", *real);
  }
  return "NULL";
}

}  // namespace mlpipe::stages::data_check
