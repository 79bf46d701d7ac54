#include "runner/cache/hash_file.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace mlpipe::cache {
namespace {

constexpr std::size_t block_size = 1U << 20U;
constexpr std::size_t small_block = 128U << 10U;
constexpr std::size_t ring_size = 4;
constexpr int attempts = 4;

// Keeps the page cache as we found it where a file is so big that reading it would push out what
// others use. Smaller ones stay: the stage that depends on them reads them next.
class CachePolicy {
 public:
  CachePolicy(int fd, std::uint64_t size) : fd_(fd) {
    struct sysinfo info {};
    careful_ = sysinfo(&info) == 0 && size > std::uint64_t{info.totalram} * info.mem_unit / 4;
    if (size > block_size) {
      posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
  }
  void before(off_t offset, std::size_t length) { ours_ = careful_ && !resident(offset, length); }
  void after(off_t offset, std::size_t length) const {
    if (ours_) {
      posix_fadvise(fd_, offset, static_cast<off_t>(length), POSIX_FADV_DONTNEED);
    }
  }

 private:
  // Whether any page of the range is in memory already.
  [[nodiscard]] bool resident(off_t offset, std::size_t length) const {
    void* map = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd_, offset);
    if (map == MAP_FAILED) {
      return true;
    }
    std::array<unsigned char, block_size / 4096> pages{};
    const bool asked = mincore(map, length, pages.data()) == 0;
    munmap(map, length);
    return !asked || std::any_of(pages.begin(), pages.end(),
                                 [](unsigned char page) { return (page & 1U) != 0; });
  }
  int fd_;
  bool careful_ = false;
  bool ours_ = false;
};

// Reads a block, to its end where the file has that many bytes.
Result<std::size_t> read_block(int fd, char* buffer, std::size_t size, const std::string& path) {
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = read(fd, buffer + filled, size - filled);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail_errno("cannot read " + shown(path), errno);
    }
    if (got == 0) {
      break;
    }
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

Result<Stream> hash_in_turn(int in, int out, std::uint64_t size, const std::string& path) {
  thread_local std::vector<char> buffer(small_block);
  thread_local Sha256 hasher;
  hasher.reset();
  CachePolicy policy(in, size);
  Stream stream;
  for (;;) {
    const auto offset = static_cast<off_t>(stream.size);
    policy.before(offset, buffer.size());
    TRY(const std::size_t filled, read_block(in, buffer.data(), buffer.size(), path));
    policy.after(offset, buffer.size());
    if (out >= 0 && filled > 0) {
      TRY_OK(write_all(out, {buffer.data(), filled}, path));
    }
    hasher.update({buffer.data(), filled});
    stream.size += filled;
    if (filled < buffer.size()) {
      stream.digest = hasher.finish();
      return stream;
    }
  }
}

// A ring of blocks between the reader (which also writes the copy) and the hasher.
class Ring {
 public:
  struct Block {
    std::vector<char> bytes = std::vector<char>(block_size);
    std::size_t filled = 0;
  };
  // The next free block, for the reader.
  Block& to_fill() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return filled_ - hashed_ < ring_size; });
    return blocks_[filled_ % ring_size];
  }
  void fill() {
    const std::lock_guard lock(mutex_);
    ++filled_;
    changed_.notify_all();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  // Hashes until the reader ends.
  void hash_all(Sha256& hasher) {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return filled_ > hashed_ || ended_; });
      if (filled_ == hashed_) {
        return;
      }
      const Block& block = blocks_[hashed_ % ring_size];
      lock.unlock();
      hasher.update({block.bytes.data(), block.filled});
      lock.lock();
      ++hashed_;
      changed_.notify_all();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Block, ring_size> blocks_;
  std::size_t filled_ = 0;
  std::size_t hashed_ = 0;
  bool ended_ = false;
};

Result<std::uint64_t> feed(Ring& ring, int in, int out, std::uint64_t size,
                           const std::string& path) {
  CachePolicy policy(in, size);
  std::uint64_t total = 0;
  for (;;) {
    auto& block = ring.to_fill();
    const auto offset = static_cast<off_t>(total);
    policy.before(offset, block_size);
    TRY(block.filled, read_block(in, block.bytes.data(), block_size, path));
    policy.after(offset, block_size);
    if (block.filled == 0) {
      return total;
    }
    total += block.filled;
    const bool last = block.filled < block_size;
    const std::string_view bytes(block.bytes.data(), block.filled);
    ring.fill();
    if (out >= 0) {
      TRY_OK(write_all(out, bytes, path));
    }
    if (last) {
      return total;
    }
  }
}

Result<Stream> hash_overlapped(int in, int out, std::uint64_t size, const std::string& path) {
  Ring ring;
  Sha256 hasher;
  std::thread hashing;
  try {
    hashing = std::thread([&] { ring.hash_all(hasher); });
  } catch (const std::system_error&) {
    return hash_in_turn(in, out, size, path);  // no more threads for us: slower, not wrong
  }
  const auto total = feed(ring, in, out, size, path);
  ring.end();
  hashing.join();
  if (!total) {
    return tl::make_unexpected(total.error());
  }
  return Stream{hasher.finish(), *total};
}

}  // namespace

Result<Stream> hash_stream(int in, int out, std::uint64_t size, Company company,
                           const std::string& path) {
  return company == Company::alone && size > block_size && worker_count() > 1
             ? hash_overlapped(in, out, size, path)
             : hash_in_turn(in, out, size, path);
}

Result<Hashed> hash_stable(int at, const std::string& name, Company company,
                           const std::string& path) {
  for (int attempt = 0; attempt < attempts; ++attempt) {
    // Opening a pipe that replaced the file meanwhile must not block.
    Fd fd(openat(at, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd.valid()) {
      return errno == ENOENT || errno == ELOOP
                 ? fail(Code::changed,
                        shown(path) + " was replaced or removed while it was being read")
                 : fail_errno("cannot open " + shown(path), errno);
    }
    struct stat before {};
    struct stat after {};
    if (fstat(fd.get(), &before) != 0) {
      return fail_errno("cannot look at " + shown(path), errno);
    }
    if (!S_ISREG(before.st_mode)) {
      return fail(Code::changed, shown(path) + " was replaced while it was being read");
    }
    const Signature signature = signature_of(before);
    TRY(const Stream stream, hash_stream(fd.get(), -1, signature.size, company, path));
    if (fstat(fd.get(), &after) != 0) {
      return fail_errno("cannot look at " + shown(path), errno);
    }
    if (signature_of(after) == signature && stream.size == signature.size) {
      return Hashed{stream.digest, signature};
    }
  }
  return fail(Code::changed,
              shown(path) + " keeps changing while it is being read; wait for its writer to end");
}

std::size_t worker_count() {
  static const std::size_t count = [] {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    const bool asked = sched_getaffinity(0, sizeof allowed, &allowed) == 0;
    const unsigned cores =
        asked ? static_cast<unsigned>(CPU_COUNT(&allowed)) : std::thread::hardware_concurrency();
    return std::size_t{std::max(1U, cores)};
  }();
  return count;
}

void for_each_index(std::size_t count, std::size_t workers,
                    const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      work(i);
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < std::min(workers, count); ++i) {
    try {
      threads.emplace_back(run);
    } catch (const std::system_error&) {
      break;  // fewer threads do the same work
    }
  }
  run();
  for (auto& thread : threads) {
    thread.join();
  }
}

}  // namespace mlpipe::cache
