#include "runner/cache/signature.hpp"

#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace mlpipe::cache {
namespace {

constexpr std::int64_t second = 1'000'000'000;
// Kernels stamp files by a clock that moves once a tick, at most 10 ms (CONFIG_HZ=100).
constexpr std::int64_t tick_ns = 10'000'000;
constexpr std::int64_t unmeasured = 2 * second + tick_ns;  // FAT keeps even seconds
constexpr std::int64_t network_margin = 60 * second;       // clocks of server and client differ

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * second + time.tv_nsec;
}

// How a file system rounds times: set one that no coarse clock can keep, read it back.
std::int64_t measure_granularity(int fd) {
  const timespec odd{1'000'000'001, 123'456'789};
  const timespec times[2] = {odd, odd};
  struct stat status {};
  if (futimens(fd, times) != 0 || fstat(fd, &status) != 0) {
    return unmeasured;
  }
  const std::int64_t lost = nanoseconds(odd) - nanoseconds(status.st_mtim);
  if (lost == 0) {
    return tick_ns;
  }
  return lost > 0 && lost < 1'000'000 ? tick_ns + 1'000'000 : unmeasured;
}

}  // namespace

Signature signature_of(const struct stat& status) {
  return {status.st_dev,
          status.st_ino,
          static_cast<std::uint64_t>(status.st_size),
          nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim),
          status.st_mode};
}

Trust judge(const Signature& signature, const Moment& moment) {
  const std::int64_t newest = std::max(signature.mtime_ns, signature.ctime_ns);
  if (newest < moment.now_ns - moment.margin_ns) {
    return Trust::proven;
  }
  const bool only_mtime_is_ahead = signature.mtime_ns > moment.now_ns &&
                                   signature.ctime_ns < moment.now_ns - moment.future_margin_ns;
  return only_mtime_is_ahead && moment.change_time == ChangeTime::reliable ? Trust::proven
                                                                           : Trust::unproven;
}

Medium medium_of(std::int64_t f_type) {
  switch (static_cast<std::uint32_t>(f_type)) {
    case 0x6969:      // NFS
    case 0x517B:      // SMB
    case 0xFF534D42:  // CIFS
    case 0xFE534D42:  // SMB2
    case 0x65735546:  // FUSE
    case 0x01021997:  // 9p
    case 0x5346414F:  // AFS
    case 0x00C36400:  // Ceph
    case 0x0BD00BD0:  // Lustre
    case 0x47504653:  // GPFS
    case 0x786F4256:  // VirtualBox shared folder
    case 0x73757245:  // Coda
      return Medium::network;
    case 0x4D44:      // FAT
    case 0x2011BAB0:  // exFAT
      return Medium::coarse;
    default:
      return Medium::local;
  }
}

Moment moment_on(Medium medium, std::int64_t now_ns, std::int64_t granularity_ns) {
  switch (medium) {
    case Medium::network:
      return {now_ns, network_margin, network_margin, ChangeTime::unreliable};
    case Medium::coarse:
      return {now_ns, unmeasured, unmeasured, ChangeTime::unreliable};
    case Medium::local:
      break;
  }
  return {now_ns, granularity_ns, std::max(granularity_ns, unmeasured), ChangeTime::reliable};
}

FileClock::~FileClock() {
  if (probe_.valid()) {
    unlink(probe_path_.c_str());
  }
}

void FileClock::open_probe() {
  tried_ = true;
  if (!make_folders(temp_folder_)) {
    return;
  }
  probe_path_ = temp_folder_ + "/" + temp_name("clock");
  Fd fd(open(probe_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  struct stat status {};
  if (!fd.valid() || fstat(fd.get(), &status) != 0) {
    return;
  }
  probe_device_ = status.st_dev;
  granularity_ns_ = measure_granularity(fd.get());
  probe_ = std::move(fd);
}

void FileClock::tick() {
  if (!tried_) {
    open_probe();
  }
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  kernel_now_ns_ = nanoseconds(now);
  struct stat status {};
  // A probe that cannot be touched any more leaves a moment in the past: nothing is proven by it
  // too early.
  if (probe_.valid() && futimens(probe_.get(), nullptr) == 0 && fstat(probe_.get(), &status) == 0) {
    probe_now_ns_ = nanoseconds(status.st_mtim);
  }
}

Moment FileClock::moment(std::uint64_t device, int fd) {
  auto known = std::find_if(devices_.begin(), devices_.end(),
                            [&](const Device& one) { return one.number == device; });
  if (known == devices_.end()) {
    struct statfs status {};
    const bool answered = fstatfs(fd, &status) == 0;
    devices_.push_back({device, answered ? medium_of(status.f_type) : Medium::network});
    known = devices_.end() - 1;
  }
  if (!probe_.valid() || device != probe_device_) {
    return moment_on(known->medium, kernel_now_ns_, unmeasured);
  }
  Moment moment = moment_on(known->medium, probe_now_ns_, granularity_ns_);
  if (known->medium == Medium::network) {
    moment.margin_ns = unmeasured;  // its own clock was asked
  }
  return moment;
}

}  // namespace mlpipe::cache
