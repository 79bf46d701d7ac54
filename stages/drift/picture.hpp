// Counts of both samples over common cells, few enough to be drawn. Knows nothing of drawing.
#pragma once

#include "stages/drift/compare.hpp"
#include "stages/drift/result.hpp"

namespace mlpipe::stages::drift {

inline constexpr std::size_t picture_bins = 30;
inline constexpr std::size_t picture_categories = 20;

// Numbers with few distinct values are drawn value by value. Texts have no picture. Of categories
// the commonest are kept, and the rest is one more, "(other)".
[[nodiscard]] Picture picture_of(const Samples& samples);

}  // namespace mlpipe::stages::drift
