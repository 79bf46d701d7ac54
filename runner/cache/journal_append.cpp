// The writing side of JournalFile: append, and what a writer mends before it appends.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>

#include "runner/cache/action_codec.hpp"
#include "runner/cache/journal_file.hpp"

namespace mlpipe::cache {
namespace {

constexpr std::size_t shortest_filler = record_header_size + 1;

std::string new_header() {
  std::string salt(salt_size, '\0');
  // The kernel gives up to 256 bytes whole and without waiting once it has started up.
  if (::getentropy(salt.data(), salt.size()) != 0) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    salt = sha256(std::to_string(now) + std::to_string(::getpid())).hex().substr(0, salt_size);
  }
  return std::string(journal_magic) + salt;
}

}  // namespace

Status JournalFile::open_for_writing() {
  std::error_code error;
  std::filesystem::create_directories(dir_, error);
  if (error) {
    return fail_errno("cannot make the state folder " + dir_, error.value());
  }
  TRY_OK(refresh());
  while (!writable_) {
    FileHandle opened(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666));
    struct stat found {};
    if (!opened || ::fstat(opened.fd(), &found) != 0) {
      return fail_errno("cannot write the journal " + path_, errno);
    }
    if (!file_) {
      named_ = false;
      identity_ = found;
    }
    if (found.st_ino == identity_.st_ino && found.st_dev == identity_.st_dev) {
      file_ = std::move(opened);
      writable_ = true;
    } else {
      TRY_OK(refresh());
    }
  }
  return refresh();
}

Status JournalFile::keep_damaged_copy(std::string& copy) const {
  for (unsigned n = 1;; ++n) {
    copy = fmt::format("{}.damaged-{}", path_, n);
    if (::link(path_.c_str(), copy.c_str()) == 0) {
      return {};
    }
    if (errno == EEXIST) {
      continue;
    }
    // No hard links here: the file itself becomes the copy, the clean one takes its place at once.
    if (::access(copy.c_str(), F_OK) != 0 && ::rename(path_.c_str(), copy.c_str()) == 0) {
      return {};
    }
    return fail_errno("cannot keep the damaged journal as " + copy, errno);
  }
}

Status JournalFile::write_clean(const std::string& temporary,
                                const std::vector<Entry>& entries) const {
  std::string bytes = new_header();
  const std::string salt = bytes.substr(journal_magic.size());
  for (const Entry& entry : entries) {
    const auto record = read_record(entry);
    if (record) {
      put_record(bytes, std::string_view(*record).substr(record_header_size), salt);
    } else if (record.error().code != Code::corrupt) {
      return tl::make_unexpected(record.error());
    }
  }
  FileHandle clean(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!clean) {
    return fail_errno("cannot write the journal anew as " + temporary, errno);
  }
  if (auto written = clean.write_at(bytes, 0); !written) {
    return fail_errno("cannot write the journal anew as " + temporary, written.error());
  }
  if (::fsync(clean.fd()) != 0) {
    return fail_errno("cannot write the journal anew as " + temporary, errno);
  }
  return {};
}

Status JournalFile::repair() {
  const std::string temporary =
      path_ + ".tmp";  // the caller holds the write lock: one name is enough
  std::string copy;
  Status done = write_clean(temporary, entries_);
  if (done) {
    done = keep_damaged_copy(copy);
  }
  if (done && ::rename(temporary.c_str(), path_.c_str()) != 0) {
    done = fail_errno("cannot replace the damaged journal " + path_, errno);
  }
  if (!done) {
    ::unlink(temporary.c_str());
    return done;
  }
  const std::size_t kept = entries_.size();
  TRY_OK(open_for_writing());
  named_ = false;
  warnings_.push_back(fmt::format(
      "{} was damaged: {} results were kept, the damaged file is kept as {} (delete it when nobody "
      "wants to look into it)",
      path_, kept, copy));
  return {};
}

Result<std::size_t> JournalFile::keep_only(const std::function<bool(const Action&)>& wanted) {
  TRY_OK(open_for_writing());
  if (damaged_) {
    TRY_OK(repair());
  }
  std::vector<Entry> kept;
  for (const Entry& entry : entries_) {
    // What cannot be read now is not ours to throw away.
    if (const auto action = read(entry); !action || wanted(*action)) {
      kept.push_back(entry);
    }
  }
  const std::size_t left_out = entries_.size() - kept.size();
  if (left_out == 0) {
    return left_out;
  }
  const std::string temporary = path_ + ".tmp";
  Status done = write_clean(temporary, kept);
  if (done && ::rename(temporary.c_str(), path_.c_str()) != 0) {
    done = fail_errno("cannot replace the journal " + path_, errno);
  }
  if (!done) {
    ::unlink(temporary.c_str());
    return tl::make_unexpected(done.error());
  }
  named_ = false;
  TRY_OK(refresh());
  return left_out;
}

Status JournalFile::append(const std::string& payload) {
  TRY_OK(open_for_writing());
  if (damaged_) {
    TRY_OK(repair());
  }
  std::string bytes;
  std::uint64_t at = end_;
  if (salt_.empty()) {
    bytes = new_header();
    salt_ = bytes.substr(journal_magic.size());
    at = 0;
  }
  if (const std::uint64_t stop = at + bytes.size(); size_ > stop) {
    const std::uint64_t torn = std::max<std::uint64_t>(size_ - stop, shortest_filler);
    put_record(bytes, std::string(torn - record_header_size, filler_type), salt_);
  }
  put_record(bytes, payload, salt_);
  if (auto written = file_.write_at(bytes, at); !written) {
    // What was there before the append stays; a torn rest that cannot be cut is covered by the next
    // append.
    const bool cut = ::ftruncate(file_.fd(), static_cast<off_t>(end_)) == 0;
    if (cut) {
      size_ = end_;
    }
    if (end_ == 0) {
      salt_.clear();
    }
    return fail_errno("cannot append to the journal " + path_ + " (what it held is kept)",
                      written.error());
  }
  size_ = end_ = at + bytes.size();
  const auto payload_size = static_cast<std::uint32_t>(payload.size());
  index({end_ - payload_size, payload_size}, payload);
  return {};
}

Status JournalFile::flush() {
  if (!file_) {
    return {};
  }
  if (::fdatasync(file_.fd()) != 0) {
    return fail_errno("cannot flush the journal " + path_, errno);
  }
  if (!named_) {
    const FileHandle folder(::open(dir_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.fd()) != 0) {
      return fail_errno("cannot flush the folder " + dir_, errno);
    }
    named_ = true;
  }
  return {};
}

}  // namespace mlpipe::cache
