#include "stages/data_check/suite_kwargs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "runner/base/text.hpp"
#include "stages/data_check/date_text.hpp"
#include "stages/shared/options.hpp"

namespace mlpipe::stages::data_check {
namespace {

using spec::Node;
using spec::NodeKind;

bool is_number(const Node& node) {
  return node.kind == NodeKind::integer || node.kind == NodeKind::real;
}

// A real without a fraction serves as an integer, as 5.0 does for Great Expectations.
std::optional<std::int64_t> whole(const Node& node) {
  if (!is_number(node)) {
    return std::nullopt;
  }
  const double value = number_of(node);
  const auto rounded = static_cast<std::int64_t>(std::clamp(value, -9e15, 9e15));
  return static_cast<double>(rounded) == value ? std::optional(rounded) : std::nullopt;
}

double number_of_text(const std::string& text) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return text == ".inf"    ? infinity
         : text == "-.inf" ? -infinity
         : text == ".nan"  ? std::numeric_limits<double>::quiet_NaN()
                           : std::strtod(text.c_str(), nullptr);
}

}  // namespace

double number_of(const Node& node) {
  return number_of_text(node.text);
}
double number_of(const Scalar& scalar) {
  return number_of_text(scalar.text);
}

std::optional<Scalar> written_scalar(const Node& node) {
  return node.is_scalar() ? std::optional(Scalar{node.kind, node.text}) : std::nullopt;
}

void Kwargs::problem(spec::Mark mark, std::string message) {
  if (!problem_) {
    problem_ = SuiteProblem{mark, std::move(message)};
  }
}

const Node* Kwargs::take(std::string_view key) {
  taken_.emplace_back(key);
  const Node* node = kwargs_.find(key);
  return node == nullptr || node->kind == NodeKind::null ? nullptr : node;
}

const Node* Kwargs::require(std::string_view key) {
  const Node* node = take(key);
  if (node == nullptr) {
    problem(fmt::format("the kwarg `{}` is missing", key));
  }
  return node;
}

std::string Kwargs::text(std::string_view key) {
  const Node* node = require(key);
  if (node != nullptr && node->kind != NodeKind::string) {
    problem(node->mark, fmt::format("`{}` must be a text, not {}", key, shown(*node)));
    return {};
  }
  return node == nullptr ? std::string() : node->text;
}

double Kwargs::number(std::string_view key) {
  const Node* node = require(key);
  return node == nullptr ? 0.0 : maybe_number(key).value_or(0.0);
}

std::optional<double> Kwargs::maybe_number(std::string_view key) {
  const Node* node = take(key);
  if (node != nullptr && !is_number(*node)) {
    problem(node->mark, fmt::format("`{}` must be a number, not {}", key, shown(*node)));
    return std::nullopt;
  }
  return node == nullptr ? std::nullopt : std::optional(number_of(*node));
}

std::int64_t Kwargs::integer(std::string_view key) {
  const Node* node = require(key);
  return node == nullptr ? 0 : maybe_integer(key).value_or(0);
}

std::optional<std::int64_t> Kwargs::maybe_integer(std::string_view key) {
  const Node* node = take(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  const auto value = whole(*node);
  if (!value) {
    problem(node->mark, fmt::format("`{}` must be an integer, not {}", key, shown(*node)));
  }
  return value;
}

double Kwargs::share(std::string_view key, double otherwise) {
  const Node* node = take(key);
  if (node == nullptr) {
    return otherwise;
  }
  if (!is_number(*node) || !(number_of(*node) >= 0.0 && number_of(*node) <= 1.0)) {
    problem(node->mark,
            fmt::format("`{}` must be a number from 0 to 1, not {}", key, shown(*node)));
    return otherwise;
  }
  return number_of(*node);
}

bool Kwargs::flag(std::string_view key, bool otherwise) {
  const Node* node = take(key);
  if (node == nullptr) {
    return otherwise;
  }
  if (node->kind != NodeKind::boolean) {
    problem(node->mark, fmt::format("`{}` must be true or false, not {}", key, shown(*node)));
    return otherwise;
  }
  return node->text == "true";
}

std::vector<std::string> Kwargs::texts(std::string_view key) {
  std::vector<std::string> out;
  const Node* node = require(key);
  if (node == nullptr) {
    return out;
  }
  if (node->kind != NodeKind::list) {
    problem(node->mark, fmt::format("`{}` must be a list of texts, not {}", key, shown(*node)));
    return out;
  }
  for (const Node& item : node->items) {
    if (item.kind != NodeKind::string) {
      problem(item.mark, fmt::format("`{}` must hold texts, not {}", key, shown(item)));
    }
    out.push_back(item.text);
  }
  return out;
}

std::optional<std::vector<Scalar>> Kwargs::scalars(std::string_view key) {
  const Node* node = take(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  std::vector<Scalar> out;
  if (node->kind != NodeKind::list) {
    problem(node->mark, fmt::format("`{}` must be a list, not {}", key, shown(*node)));
    return out;
  }
  for (const Node& item : node->items) {
    if (const auto scalar = written_scalar(item)) {
      out.push_back(*scalar);
    } else {
      problem(item.mark, fmt::format("`{}` must hold single values, not {}", key, shown(item)));
    }
  }
  return out;
}

std::string Kwargs::one_of(std::string_view key, std::initializer_list<std::string_view> words,
                           std::string_view otherwise) {
  const Node* node = take(key);
  if (node == nullptr) {
    return std::string(otherwise);
  }
  std::string all;
  for (const std::string_view word : words) {
    if (node->kind == NodeKind::string && node->text == word) {
      return node->text;
    }
    all += (all.empty() ? "" : ", ") + std::string(word);
  }
  problem(node->mark, fmt::format("`{}` must be one of {}, not {}", key, all, shown(*node)));
  return std::string(otherwise);
}

std::optional<Scalar> Kwargs::bound(std::string_view key, Bound wanted) {
  const Node* node = take(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (wanted == Bound::integer && !whole(*node)) {
    problem(node->mark,
            fmt::format("min_value and max_value must be integers; `{}` is {}", key, shown(*node)));
  } else if (wanted == Bound::number && !is_number(*node)) {
    problem(node->mark, fmt::format("`{}` must be a number, not {}", key, shown(*node)));
  } else if (!is_number(*node) && node->kind != NodeKind::string) {
    problem(node->mark,
            fmt::format("`{}` must be a number, a date or a text, not {}", key, shown(*node)));
  }
  return written_scalar(*node);
}

Limits Kwargs::limits(Bound wanted, Bounded bounded) {
  Limits limits;
  limits.min = bound("min_value", wanted);
  limits.max = bound("max_value", wanted);
  const bool min = flag("strict_min", false);
  const bool max = flag("strict_max", false);
  limits.strict = min && max ? Strict::both : min ? Strict::min : max ? Strict::max : Strict::none;
  if (!limits.min && !limits.max && bounded == Bounded::required) {
    problem("min_value and max_value cannot both be missing");
  }
  if (limits.min && limits.max && limits.min->is_number() != limits.max->is_number()) {
    problem("min_value and max_value must be of the same type");
  }
  return limits;
}

void Kwargs::ordered(const Limits& limits) {
  if (!limits.min || !limits.max || limits.min->is_number() != limits.max->is_number()) {
    return;
  }
  const auto low = read_date_text(limits.min->text);
  const auto high = read_date_text(limits.max->text);
  const bool wrong = limits.min->is_number() ? number_of(*limits.min) > number_of(*limits.max)
                     : low && high           ? *low > *high
                                             : limits.min->text > limits.max->text;
  if (wrong) {
    problem("min_value cannot be greater than max_value");
  }
}

std::optional<SuiteProblem> Kwargs::verdict() const {
  if (problem_) {
    return problem_;
  }
  for (std::size_t i = 0; i < kwargs_.keys.size(); ++i) {
    const std::string& key = kwargs_.keys[i].text;
    if (std::find(taken_.begin(), taken_.end(), key) == taken_.end()) {
      const auto near = nearest(key, taken_);
      return SuiteProblem{kwargs_.keys[i].mark,
                          fmt::format("this expectation has no kwarg `{}`{}", printable(key),
                                      near ? fmt::format("; did you mean `{}`?", *near) : "")};
    }
  }
  return std::nullopt;
}

}  // namespace mlpipe::stages::data_check
