// Stat signatures: what a file's metadata says, and when that may stand for its content.
// Knows nothing of hashing or of where signatures are kept.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <vector>

#include "runner/cache/files.hpp"

namespace mlpipe::cache {

struct Signature {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint32_t mode = 0;
  friend bool operator==(const Signature&, const Signature&) = default;
};
[[nodiscard]] Signature signature_of(const struct stat& status);

// unproven: an equal signature next time does not prove equal content; hash once more.
enum class Trust : std::uint8_t { unproven, proven };

// Whether a file system sets ctime at every change by its own clock. Servers of network file
// systems need not.
enum class ChangeTime : std::uint8_t { reliable, unreliable };

// A time before the first stat, on the clock that stamps the file, and how coarse that clock may
// be.
struct Moment {
  std::int64_t now_ns = 0;
  std::int64_t margin_ns = 0;         // for times in the past
  std::int64_t future_margin_ns = 0;  // for a ctime, where the mtime lies in the future
  ChangeTime change_time = ChangeTime::reliable;
};

// A change after the first stat is stamped `now - margin` or later. So a signature whose times are
// all older cannot be the signature of changed content. An mtime set to the future says nothing;
// then a reliable ctime decides.
[[nodiscard]] Trust judge(const Signature& signature, const Moment& moment);

// What kind of margin a file system needs, by its statfs f_type.
enum class Medium : std::uint8_t { local, coarse, network };
[[nodiscard]] Medium medium_of(std::int64_t f_type);
[[nodiscard]] Moment moment_on(Medium medium, std::int64_t now_ns, std::int64_t granularity_ns);

// Asks file systems for their time: the one of the state folder by touching a file there, others by
// the kernel's clock and a wider margin. Without a writable state folder all are others.
class FileClock {
 public:
  explicit FileClock(std::string temp_folder) : temp_folder_(std::move(temp_folder)) {}
  ~FileClock();
  FileClock(const FileClock&) = delete;
  FileClock& operator=(const FileClock&) = delete;
  // Reads the clocks. Moments given out from now on are at or before the present.
  void tick();
  // The moment of the last tick on the file system of `fd`, which has device number `device`.
  [[nodiscard]] Moment moment(std::uint64_t device, int fd);

 private:
  void open_probe();
  struct Device {
    std::uint64_t number = 0;
    Medium medium = Medium::local;
  };
  std::string temp_folder_;
  std::string probe_path_;
  Fd probe_;
  bool tried_ = false;
  std::uint64_t probe_device_ = 0;
  std::int64_t granularity_ns_ = 0;
  std::int64_t probe_now_ns_ = 0;
  std::int64_t kernel_now_ns_ = 0;
  std::vector<Device> devices_;
};

}  // namespace mlpipe::cache
