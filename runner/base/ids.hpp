// Dense typed ids: an index into a vector that cannot be mixed up with another one.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace mlpipe {

template <class Tag>
struct Id {
  std::uint32_t value = 0;
  [[nodiscard]] std::size_t index() const { return value; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

using StageId = Id<struct StageTag>;
using PipelineId = Id<struct PipelineTag>;

}  // namespace mlpipe

template <class Tag>
struct std::hash<mlpipe::Id<Tag>> {
  std::size_t operator()(const mlpipe::Id<Tag>& id) const noexcept { return id.value; }
};
