#include "runner/cache/journal_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "runner/cache/action_codec.hpp"

namespace mlpipe::cache {
namespace {

std::uint64_t hash_of(std::string_view stage) {
  return std::hash<std::string_view>{}(stage);
}

// What a writer that was killed in its first append leaves.
bool is_torn_header(std::string_view bytes) {
  return bytes.size() < journal_header_size &&
         (bytes.substr(0, journal_magic.size()) == journal_magic.substr(0, bytes.size()) ||
          bytes.find_first_not_of('\0') == std::string_view::npos);
}

}  // namespace

JournalFile::JournalFile(std::string state_dir)
    : dir_(std::move(state_dir)), path_(dir_ + "/journal") {}

void JournalFile::forget() {
  file_ = FileHandle();
  writable_ = false;
  identity_ = {};
  salt_.clear();
  size_ = 0;
  end_ = 0;
  damaged_ = false;
  entries_.clear();
  by_fingerprint_ = NewestIndex();
  by_stage_ = NewestIndex();
}

Status JournalFile::load() {
  forget();
  FileHandle opened(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened) {
    return errno == ENOENT ? Status() : fail_errno("cannot read the journal " + path_, errno);
  }
  if (::fstat(opened.fd(), &identity_) != 0) {
    return fail_errno("cannot read the journal " + path_, errno);
  }
  if (!S_ISREG(identity_.st_mode)) {
    return fail(
        Code::corrupt,
        fmt::format("{} is no regular file; move it away, the next run makes a new one", path_));
  }
  file_ = std::move(opened);
  return scan_to(static_cast<std::uint64_t>(identity_.st_size));
}

Status JournalFile::refresh() {
  struct stat now {};
  if (::stat(path_.c_str(), &now) != 0) {
    if (errno != ENOENT) {
      return fail_errno("cannot read the journal " + path_, errno);
    }
    forget();
    return {};
  }
  const auto now_size = static_cast<std::uint64_t>(now.st_size);
  if (!file_ || now.st_ino != identity_.st_ino || now.st_dev != identity_.st_dev ||
      now_size < size_) {
    return load();
  }
  return now_size == size_ ? Status() : scan_to(now_size);
}

Status JournalFile::read_header(std::uint64_t file_size) {
  std::string header(std::min<std::uint64_t>(file_size, journal_header_size), '\0');
  if (auto read = file_.read_at(header, 0); !read) {
    return fail_errno("cannot read the journal " + path_, read.error());
  }
  const auto version_at = journal_magic.size() - 1;
  const bool ours = header.substr(0, version_at) == journal_magic.substr(0, version_at);
  if (ours && header.size() > version_at && header[version_at] != journal_magic[version_at]) {
    const auto version = static_cast<unsigned char>(header[version_at]);
    forget();
    return fail(Code::refused,
                fmt::format("{} is of version {}, this mlpipe reads version 1: use the mlpipe that "
                            "wrote it, or move the file away to start an empty journal",
                            path_, version));
  }
  if (header.size() < journal_header_size) {
    damaged_ = !is_torn_header(header);
    size_ = file_size;
    return {};
  }
  if (!ours) {
    damaged_ = true;
    warnings_.push_back(fmt::format("{}: its first bytes are damaged", path_));
  }
  salt_ = header.substr(journal_magic.size());
  end_ = journal_header_size;
  return {};
}

Status JournalFile::scan_to(std::uint64_t file_size) {
  if (salt_.empty()) {
    TRY_OK(read_header(file_size));
    if (salt_.empty()) {
      return {};
    }
  }
  size_ = file_size;
  if (end_ >= file_size) {
    return {};
  }
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t base = end_ / page * page;
  const auto length = static_cast<std::size_t>(file_size - base);
  void* const map = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file_.fd(),
                           static_cast<off_t>(base));
  if (map == MAP_FAILED) {
    return fail_errno("cannot map the journal " + path_, errno);
  }
  const std::string_view bytes(static_cast<const char*>(map), length);
  const Scan scan = scan_records(bytes, static_cast<std::size_t>(end_ - base), base, salt_);
  if (entries_.empty()) {  // later growth is by doubling: an exact reserve at each refresh would
                           // copy everything
    entries_.reserve(scan.payloads.size());
    by_fingerprint_.reserve(scan.payloads.size());
    by_stage_.reserve(scan.payloads.size());
  }
  for (const PayloadAt& at : scan.payloads) {
    index(at, bytes.substr(static_cast<std::size_t>(at.offset - base), at.size));
  }
  ::munmap(map, length);
  end_ = scan.end;
  note_damage(scan);
  return {};
}

void JournalFile::note_damage(const Scan& scan) {
  for (const Gap& gap : scan.gaps) {
    warnings_.push_back(
        fmt::format("{}: bytes {} to {} are damaged; results recorded there are "
                    "lost, all others were read",
                    path_, gap.begin, gap.end));
  }
  if (scan.tail == Tail::damaged) {
    warnings_.push_back(
        fmt::format("{}: the last {} bytes are damaged; results recorded there are lost, all "
                    "others were read",
                    path_, size_ - end_));
  }
  damaged_ = damaged_ || !scan.gaps.empty() || scan.tail == Tail::damaged;
}

void JournalFile::index(PayloadAt at, std::string_view payload) {
  const auto key = decode_key(payload);
  if (!key) {
    return;  // a filler, or a kind of record that this version does not know
  }
  const Entry entry{at, key->fingerprint, hash_of(key->stage), key->wall_ms};
  const auto position = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back(entry);
  by_fingerprint_.put(std::hash<Digest>{}(entry.fingerprint), position, [&](std::uint32_t other) {
    return entries_[other].fingerprint == entry.fingerprint;
  });
  by_stage_.put(entry.stage_hash, position, [&](std::uint32_t other) {
    return entries_[other].stage_hash == entry.stage_hash;
  });
}

Result<std::string> JournalFile::read_record(const Entry& entry) const {
  std::string record(record_header_size + entry.at.size, '\0');
  if (auto read = file_.read_at(record, entry.at.offset - record_header_size); !read) {
    return fail_errno("cannot read the journal " + path_, read.error());
  }
  if (!is_record(record, salt_)) {
    return fail(Code::corrupt, fmt::format("{}: the record at byte {} is damaged", path_,
                                           entry.at.offset - record_header_size));
  }
  return record;
}

std::optional<Action> JournalFile::read(const Entry& entry) const {
  const auto record = read_record(entry);
  if (!record) {
    return std::nullopt;
  }
  return decode(std::string_view(*record).substr(record_header_size));
}

std::optional<Action> JournalFile::find(const Digest& fingerprint) const {
  const auto same = [&](std::uint32_t i) { return entries_[i].fingerprint == fingerprint; };
  const auto position = by_fingerprint_.get(std::hash<Digest>{}(fingerprint), same);
  return position ? read(entries_[*position]) : std::nullopt;
}

std::optional<Action> JournalFile::last_of(std::string_view stage) const {
  const std::uint64_t hash = hash_of(stage);
  const auto newest =
      by_stage_.get(hash, [&](std::uint32_t other) { return entries_[other].stage_hash == hash; });
  if (!newest) {
    return std::nullopt;
  }
  // Two labels may share a hash: then the newest of this one stands further back.
  for (std::size_t i = *newest + std::size_t{1}; i-- > 0;) {
    if (entries_[i].stage_hash == hash) {
      if (auto action = read(entries_[i]); action && action->stage == stage) {
        return action;
      }
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> JournalFile::last_wall_ms(std::string_view stage) const {
  const std::uint64_t hash = hash_of(stage);
  const auto newest =
      by_stage_.get(hash, [&](std::uint32_t other) { return entries_[other].stage_hash == hash; });
  return newest ? std::optional(entries_[*newest].wall_ms) : std::nullopt;
}

std::vector<Action> JournalFile::all() const {
  std::vector<Action> actions;
  actions.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    if (auto action = read(entry)) {
      actions.push_back(std::move(*action));
    }
  }
  return actions;
}

}  // namespace mlpipe::cache
