#include "runner/cache/index_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <type_traits>

#include "runner/cache/checksum.hpp"

namespace mlpipe::cache {
namespace {

struct Header {
  std::array<char, 14> magic;
  std::uint16_t endian;
  std::uint64_t file_size;
  std::uint64_t table_offset;
  std::uint64_t slots;
  std::uint64_t checksum;
};
struct Block {
  std::uint64_t checksum;
  std::uint64_t length;  // of the whole block
  std::uint32_t path_length;
  std::uint32_t count;
};
struct Entry {
  Signature signature;
  Digest digest;
  std::uint32_t name_offset;  // into the block's names
  std::uint32_t name_length;
  std::uint32_t trust;
  std::uint32_t zero;
};
static_assert(std::is_trivially_copyable_v<Entry>);
static_assert(sizeof(Header) == 48 && sizeof(Block) == 24 && sizeof(Entry) % 8 == 0);

constexpr std::array<char, 14> magic = {'m', 'l', 'p', 'i', 'p', 'e', '-',
                                        'i', 'n', 'd', 'e', 'x', 1,   0};
constexpr std::uint16_t endian_mark = 0x0102;
constexpr std::size_t slot_size = 16;
constexpr std::size_t write_buffer = 1U << 20U;

std::size_t padded(std::size_t size) {
  return (size + 7) & ~std::size_t{7};
}

template <class Value>
Value load(const char* at) {
  Value value;
  std::memcpy(static_cast<void*>(&value), at, sizeof value);
  return value;
}

template <class Value>
std::string_view bytes_of(const Value& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::uint64_t table_checksum(const Header& header, std::string_view slots) {
  Header plain = header;
  plain.checksum = 0;
  return checksum(bytes_of(plain)) ^ checksum(slots);
}

}  // namespace

std::string_view IndexFile::Folder::name(std::size_t i) const {
  const auto entry = load<Entry>(entries_ + i * sizeof(Entry));
  if (entry.name_offset > names_.size() || entry.name_length > names_.size() - entry.name_offset) {
    return {};
  }
  return names_.substr(entry.name_offset, entry.name_length);
}

Known IndexFile::Folder::known(std::size_t i) const {
  const auto entry = load<Entry>(entries_ + i * sizeof(Entry));
  return {entry.signature, entry.digest, entry.trust == 1 ? Trust::proven : Trust::unproven};
}

std::optional<Known> IndexFile::Folder::find(std::string_view wanted) const {
  std::size_t low = 0;
  for (std::size_t high = count_; low < high;) {
    const std::size_t middle = low + (high - low) / 2;
    if (name(middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < count_ && name(low) == wanted ? std::optional(known(low)) : std::nullopt;
}

IndexFile::IndexFile(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!fd.valid() || fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<std::size_t>(status.st_size) < sizeof(Header)) {
    return;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* map = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (map == MAP_FAILED) {
    return;
  }
  data_ = static_cast<const char*>(map);
  size_ = size;
  const auto header = load<Header>(data_);
  const bool fits = header.magic == magic && header.endian == endian_mark &&
                    header.file_size == size && header.table_offset >= sizeof(Header) &&
                    header.table_offset <= size && std::has_single_bit(header.slots) &&
                    (size - header.table_offset) / slot_size == header.slots &&
                    (size - header.table_offset) % slot_size == 0;
  if (fits && table_checksum(header, bytes().substr(header.table_offset)) == header.checksum) {
    table_ = header.table_offset;
    slots_ = header.slots;
    verified_.assign(slots_, 0);
  }
}

IndexFile::~IndexFile() {
  if (data_ != nullptr) {
    munmap(const_cast<char*>(data_), size_);
  }
}

IndexFile::IndexFile(IndexFile&& other) noexcept {
  *this = std::move(other);
}

IndexFile& IndexFile::operator=(IndexFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(table_, other.table_);
  std::swap(slots_, other.slots_);
  std::swap(verified_, other.verified_);
  return *this;
}

std::optional<IndexFile::Folder> IndexFile::block(std::uint64_t offset) const {
  if (offset % 8 != 0 || offset < sizeof(Header) || offset > table_ ||
      table_ - offset < sizeof(Block)) {
    return std::nullopt;
  }
  const auto block = load<Block>(data_ + offset);
  const std::size_t path_size = padded(block.path_length);
  const std::size_t fixed = sizeof(Block) + path_size + std::size_t{block.count} * sizeof(Entry);
  if (block.length > table_ - offset || fixed > block.length) {
    return std::nullopt;
  }
  const char* path = data_ + offset + sizeof(Block);
  return Folder({path, block.path_length}, path + path_size, block.count,
                {data_ + offset + fixed, block.length - fixed});
}

std::optional<IndexFile::Folder> IndexFile::find(std::string_view folder) const {
  const std::uint64_t hash = checksum(folder);
  for (std::uint64_t probe = 0; probe < slots_; ++probe) {
    const std::size_t slot = (hash + probe) & (slots_ - 1);
    const char* at = data_ + table_ + slot * slot_size;
    const auto offset = load<std::uint64_t>(at + 8);
    if (offset == 0) {
      return std::nullopt;
    }
    if (load<std::uint64_t>(at) != hash) {
      continue;
    }
    const auto found = block(offset);
    if (!found || found->path() != folder) {
      continue;
    }
    if (verified_[slot] == 0) {
      const auto header = load<Block>(data_ + offset);
      const bool good = checksum(bytes().substr(offset + 8, header.length - 8)) == header.checksum;
      verified_[slot] = good ? 1 : 2;
    }
    return verified_[slot] == 1 ? found : std::nullopt;
  }
  return std::nullopt;
}

void IndexFile::each(const std::function<void(const Folder&)>& visit) const {
  if (slots_ == 0) {
    return;
  }
  for (std::uint64_t offset = sizeof(Header); offset < table_;) {
    const auto found = block(offset);
    const auto length = found ? load<Block>(data_ + offset).length : 0;
    if (!found || length == 0) {
      return;
    }
    if (const auto intact = find(found->path())) {
      visit(*intact);
    }
    offset += length;
  }
}

IndexWriter::IndexWriter(Fd fd, std::string temp) : fd_(std::move(fd)), temp_(std::move(temp)) {}

IndexWriter::~IndexWriter() {
  if (fd_.valid()) {
    unlink(temp_.c_str());
  }
}

Result<IndexWriter> IndexWriter::create(const std::string& temp_folder) {
  TRY_OK(make_folders(temp_folder));
  std::string temp = temp_folder + "/" + temp_name("index");
  Fd fd(open(temp.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd.valid()) {
    return fail_errno("cannot create " + shown(temp), errno);
  }
  IndexWriter writer(std::move(fd), std::move(temp));
  writer.buffer_.assign(sizeof(Header), '\0');
  return writer;
}

void IndexWriter::add(std::string_view name, const Known& known) {
  // Value-initialised and copied field by field: no padding of ours is left undefined in the file.
  Entry entry;
  std::memset(static_cast<void*>(&entry), 0, sizeof entry);
  entry.signature.device = known.signature.device;
  entry.signature.inode = known.signature.inode;
  entry.signature.size = known.signature.size;
  entry.signature.mtime_ns = known.signature.mtime_ns;
  entry.signature.ctime_ns = known.signature.ctime_ns;
  entry.signature.mode = known.signature.mode;
  entry.digest = known.digest;
  entry.name_offset = static_cast<std::uint32_t>(names_.size());
  entry.name_length = static_cast<std::uint32_t>(name.size());
  entry.trust = known.trust == Trust::proven ? 1 : 0;
  entries_ += bytes_of(entry);
  names_ += name;
  ++count_;
}

Status IndexWriter::end_folder(std::string_view path) {
  if (count_ == 0) {
    return {};
  }
  names_.resize(padded(names_.size()));
  std::string block(sizeof(Block), '\0');
  block += path;
  block.resize(padded(block.size()));
  block += entries_;
  block += names_;
  Block header{0, block.size(), static_cast<std::uint32_t>(path.size()), count_};
  std::memcpy(block.data(), &header, sizeof header);
  header.checksum = checksum(std::string_view(block).substr(8));
  std::memcpy(block.data(), &header, sizeof header);
  folders_.push_back({checksum(path), offset_ + buffer_.size()});
  buffer_ += block;
  entries_.clear();
  names_.clear();
  count_ = 0;
  return buffer_.size() < write_buffer ? Status{} : flush();
}

Status IndexWriter::flush() {
  TRY_OK(write_all(fd_.get(), buffer_, temp_));
  offset_ += buffer_.size();
  buffer_.clear();
  return {};
}

Status IndexWriter::commit(const std::string& path) {
  TRY_OK(flush());
  std::vector<Slot> slots(std::bit_ceil(2 * folders_.size() + 1));
  for (const auto& folder : folders_) {
    std::size_t at = folder.hash & (slots.size() - 1);
    while (slots[at].offset != 0) {
      at = (at + 1) & (slots.size() - 1);
    }
    slots[at] = folder;
  }
  const std::string_view table(reinterpret_cast<const char*>(slots.data()),
                               slots.size() * slot_size);
  Header header{magic, endian_mark, offset_ + table.size(), offset_, slots.size(), 0};
  header.checksum = table_checksum(header, table);
  TRY_OK(write_all(fd_.get(), table, temp_));
  if (pwrite(fd_.get(), &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) {
    return fail_errno("cannot write " + shown(temp_), errno);
  }
  return rename(temp_.c_str(), path.c_str()) == 0
             ? Status{}
             : Status(fail_errno("cannot put " + shown(path) + " in place", errno));
}

}  // namespace mlpipe::cache
