// A terminal small enough to read: wraps, moves up, clears. What it does not know is a failure of
// the test.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include <string>
#include <string_view>
#include <vector>

#include "runner/report/line.hpp"

namespace mlpipe {

class Screen {
 public:
  explicit Screen(std::size_t columns) : columns_(columns) {}

  void write(std::string_view text) {
    ++writes;
    bytes.append(text);
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] == '\x1b') {
        i += escape(text.substr(i));
      } else if (text[i] == '\n') {
        down();
        column_ = 0;
        ++i;
      } else if (text[i] == '\r') {
        column_ = 0;
        ++i;
      } else {
        std::size_t length = 1;
        while (i + length < text.size() &&
               (static_cast<unsigned char>(text[i + length]) & 0xC0U) == 0x80U) {
          ++length;
        }
        put(text.substr(i, length));
        i += length;
      }
    }
  }
  // Every row, blanks at the ends removed.
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const auto& row : rows_) {
      std::string line;
      for (const auto& cell : row) {
        line += cell.empty() ? " " : cell;
      }
      all += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
    return all.substr(0, all.find_last_not_of('\n') + 1);
  }
  [[nodiscard]] std::size_t column() const { return column_; }
  [[nodiscard]] std::size_t row() const { return row_; }

  std::size_t writes = 0;
  std::string bytes;

 private:
  using Row = std::vector<std::string>;
  void down() {
    if (++row_ == rows_.size()) {
      rows_.emplace_back();
    }
  }
  void put(std::string_view character) {
    if (column_ >= columns_) {
      down();
      column_ = 0;
    }
    Row& row = rows_[row_];
    row.resize(std::max(row.size(), column_ + 1));
    row[column_++] = std::string(character);
  }
  std::size_t escape(std::string_view text) {
    std::size_t end = 2;
    while (end < text.size() && (text[end] < 0x40 || text[end] > 0x7E)) {
      ++end;
    }
    const std::string number(text.substr(2, end - 2));
    const char final = end < text.size() ? text[end] : '?';
    Row& row = rows_[row_];
    if (final == 'A') {
      const std::size_t count = number.empty() ? 1 : std::stoul(number);
      EXPECT_LE(count, row_) << "moves above what it wrote";
      row_ -= std::min(count, row_);
    } else if (final == 'K' && number == "2") {
      row.clear();
    } else if (final == 'K' && number.empty()) {
      row.resize(std::min(row.size(), column_));
    } else if (final == 'J' && number.empty()) {
      row.resize(std::min(row.size(), column_));
      rows_.resize(row_ + 1);
    } else if (final != 'm') {
      ADD_FAILURE() << "unknown sequence ESC" << text.substr(1, end);
    }
    return end + 1;
  }

  std::size_t columns_;
  std::vector<Row> rows_{1};
  std::size_t row_ = 0, column_ = 0;
};

}  // namespace mlpipe
