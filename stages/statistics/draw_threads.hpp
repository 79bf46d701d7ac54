// Draws dealt out to threads in contiguous shares. Knows nothing of what a draw is; each is
// computed from its own number alone, so the shares change nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <thread>
#include <vector>

namespace mlpipe::stages::statistics {

// work(from, to) on each share of 0..draws, all at the same time.
template <class Work>
void deal_draws(std::uint32_t draws, std::uint32_t threads, const Work& work) {
  const std::uint32_t shares = std::clamp(threads, 1U, std::max(draws, 1U));
  const auto begin = [&](std::uint32_t share) {
    return static_cast<std::uint32_t>(std::uint64_t{draws} * share / shares);
  };
  std::vector<std::thread> others;
  for (std::uint32_t share = 1; share < shares; ++share) {
    others.emplace_back([&work, from = begin(share), to = begin(share + 1)] { work(from, to); });
  }
  work(begin(0), begin(1));
  for (std::thread& other : others) {
    other.join();
  }
}

}  // namespace mlpipe::stages::statistics
