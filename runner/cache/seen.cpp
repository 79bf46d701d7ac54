#include "runner/cache/seen.hpp"

#include <algorithm>
#include <utility>

namespace mlpipe::cache {

void Seen::proven(std::string path, const Signature& signature) {
  if (sound_) {
    entries_.push_back({std::move(path), signature});
  }
}

void Seen::present(std::string path, const Signature& signature, int fd) {
  if (!sound_) {
    return;
  }
  sound_ = judge(signature, clock_.moment(signature.device, fd)) == Trust::proven;
  entries_.push_back({std::move(path), signature});
}

void Seen::absent(std::string path) {
  if (sound_) {
    entries_.push_back({std::move(path), {}});
  }
}

std::vector<Seen::Entry> Seen::take() {
  std::vector<Entry> entries = std::exchange(entries_, {});
  if (!std::exchange(sound_, true)) {
    return {};
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.path < b.path; });
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  const auto twice =
      std::adjacent_find(entries.begin(), entries.end(),
                         [](const Entry& a, const Entry& b) { return a.path == b.path; });
  return twice == entries.end() ? std::move(entries) : std::vector<Entry>{};
}

}  // namespace mlpipe::cache
