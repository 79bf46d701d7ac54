// The kwargs of one expectation, read with types. The first problem is kept, and every kwarg that
// nothing asked for is one. Knows nothing of what an expectation means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runner/spec/node.hpp"
#include "stages/data_check/values.hpp"

namespace mlpipe::stages::data_check {

struct SuiteProblem {
  spec::Mark mark;
  std::string message;
};

class Kwargs {
 public:
  // `kwargs` is a map whose parameters are already replaced; it must outlive this.
  explicit Kwargs(const spec::Node& kwargs) : kwargs_(kwargs) {}

  // The value, which from now on is a known one; nullptr where it is absent or null.
  const spec::Node* take(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const { return kwargs_.find(key) != nullptr; }

  // Absent: a problem, and an empty value.
  std::string text(std::string_view key);
  double number(std::string_view key);
  std::int64_t integer(std::string_view key);
  std::vector<std::string> texts(std::string_view key);

  // Absent: nothing, or `otherwise`.
  std::optional<double> maybe_number(std::string_view key);
  std::optional<std::int64_t> maybe_integer(std::string_view key);
  double share(std::string_view key, double otherwise);  // 0 to 1
  bool flag(std::string_view key, bool otherwise);
  std::optional<std::vector<Scalar>> scalars(std::string_view key);
  std::string one_of(std::string_view key, std::initializer_list<std::string_view> words,
                     std::string_view otherwise);

  // min_value, max_value, strict_min, strict_max.
  enum class Bound : std::uint8_t { any, number, integer };
  enum class Bounded : std::uint8_t {
    at_will,
    required
  };  // required: one of the two must be there
  Limits limits(Bound bound, Bounded bounded);

  // A lower bound above the upper one, which no value could hold.
  void ordered(const Limits& limits);

  void problem(spec::Mark mark, std::string message);
  void problem(std::string message) { problem(kwargs_.mark, std::move(message)); }
  // What is wrong, or the first kwarg that nothing took.
  [[nodiscard]] std::optional<SuiteProblem> verdict() const;

 private:
  const spec::Node* require(std::string_view key);
  std::optional<Scalar> bound(std::string_view key, Bound bound);

  const spec::Node& kwargs_;
  std::vector<std::string> taken_;
  std::optional<SuiteProblem> problem_;
};

// The number of a scalar, infinities included.
[[nodiscard]] double number_of(const spec::Node& node);
[[nodiscard]] double number_of(const Scalar& scalar);
[[nodiscard]] std::optional<Scalar> written_scalar(const spec::Node& node);

}  // namespace mlpipe::stages::data_check
