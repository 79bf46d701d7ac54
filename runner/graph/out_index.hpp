// Every declared out by the literal start of its path: which outs meet a given path or pattern,
// without looking at all. Knows nothing of edges or stages beyond their ids.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/ids.hpp"
#include "runner/spec/pipeline.hpp"

namespace mlpipe::graph {

class OutIndex {
 public:
  struct Entry {
    std::string path;      // as declared; "" for the root
    std::uint32_t prefix;  // length of its literal start; path.size() where it has no wildcard
    StageId stage;
    std::uint32_t out;  // index into the stage's outs
    bool file;          // surely or very likely a file: nothing lies below it
    [[nodiscard]] std::string_view start() const {
      return std::string_view(path).substr(0, prefix);
    }
    [[nodiscard]] bool literal() const { return prefix == path.size(); }
  };

  OutIndex() = default;
  explicit OutIndex(const std::vector<spec::Stage>& stages);

  // Sorted by start(), so that what lies below a folder stands together.
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  // Every out equal to, around, or inside `path`, which may be a glob. Costs the depth of the path
  // and the candidates that share its literal start, not the number of outs. The visitor returns
  // false to stop.
  void each_meeting(std::string_view path, const std::function<bool(const Entry&)>& visit) const;
  // Every out whose literal start is `start` or a folder around it, nearest first.
  void each_around(std::string_view start, const std::function<bool(const Entry&)>& visit) const;

 private:
  [[nodiscard]] std::size_t first_at(std::string_view start) const;
  [[nodiscard]] std::size_t slot(std::string_view start) const;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t>
      table_;  // open addressing over distinct starts: index of the first entry + 1, 0: free
};

}  // namespace mlpipe::graph
