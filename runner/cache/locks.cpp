#include "runner/cache/locks.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "runner/base/digest.hpp"
#include "runner/base/text.hpp"
#include "runner/cache/file_handle.hpp"
#include "runner/cache/held.hpp"

namespace mlpipe::cache {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view run_header = "mlpipe run 1";
constexpr std::size_t longest_run_file = 4096;

// Where in locks/stages a label's byte is: the same in every process and every build.
off_t offset_of(const std::string& label) {
  const Digest digest = sha256(label);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value = value << 8U | digest.bytes[i];
  }
  return static_cast<off_t>(value >> 2U);
}

bool is_at(int fd, const std::string& path) {
  struct stat open_file {};
  struct stat named {};
  return ::fstat(fd, &open_file) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

Status make_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return fail_errno("cannot make the folder " + folder + ", which mlpipe needs to lock stages",
                      error.value());
  }
  return {};
}

Result<FileHandle> open_lock(const std::string& path, int flags) {
  FileHandle file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
  if (!file) {
    return fail_errno("cannot open the lock " + path, errno);
  }
  return file;
}

bool is_run_id(std::string_view id) {
  return !id.empty() && id.size() <= 200 && id[0] != '.' &&
         id.find_first_of(std::string_view("/\0\n", 3)) == std::string_view::npos;
}

std::string run_text(const RunInfo& run) {
  return fmt::format("{}\npid {}\ntoken {}\n", run_header, run.pid, run.token);
}

std::optional<RunInfo> parse_run(std::string run_id, std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.size() != 4 || lines[0] != run_header || !lines[1].starts_with("pid ") ||
      !lines[2].starts_with("token ")) {
    return std::nullopt;
  }
  RunInfo run{std::move(run_id), 0, std::string(lines[2].substr(6))};
  const std::string_view pid = lines[1].substr(4);
  const auto [stop, error] = std::from_chars(pid.data(), pid.data() + pid.size(), run.pid);
  if (error != std::errc() || stop != pid.data() + pid.size() || run.pid <= 0 ||
      run.token.empty()) {
    return std::nullopt;
  }
  return run;
}

std::optional<RunInfo> read_run(const FileHandle& file, const std::string& run_id) {
  struct stat found {};
  if (::fstat(file.fd(), &found) != 0 || !S_ISREG(found.st_mode) ||
      static_cast<std::size_t>(found.st_size) > longest_run_file) {
    return std::nullopt;
  }
  std::string text(static_cast<std::size_t>(found.st_size), '\0');
  if (!file.read_at(text, 0)) {
    return std::nullopt;
  }
  return parse_run(run_id, text);
}

enum class Life : std::uint8_t { alive, dead };

// Shared, so that two that ask at once do not take each other for a living run.
Life life_of(const FileHandle& file) {
  return ::flock(file.fd(), LOCK_SH | LOCK_NB) == 0 ? Life::dead : Life::alive;
}

}  // namespace

Held::Held() = default;
Held::Held(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Held::Held(Held&&) noexcept = default;
Held& Held::operator=(Held&&) noexcept = default;
Held::~Held() = default;

// Byte ranges of one open file do not conflict with each other, so what this object holds stands in
// a table; the kernel decides against all others. One descriptor for all stages: a stage may hold a
// thousand producers.
struct StageTable {
  struct Hold {
    LockMode mode = LockMode::shared;
    std::size_t count = 0;
  };

  std::mutex mutex;
  FileHandle file;
  std::map<off_t, Hold> holds;

  [[nodiscard]] int lock(off_t offset, short type) const {
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    range.l_start = offset;
    range.l_len = 1;
    while (::fcntl(file.fd(), F_OFD_SETLK, &range) != 0) {
      if (errno != EINTR) {
        return errno;
      }
    }
    return 0;
  }

  void release(off_t offset) {
    const std::lock_guard guard(mutex);
    const auto found = holds.find(offset);
    if (found != holds.end() && --found->second.count == 0) {
      holds.erase(found);
      (void)lock(offset, F_UNLCK);
    }
  }
};

struct Locks::Impl {
  std::string folder;
  // Shared with every Held, which may outlive the Locks it came from.
  std::shared_ptr<StageTable> stages = std::make_shared<StageTable>();
  std::shared_ptr<std::set<std::string>> entered = std::make_shared<std::set<std::string>>();

  [[nodiscard]] std::string runs() const { return folder + "/runs"; }
  Status open_stages() const;
  Result<std::vector<RunInfo>> runs_that_are(Life life) const;
  void sweep() const;
};

Locks::Locks(std::string state_dir) : impl_(std::make_unique<Impl>()) {
  impl_->folder = std::move(state_dir) + "/locks";
}
Locks::~Locks() = default;

Status Locks::Impl::open_stages() const {
  const std::string path = folder + "/stages";
  if (stages->file && is_at(stages->file.fd(), path)) {
    return {};
  }
  if (!stages->holds.empty()) {
    return fail(Code::changed,
                fmt::format("{} was removed or replaced while this run holds locks in it; let all "
                            "runs in this checkout end, then start again",
                            path));
  }
  TRY_OK(make_folder(folder));
  TRY(stages->file, open_lock(path, O_RDWR | O_CREAT));
  return {};
}

Result<std::optional<Held>> Locks::try_stage(const std::string& label, LockMode mode) {
  StageTable& table = *impl_->stages;
  const off_t offset = offset_of(label);
  const std::lock_guard guard(table.mutex);
  TRY_OK(impl_->open_stages());
  const auto found = table.holds.find(offset);
  if (found == table.holds.end()) {
    const int error = table.lock(offset, mode == LockMode::exclusive ? F_WRLCK : F_RDLCK);
    if (error == EAGAIN || error == EACCES) {
      return std::optional<Held>();
    }
    if (error != 0) {
      return fail_errno("cannot lock stage " + label + " in " + impl_->folder +
                            "/stages (a network file system may need its lock service)",
                        error);
    }
    table.holds[offset] = {mode, 1};
  } else if (mode == LockMode::exclusive || found->second.mode == LockMode::exclusive) {
    return std::optional<Held>();
  } else {
    ++found->second.count;
  }
  auto held = std::make_unique<Held::Impl>();
  held->release = [stages = impl_->stages, offset] { stages->release(offset); };
  return std::optional<Held>(Held(std::move(held)));
}

Result<Held> Locks::write() {
  const std::string path = impl_->folder + "/write";
  while (true) {
    TRY_OK(make_folder(impl_->folder));
    TRY(FileHandle file, open_lock(path, O_RDWR | O_CREAT));
    while (::flock(file.fd(), LOCK_EX) != 0) {
      if (errno != EINTR) {
        return fail_errno("cannot take the lock " + path, errno);
      }
    }
    if (is_at(file.fd(), path)) {  // else it was removed while we waited: others lock its successor
      auto held = std::make_unique<Held::Impl>();
      held->file = std::move(file);
      return Held(std::move(held));
    }
  }
}

// Files that a run left half made, and files that are none of ours, as far as nobody holds them.
void Locks::Impl::sweep() const {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(runs(), error)) {
    const std::string path = entry.path().string();
    const auto file = open_lock(path, O_RDONLY);
    if (!file || life_of(*file) == Life::alive) {
      continue;
    }
    const std::string name = entry.path().filename().string();
    if (!is_run_id(name) || !read_run(*file, name)) {
      ::unlink(path.c_str());
    }
  }
}

Result<Held> Locks::enter(const RunInfo& self) {
  if (!is_run_id(self.run_id) || !parse_run(self.run_id, run_text(self))) {
    return fail(Code::internal, fmt::format("'{}' cannot be registered as a run: it needs an id "
                                            "without slashes, a pid and a token of one line",
                                            printable(self.run_id)));
  }
  const std::string path = impl_->runs() + "/" + self.run_id;
  const std::string temporary =
      fmt::format("{}/.{}.{}", impl_->runs(), sha256(self.run_id).short_hex(), ::getpid());
  while (true) {
    TRY_OK(make_folder(impl_->runs()));
    impl_->sweep();
    TRY(FileHandle file, open_lock(temporary, O_RDWR | O_CREAT));
    if (::flock(file.fd(), LOCK_EX) != 0) {
      return fail_errno("cannot lock " + temporary, errno);
    }
    if (!is_at(file.fd(), temporary)) {
      continue;  // swept by another run before we had the lock
    }
    if (auto written = file.write_at(run_text(self), 0); !written) {
      ::unlink(temporary.c_str());
      return fail_errno("cannot register this run as " + path, written.error());
    }
    // The name appears with content and lock both there; a name that exists is not replaced.
    const int linked = ::link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
    ::unlink(temporary.c_str());
    if (linked == EEXIST) {
      return fail(Code::busy, fmt::format("a run with the id {} is registered already; end it, or "
                                          "start mlpipe again to get a new id",
                                          self.run_id));
    }
    if (linked != 0) {
      return fail_errno("cannot register this run as " + path, linked);
    }
    impl_->entered->insert(self.run_id);
    auto held = std::make_unique<Held::Impl>();
    held->file = std::move(file);
    held->release = [path, entered = impl_->entered, id = self.run_id] {
      ::unlink(path.c_str());
      entered->erase(id);
    };
    return Held(std::move(held));
  }
}

Result<std::vector<RunInfo>> Locks::Impl::runs_that_are(Life life) const {
  std::vector<RunInfo> found;
  std::error_code error;
  fs::directory_iterator entry(runs(), error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!is_run_id(name) || entered->count(name) != 0) {
      continue;
    }
    auto file = open_lock(entry->path().string(), O_RDONLY);
    if (!file) {
      if (file.error().code == Code::not_found) {
        continue;  // it ended just now
      }
      return tl::make_unexpected(file.error());
    }
    const Life now = life_of(*file);
    if (now != life || (now == Life::dead && !is_at(file->fd(), entry->path().string()))) {
      continue;
    }
    if (auto run = read_run(*file, name)) {
      found.push_back(std::move(*run));
    }
  }
  if (error && error.value() != ENOENT) {
    return fail_errno("cannot list the runs in " + runs(), error.value());
  }
  std::sort(found.begin(), found.end(),
            [](const RunInfo& a, const RunInfo& b) { return a.run_id < b.run_id; });
  return found;
}

Result<std::vector<RunInfo>> Locks::alive() const {
  return impl_->runs_that_are(Life::alive);
}

Result<std::vector<RunInfo>> Locks::dead() const {
  return impl_->runs_that_are(Life::dead);
}

Status Locks::bury(const RunInfo& run) {
  if (!is_run_id(run.run_id)) {
    return fail(Code::internal, fmt::format("'{}' is no run id", printable(run.run_id)));
  }
  const std::string path = impl_->runs() + "/" + run.run_id;
  const auto file = open_lock(path, O_RDONLY);
  if (!file) {
    return file.error().code == Code::not_found ? Status() : tl::make_unexpected(file.error());
  }
  if (life_of(*file) == Life::alive) {
    return fail(Code::busy, fmt::format("run {} is alive: {} is locked", run.run_id, path));
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return fail_errno("cannot remove " + path, errno);
  }
  return {};
}

}  // namespace mlpipe::cache
