// GPU slots of locks.hpp: which GPUs there are, which of them this process may use, one locked file
// for each.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "runner/base/text.hpp"
#include "runner/cache/file_handle.hpp"
#include "runner/cache/held.hpp"
#include "runner/cache/locks.hpp"

namespace mlpipe::cache {
namespace {

namespace fs = std::filesystem;

constexpr mode_t for_everybody = 01777;
constexpr std::uint32_t most_gpus = 1024;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// 0, or the errno value that says why `folder` cannot hold locks of all users.
int make_shared_folder(const std::string& folder) {
  if (::mkdir(folder.c_str(), for_everybody) == 0) {
    return ::chmod(folder.c_str(), for_everybody) == 0 ? 0 : errno;  // past the umask
  }
  if (errno != EEXIST) {
    return errno;
  }
  struct stat found {};
  if (::lstat(folder.c_str(), &found) != 0) {
    return errno;
  }
  return S_ISDIR(found.st_mode) ? 0 : ENOTDIR;
}

Result<std::string> lock_folder() {
  if (const std::string chosen = variable("MLPIPE_LOCK_DIR"); !chosen.empty()) {
    std::error_code none;
    fs::create_directories(fs::path(chosen).parent_path(), none);
    if (const int error = make_shared_folder(chosen); error != 0) {
      return fail_errno("cannot make MLPIPE_LOCK_DIR " + chosen, error);
    }
    return chosen;
  }
  const std::string machine = "/run/lock/mlpipe";
  if (make_shared_folder(machine) == 0) {
    return machine;
  }
  const std::string temporary = variable("TMPDIR").empty() ? "/tmp" : variable("TMPDIR");
  const std::string fallback = temporary + "/mlpipe-locks";
  if (const int error = make_shared_folder(fallback); error != 0) {
    return fail_errno("cannot make " + fallback + " for GPU locks (set MLPIPE_LOCK_DIR)", error);
  }
  return fallback;
}

// An existing file is opened without O_CREAT: the kernel refuses O_CREAT on another user's file in
// a sticky folder.
Result<FileHandle> open_slot(const std::string& path) {
  while (true) {
    constexpr int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    FileHandle existing(::open(path.c_str(), flags));
    if (existing) {
      return existing;
    }
    if (errno != ENOENT) {
      return fail_errno("cannot open the GPU lock " + path, errno);
    }
    FileHandle made(::open(path.c_str(), flags | O_CREAT | O_EXCL, 0666));
    if (made) {
      (void)::fchmod(made.fd(), 0666);  // past the umask; others need only to read it
      return made;
    }
    if (errno != EEXIST) {
      return fail_errno("cannot make the GPU lock " + path, errno);
    }
  }
}

// The GPUs that the caller may use, as CUDA reads the variable: up to the first number that is none
// of ours.
Result<std::vector<std::uint32_t>> allowed_gpus() {
  const std::uint32_t count = gpu_count();
  std::vector<std::uint32_t> ids;
  const char* const visible = std::getenv("CUDA_VISIBLE_DEVICES");
  if (visible == nullptr) {
    for (std::uint32_t id = 0; id < count; ++id) {
      ids.push_back(id);
    }
    return ids;
  }
  for (const std::string_view part : split(visible, ',')) {
    const std::string_view text = trim(part);
    if (text.starts_with("GPU-") || text.starts_with("MIG-")) {
      return fail(Code::usage,
                  fmt::format("CUDA_VISIBLE_DEVICES={} names GPUs by UUID, but mlpipe shares GPUs "
                              "by number: set it to numbers as nvidia-smi -L lists them",
                              printable(visible)));
    }
    const auto id = parse_number(text);
    if (!id || *id >= count) {
      break;
    }
    if (std::find(ids.begin(), ids.end(), *id) == ids.end()) {
      ids.push_back(*id);
    }
  }
  return ids;
}

}  // namespace

std::uint32_t gpu_count() {
  if (const std::string set = variable("MLPIPE_GPUS"); !set.empty()) {
    return std::min(parse_number(set).value_or(0), most_gpus);
  }
  std::error_code error;
  std::uint32_t count = 0;
  fs::directory_iterator entry("/proc/driver/nvidia/gpus", error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    ++count;
  }
  return count;
}

Result<std::optional<GpuSlots>> try_gpus(std::uint32_t count) {
  GpuSlots slots;
  if (count == 0) {
    return std::optional(std::move(slots));
  }
  TRY(const auto allowed, allowed_gpus());
  if (allowed.size() < count) {
    return fail(Code::refused, fmt::format("{} GPUs are asked for, but only {} of this machine's "
                                           "{} may be used here (CUDA_VISIBLE_DEVICES, "
                                           "MLPIPE_GPUS); ask for fewer under resources",
                                           count, allowed.size(), gpu_count()));
  }
  TRY(const std::string folder, lock_folder());
  for (const std::uint32_t id : allowed) {
    TRY(FileHandle file, open_slot(fmt::format("{}/gpu-{}", folder, id)));
    if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) {
        return fail_errno(fmt::format("cannot lock {}/gpu-{}", folder, id), errno);
      }
      continue;
    }
    auto held = std::make_unique<Held::Impl>();
    held->file = std::move(file);
    slots.ids.push_back(id);
    slots.held.push_back(Held(std::move(held)));
    if (slots.ids.size() == count) {
      return std::optional(std::move(slots));
    }
  }
  return std::optional<GpuSlots>();
}

}  // namespace mlpipe::cache
