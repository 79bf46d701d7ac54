#include "runner/history/records.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <string_view>

#include "runner/base/text.hpp"
#include "runner/history/record_json.hpp"

namespace mlpipe::history {
namespace {

namespace fs = std::filesystem;

constexpr off_t largest_record = off_t{16} << 20U;
constexpr std::size_t longest_name_part = 100;
constexpr int most_records_of_a_run = 9999;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// A part of a file name: order and distinctness of the usual times and ids stay, nothing else gets
// in.
std::string name_part(std::string_view text) {
  std::string part;
  for (const char c : text.substr(0, longest_name_part)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '.' || c == '_';
    if (plain) {
      part += c;
    } else if (c != ':' && c != '-') {
      part += '_';
    }
  }
  return part.empty() ? "0" : part;
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      return fail_errno("cannot write the record " + path, errno);
    }
  }
  return {};
}

// Gives `temporary` a final name that nothing has yet: a record is never written over.
Status name_record(const std::string& temporary, const std::string& stem) {
  for (int n = 1; n <= most_records_of_a_run; ++n) {
    const std::string path = fmt::format("{}-{:04}.json", stem, n);
    if (::link(temporary.c_str(), path.c_str()) == 0) {
      return {};
    }
    if (errno == EEXIST) {
      continue;
    }
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK) {
      return fail_errno("cannot write the record " + path, errno);
    }
    // No hard links here: the name is reserved first.
    const Descriptor reserved(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (reserved.get() < 0 && errno == EEXIST) {
      continue;
    }
    if (reserved.get() < 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
      return fail_errno("cannot write the record " + path, errno);
    }
    return {};
  }
  return fail(Code::refused, fmt::format("{}-*.json: a run has {} records already; remove old ones",
                                         stem, most_records_of_a_run));
}

Status put_file(const std::string& folder, const std::string& time, const std::string& run_id,
                const std::string& text) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return fail_errno("cannot make the folder " + folder, error.value());
  }
  std::string temporary;
  int fd = -1;
  for (int n = 0; fd < 0; ++n) {  // past what writers with our pid left when they were killed
    temporary = fmt::format("{}/.new-{}-{}", folder, ::getpid(), n);
    fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno != EEXIST) {
      return fail_errno("cannot write the record " + temporary, errno);
    }
  }
  const Descriptor file(fd);
  Status done = write_all(file.get(), text, temporary);
  if (done && ::fsync(file.get()) != 0) {
    done = fail_errno("cannot write the record " + temporary, errno);
  }
  if (done) {
    done = name_record(temporary, folder + "/" + name_part(time) + "-" + name_part(run_id));
  }
  ::unlink(temporary.c_str());
  return done;
}

Result<std::string> read_file(const std::string& path) {
  // O_NONBLOCK: a pipe in the folder must not stop us.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat found {};
  if (file.get() < 0 || ::fstat(file.get(), &found) != 0) {
    return fail_errno(path, errno);
  }
  if (!S_ISREG(found.st_mode) || found.st_size > largest_record) {
    return fail(Code::corrupt, path + ": no regular file of a record's size");
  }
  std::string text(static_cast<std::size_t>(found.st_size), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const auto count = ::read(file.get(), text.data() + done, text.size() - done);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (count == 0) {
      break;
    } else if (errno != EINTR) {
      return fail_errno(path, errno);
    }
  }
  text.resize(done);
  return text;
}

// Names of the records in `folder`, newest first.
Result<std::vector<std::string>> list(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (name.ends_with(".json") && name[0] != '.') {
      names.push_back(std::move(name));
    }
  }
  if (error && error.value() != ENOENT) {
    return fail_errno("cannot list the records in " + folder, error.value());
  }
  std::sort(names.begin(), names.end(), std::greater<>());
  return names;
}

// Up to `limit` records that `wanted` accepts. A folder holds one kind: others in it are foreign.
template <class Record, class Wanted>
Result<std::vector<Record>> read_newest(const std::string& folder, std::size_t limit, Wanted wanted,
                                        std::vector<std::string>* warnings) {
  std::vector<Record> records;
  TRY(const auto names, list(folder));
  for (const std::string& name : names) {
    if (records.size() >= limit) {
      break;
    }
    const std::string path = folder + "/" + name;
    const auto text = read_file(path);
    auto record = text ? parse_record<Record>(*text) : tl::make_unexpected(text.error());
    if (!record) {
      if (warnings != nullptr) {
        warnings->push_back(printable(fmt::format("skipped {}: {}", path, record.error().message)));
      }
    } else if (wanted(*record)) {
      records.push_back(std::move(*record));
    }
  }
  return records;
}

}  // namespace

Records::Records(std::string state_dir) : dir_(std::move(state_dir) + "/records") {}

Status Records::put(const RunRecord& record) {
  return put_file(dir_ + "/runs", record.time, record.run_id, to_json(record));
}

Status Records::put(const GateRecord& record) {
  TRY(const std::string text, to_json(record));
  return put_file(dir_ + "/gates", record.time, record.run_id, text);
}

Result<std::vector<RunRecord>> Records::runs(std::size_t limit,
                                             std::vector<std::string>* warnings) const {
  const auto any = [](const RunRecord&) { return true; };
  return read_newest<RunRecord>(dir_ + "/runs", limit, any, warnings);
}

Result<std::vector<GateRecord>> Records::gates(const std::string& stage, std::size_t limit,
                                               std::vector<std::string>* warnings) const {
  const auto of_stage = [&](const GateRecord& record) { return record.stage == stage; };
  return read_newest<GateRecord>(dir_ + "/gates", limit, of_stage, warnings);
}

}  // namespace mlpipe::history
