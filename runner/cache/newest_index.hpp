// Key -> newest position, by open addressing over hashes: ten thousand entries in a fraction of a
// millisecond. Knows nothing of keys: the caller tells whether the entry at a position has the key
// that is looked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace mlpipe::cache {

class NewestIndex {
 public:
  void reserve(std::size_t count) {
    std::size_t wanted = slots_.empty() ? 64 : slots_.size();
    while (wanted < 2 * count) {
      wanted *= 2;
    }
    if (wanted > slots_.size()) {
      std::vector<Slot> old(wanted);
      old.swap(slots_);
      for (const Slot& slot : old) {
        if (slot.position != none) {
          probe(slot.tag, [](std::uint32_t) { return false; }) = slot;
        }
      }
    }
  }

  // Replaces the position for which `same(position)` holds, which is asked for some positions with
  // another key too.
  template <class Same>
  void put(std::uint64_t hash, std::uint32_t position, Same same) {
    reserve(used_ + 1);
    Slot& slot = probe(tag_of(hash), same);
    used_ += slot.position == none ? 1 : 0;
    slot = {tag_of(hash), position};
  }

  template <class Same>
  [[nodiscard]] std::optional<std::uint32_t> get(std::uint64_t hash, Same same) const {
    if (slots_.empty()) {
      return std::nullopt;
    }
    const Slot& slot = const_cast<NewestIndex*>(this)->probe(tag_of(hash), same);
    return slot.position == none ? std::nullopt : std::optional(slot.position);
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t position = none;
  };
  static std::uint32_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash ^ hash >> 32U);
  }

  // The slot with this key, or the empty one where it would stand. At most half of the slots are
  // used.
  template <class Same>
  Slot& probe(std::uint32_t tag, Same same) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = tag & mask;
    while (slots_[i].position != none && !(slots_[i].tag == tag && same(slots_[i].position))) {
      i = (i + 1) & mask;
    }
    return slots_[i];
  }

  std::vector<Slot> slots_;  // a power of two of them, or none
  std::size_t used_ = 0;
};

}  // namespace mlpipe::cache
