#include "stages/data_check/exact_sum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stages/data_check/ask.hpp"

namespace mlpipe::stages::data_check {
namespace {

constexpr int value_bits = 93;   // of one value; 2^33 of them fit into 126 bits
constexpr int usual_bits = 73;   // of the greatest value that was seen
constexpr int least_bits = 60;   // below: the scale wastes precision
constexpr int most_scale = 900;  // 2^scale stays a DOUBLE

std::string power(int exponent) {
  return fmt::format("CAST('{}' AS DOUBLE)", std::ldexp(1.0, exponent));
}

}  // namespace

std::vector<std::string> sum_columns(const ExactSum& sum, const std::string& filter) {
  const std::string scaled = fmt::format("({} * {})", sum.value, power(sum.scale));
  const std::string finite = fmt::format("{} AND isfinite({})", filter, sum.value);
  return {fmt::format("CAST(sum(CASE WHEN abs({0}) < {1} THEN CAST({0} AS HUGEINT) END) FILTER "
                      "(WHERE {2}) AS VARCHAR)",
                      scaled, power(value_bits), finite),
          fmt::format("count(*) FILTER (WHERE {} AND NOT (abs({}) < {}))", finite, scaled,
                      power(value_bits)),
          fmt::format("max(abs({})) FILTER (WHERE {})", sum.value, finite)};
}

Result<Summed> take_sum(std::span<const port::Cell> cells, int scale) {
  Summed summed;
  summed.scale = scale;
  const auto* text = std::get_if<std::string>(&cells[0]);
  if (text != nullptr) {
    const bool negative = text->starts_with('-');
    for (const char c : *text) {
      if (c >= '0' && c <= '9') {
        summed.units = summed.units * 10 + (c - '0');
      }
    }
    summed.units = negative ? -summed.units : summed.units;
  }
  const double greatest =
      std::holds_alternative<std::monostate>(cells[2]) ? 0 : number_of(cells[2]);
  summed.greatest = greatest;
  summed.better = scale_for(greatest);
  const bool wasteful = greatest > 0 && std::ldexp(greatest, scale) < std::ldexp(1.0, least_bits) &&
                        summed.better > scale;
  summed.fits = count_of(cells[1]) == 0 && !wasteful;
  return summed;
}

long double Summed::value() const {
  return std::ldexp(static_cast<long double>(units), -scale);
}

int scale_for(double greatest) {
  if (!(greatest > 0) || !std::isfinite(greatest)) {
    return 0;
  }
  return std::clamp(usual_bits - std::ilogb(greatest), -most_scale, most_scale);
}

Int128 units_of(double value, int scale) {
  return static_cast<Int128>(std::ldexp(static_cast<long double>(value), scale));
}

}  // namespace mlpipe::stages::data_check
