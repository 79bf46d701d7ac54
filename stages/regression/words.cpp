#include "stages/regression/words.hpp"

#include <algorithm>

namespace mlpipe::stages::regression {

std::uint32_t Words::id(std::string_view text) {
  const auto found = ids_.find(text);
  if (found != ids_.end()) {
    return found->second;
  }
  const auto id = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  ids_.emplace(texts_.back(), id);
  return id;
}

ScoreColumn score_column(const std::string& text) {
  const std::size_t equals = text.find('=');
  return equals == std::string::npos
             ? ScoreColumn{"", text}
             : ScoreColumn{class_name(text.substr(0, equals)), text.substr(equals + 1)};
}

std::string class_name(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos || point == 0 || point + 1 == text.size()) {
    return std::string(text);
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t begin = text[0] == '-' ? 1 : 0;
  const bool whole = begin < point &&
                     std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                 text.begin() + static_cast<std::ptrdiff_t>(point), is_digit) &&
                     std::all_of(text.begin() + static_cast<std::ptrdiff_t>(point) + 1, text.end(),
                                 [](char c) { return c == '0'; });
  return std::string(whole ? text.substr(0, point) : text);
}

}  // namespace mlpipe::stages::regression
