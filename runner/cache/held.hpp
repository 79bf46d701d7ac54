// What a Held holds: an open, locked file, something to undo, or both.
#pragma once

#include <sys/file.h>

#include <functional>

#include "runner/cache/file_handle.hpp"
#include "runner/cache/locks.hpp"

namespace mlpipe::cache {

struct Held::Impl {
  FileHandle file;
  std::function<void()> release;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  // Undone while the file is still locked: nobody sees the one without the other. Unlocked by name,
  // not by closing alone: a child between fork and exec still has the file open.
  ~Impl() {
    if (release) {
      release();
    }
    if (file) {
      (void)::flock(file.fd(), LOCK_UN);
    }
  }
};

}  // namespace mlpipe::cache
