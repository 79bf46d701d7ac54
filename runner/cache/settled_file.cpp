#include "runner/cache/settled_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "runner/cache/checksum.hpp"
#include "runner/cache/files.hpp"

namespace mlpipe::cache {
namespace {

struct Header {
  std::array<char, 14> magic;
  std::uint16_t endian;
  std::uint64_t file_size;
  std::uint64_t checksum;  // over the file with this field zero
  std::uint64_t key_size;
  std::uint64_t payload_size;
  std::uint64_t folders_at;  // offset of the first folder
  std::uint64_t folders;
  std::uint64_t entries;
};
struct Folder {
  std::uint64_t path_at;  // offset of the NUL-terminated path; the root: empty
  std::uint64_t first;    // entry
  std::uint64_t count;
};
struct Entry {
  Signature signature;
  std::uint64_t name_at;  // offset of the NUL-terminated name
};
static_assert(sizeof(Header) == 72 && sizeof(Folder) == 24 && sizeof(Entry) == 56);

constexpr std::array<char, 14> magic = {'m', 'l', 'p', 'i', 'p', 'e', '-',
                                        's', 'e', 't', 't', 'l', 'e', 'd'};
constexpr std::uint16_t endian_mark = 0x0102;
constexpr std::size_t most_answers = 16;
// Below this many paths in a folder, opening it costs more than it saves.
constexpr std::uint64_t worth_opening = 4;

template <class Value>
Value load(const char* at) {
  Value value;
  std::memcpy(static_cast<void*>(&value), at, sizeof value);
  return value;
}

template <class Value>
void append(std::string& bytes, const Value& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string folder_of(const std::string& state_dir) {
  return state_dir + "/settled";
}

std::string file_of(const std::string& state_dir, std::string_view key) {
  return fmt::format("{}/{:016x}", folder_of(state_dir), checksum(key));
}

// The checksum's own field is left out.
std::uint64_t checksum_of(std::string_view bytes) {
  constexpr std::size_t at = offsetof(Header, checksum);
  return checksum(bytes.substr(0, at)) ^ checksum(bytes.substr(at + sizeof(std::uint64_t)));
}

bool has_signature(int at, const char* name, const Signature& wanted) {
  struct stat status {};
  if (fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return (errno == ENOENT || errno == ENOTDIR) && wanted == Signature{};
  }
  return signature_of(status) == wanted;
}

std::pair<std::string_view, std::string_view> folder_and_name(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) {
    return {"", path};
  }
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

// Oldest answers go; one that cannot be removed is no harm.
void prune(const std::string& folder) {
  const Fd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto names = fd.valid() ? list_folder(fd.get(), folder) : std::vector<Name>{};
  if (!names || names->size() < most_answers) {
    return;
  }
  std::vector<std::pair<std::int64_t, std::string>> aged;
  for (const Name& name : *names) {
    struct stat status {};
    if (fstatat(fd.get(), name.text.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      aged.emplace_back(signature_of(status).mtime_ns, name.text);
    }
  }
  std::sort(aged.begin(), aged.end());
  for (std::size_t i = 0; i + most_answers <= aged.size(); ++i) {
    unlinkat(fd.get(), aged[i].second.c_str(), 0);
  }
}

}  // namespace

SettledFile::SettledFile(SettledFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(other.size_), payload_(other.payload_) {}

SettledFile::~SettledFile() {
  if (data_ != nullptr) {
    munmap(const_cast<char*>(data_), size_);
  }
}

std::optional<SettledFile> SettledFile::open(const std::string& state_dir, std::string_view key) {
  const Fd fd(::open(file_of(state_dir, key).c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd.valid() || fstat(fd.get(), &status) != 0 ||
      static_cast<std::uint64_t>(status.st_size) < sizeof(Header)) {
    return std::nullopt;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd.get(), 0);
  if (mapped == MAP_FAILED) {
    return std::nullopt;
  }
  SettledFile file(static_cast<const char*>(mapped), size);
  return file.read(key) ? std::optional(std::move(file)) : std::nullopt;
}

// Offsets were written by us and the checksum holds: they are not checked one by one.
bool SettledFile::read(std::string_view key) {
  const auto header = load<Header>(data_);
  const std::string_view bytes(data_, size_);
  if (header.magic != magic || header.endian != endian_mark || header.file_size != size_ ||
      header.checksum != checksum_of(bytes) ||
      bytes.substr(sizeof(Header), header.key_size) != key) {
    return false;
  }
  payload_ = bytes.substr(sizeof(Header) + header.key_size, header.payload_size);
  return true;
}

bool SettledFile::stands(const std::string& root) const {
  const auto header = load<Header>(data_);
  const char* folders = data_ + header.folders_at;
  const char* entries = folders + header.folders * sizeof(Folder);
  const Fd root_fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::string path;
  for (std::uint64_t i = 0; i < header.folders; ++i) {
    const auto folder = load<Folder>(folders + i * sizeof(Folder));
    const char* where = data_ + folder.path_at;
    const bool is_root = *where == '\0';
    Fd opened;
    if (!is_root && folder.count >= worth_opening) {
      opened = Fd(openat(root_fd.get(), where, O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    for (std::uint64_t j = folder.first; j < folder.first + folder.count; ++j) {
      const auto entry = load<Entry>(entries + j * sizeof(Entry));
      const char* name = data_ + entry.name_at;
      if (opened.valid() || is_root) {
        if (!has_signature(is_root ? root_fd.get() : opened.get(), name, entry.signature)) {
          return false;
        }
        continue;
      }
      path.assign(where).append("/").append(name);
      if (!has_signature(root_fd.get(), path.c_str(), entry.signature)) {
        return false;
      }
    }
  }
  return root_fd.valid();
}

Status write_settled(const std::string& state_dir, std::string_view key, std::string_view payload,
                     const std::vector<Seen::Entry>& entries) {
  Header header{magic, endian_mark, 0, 0, key.size(), payload.size(), 0, 0, entries.size()};
  std::string paths;
  std::string names;
  std::vector<Folder> folders;
  std::vector<Entry> written;
  const std::uint64_t paths_at = sizeof(Header) + key.size() + payload.size();
  std::vector<std::pair<std::pair<std::string_view, std::string_view>, const Signature*>> sorted;
  for (const Seen::Entry& entry : entries) {
    sorted.emplace_back(folder_and_name(entry.path), &entry.signature);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string_view open;
  for (const auto& [place, signature] : sorted) {
    if (folders.empty() || place.first != open) {
      open = place.first;
      folders.push_back({paths_at + paths.size(), written.size(), 0});
      paths.append(open).push_back('\0');
    }
    ++folders.back().count;
    written.push_back({*signature, names.size()});
    names.append(place.second).push_back('\0');
  }
  while ((paths_at + paths.size()) % sizeof(std::uint64_t) != 0) {
    paths.push_back('\0');
  }
  header.folders_at = paths_at + paths.size();
  header.folders = folders.size();
  const std::uint64_t names_at =
      header.folders_at + folders.size() * sizeof(Folder) + written.size() * sizeof(Entry);
  header.file_size = names_at + names.size();
  std::string bytes;
  bytes.reserve(header.file_size);
  append(bytes, header);
  bytes.append(key).append(payload).append(paths);
  for (const Folder& folder : folders) {
    append(bytes, folder);
  }
  for (Entry& entry : written) {
    entry.name_at += names_at;
    append(bytes, entry);
  }
  bytes.append(names);
  header.checksum = checksum_of(bytes);
  std::memcpy(bytes.data(), &header, sizeof header);
  TRY_OK(make_folders(folder_of(state_dir)));
  prune(folder_of(state_dir));
  return replace_file(state_dir + "/tmp", file_of(state_dir, key), bytes);
}

}  // namespace mlpipe::cache
