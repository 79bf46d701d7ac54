// The texts of prediction files by number, and how classes and score columns are named. Knows
// nothing of files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mlpipe::stages::regression {

// Texts by number, the same for all files of one comparison.
class Words {
 public:
  std::uint32_t id(std::string_view text);
  [[nodiscard]] const std::string& text(std::uint32_t id) const { return texts_[id]; }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> ids_;
  std::vector<std::string> texts_;
};

inline constexpr std::uint32_t no_word = UINT32_MAX;

// "CLASS=COLUMN" or a plain column.
struct ScoreColumn {
  std::string of_class;  // empty: the positive one
  std::string column;
};
[[nodiscard]] ScoreColumn score_column(const std::string& text);

// A class as it is compared: "1.0" is "1", since tools write whole labels as reals.
[[nodiscard]] std::string class_name(std::string_view text);

}  // namespace mlpipe::stages::regression
