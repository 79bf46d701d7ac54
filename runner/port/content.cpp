#include "runner/port/content.hpp"

#include <array>
#include <limits>
#include <utility>

namespace mlpipe::port {
namespace {

constexpr std::string_view magic = "mlpipe-tree\x01";
constexpr std::array<std::pair<EntryType, std::string_view>, 4> prefixes = {{
    {EntryType::file, "file:"},
    {EntryType::executable, "exec:"},
    {EntryType::link, "link:"},
    {EntryType::tree, "tree:"},
}};

template <class Unsigned>
void append_le(std::string& out, Unsigned value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
  }
}

// Takes bytes off the front of a buffer; never reads past its end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] std::optional<std::string_view> take(std::size_t count) {
    if (count > rest_.size()) {
      return std::nullopt;
    }
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  template <class Unsigned>
  [[nodiscard]] std::optional<Unsigned> number() {
    const auto bytes = take(sizeof(Unsigned));
    if (!bytes) {
      return std::nullopt;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>((*bytes)[i])} << (8 * i);
    }
    return static_cast<Unsigned>(value);
  }

 private:
  std::string_view rest_;
};

bool good_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

std::optional<TreeEntry> read_entry(Reader& reader) {
  const auto type = reader.number<std::uint8_t>();
  const auto length = reader.number<std::uint32_t>();
  if (!type || !length || *type < 1 || *type > 4) {
    return std::nullopt;
  }
  const auto name = reader.take(*length);
  const auto digest = reader.take(sizeof(Digest::bytes));
  const auto size = reader.number<std::uint64_t>();
  if (!name || !digest || !size || !good_name(*name)) {
    return std::nullopt;
  }
  TreeEntry entry{std::string(*name), {static_cast<EntryType>(*type), {}, *size}};
  std::memcpy(entry.content.digest.bytes.data(), digest->data(), digest->size());
  return entry;
}

}  // namespace

std::string to_text(const Content& content) {
  for (const auto& [type, prefix] : prefixes) {
    if (type == content.type) {
      return std::string(prefix) + content.digest.hex();
    }
  }
  return "missing";
}

std::optional<Content> content_from_text(std::string_view text) {
  if (text == "missing") {
    return Content{};
  }
  for (const auto& [type, prefix] : prefixes) {
    if (text.substr(0, prefix.size()) == prefix) {
      const auto digest = Digest::from_hex(text.substr(prefix.size()));
      return digest ? std::optional(Content{type, *digest, 0}) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::string encode_tree(const std::vector<TreeEntry>& sorted_entries) {
  std::size_t size = magic.size();
  for (const auto& entry : sorted_entries) {
    size += 1 + 4 + entry.name.size() + sizeof(Digest::bytes) + 8;
  }
  std::string out;
  out.reserve(size);
  out += magic;
  for (const auto& entry : sorted_entries) {
    out.push_back(static_cast<char>(entry.content.type));
    append_le(out, static_cast<std::uint32_t>(entry.name.size()));
    out += entry.name;
    const auto& bytes = entry.content.digest.bytes;
    out.append(bytes.begin(), bytes.end());
    append_le(out, entry.content.size);
  }
  return out;
}

Result<std::vector<TreeEntry>> decode_tree(std::string_view bytes) {
  if (bytes.substr(0, magic.size()) != magic) {
    return fail(Code::corrupt, "not a tree object");
  }
  std::vector<TreeEntry> entries;
  Reader reader(bytes.substr(magic.size()));
  while (!reader.empty()) {
    auto entry = read_entry(reader);
    if (!entry) {
      return fail(Code::corrupt, "malformed tree object");
    }
    if (!entries.empty() && entries.back().name >= entry->name) {
      return fail(Code::corrupt, "tree object with names out of order");
    }
    entries.push_back(std::move(*entry));
  }
  return entries;
}

}  // namespace mlpipe::port
