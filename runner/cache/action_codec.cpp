#include "runner/cache/action_codec.hpp"

#include <cstring>
#include <limits>
#include <type_traits>

namespace mlpipe::cache {
namespace {

constexpr auto last_entry_type = static_cast<std::uint8_t>(port::EntryType::tree);
constexpr auto last_origin = static_cast<std::uint8_t>(Origin::accepted);

template <class Number>
void put(std::string& bytes, Number value) {
  auto rest = static_cast<std::make_unsigned_t<Number>>(value);
  for (std::size_t i = 0; i < sizeof rest; ++i) {
    bytes += static_cast<char>(rest & 0xFFU);
    rest = static_cast<decltype(rest)>(static_cast<std::uint64_t>(rest) >> 8U);
  }
}

void put(std::string& bytes, const Digest& digest) {
  bytes.append(digest.bytes.begin(), digest.bytes.end());
}

void put_text(std::string& bytes, std::string_view text) {
  put_u32(bytes, static_cast<std::uint32_t>(text.size()));
  bytes += text;
}

void put_optional(std::string& bytes, const std::optional<Digest>& digest) {
  put(bytes, static_cast<std::uint8_t>(digest.has_value() ? 1 : 0));
  if (digest) {
    put(bytes, *digest);
  }
}

// Takes fields off the front; after the first that does not fit, every field is empty and good() is
// false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  void refuse() { good_ = false; }

  std::string_view take(std::size_t size) {
    if (!good_ || rest_.size() < size) {
      good_ = false;
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  template <class Number>
  Number number() {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const char c : take(sizeof(Number))) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << shift;
      shift += 8;
    }
    return static_cast<Number>(value);
  }

  std::uint8_t at_most(std::uint8_t last) {
    const auto value = number<std::uint8_t>();
    good_ = good_ && value <= last;
    return good_ ? value : std::uint8_t{0};
  }

  Digest digest() {
    Digest value;
    const std::string_view taken = take(value.bytes.size());
    if (!taken.empty()) {
      std::memcpy(value.bytes.data(), taken.data(), taken.size());
    }
    return value;
  }

  std::string_view text() { return take(number<std::uint32_t>()); }

  std::optional<Digest> optional_digest() {
    if (at_most(1) == 0) {
      return std::nullopt;
    }
    return digest();
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

void put_u32(std::string& bytes, std::uint32_t value) {
  put(bytes, value);
}

std::uint32_t get_u32(std::string_view bytes) {
  return Reader(bytes).number<std::uint32_t>();
}

std::string encode(const Action& action) {
  std::string bytes(1, action_type);
  bytes.reserve(256 + action.manifest.size() + 128 * action.outs.size());
  put(bytes, action.fingerprint);
  put_text(bytes, action.stage);
  put_text(bytes, action.state);
  put_text(bytes, action.run_id);
  put(bytes, action.time_ms);
  put_text(bytes, action.manifest);
  put_u32(bytes, static_cast<std::uint32_t>(action.outs.size()));
  for (const OutRecord& out : action.outs) {
    put_text(bytes, out.path);
    put(bytes, static_cast<std::uint8_t>(out.content.type));
    put(bytes, out.content.digest);
    put(bytes, out.content.size);
    put(bytes, static_cast<std::uint8_t>(out.stored ? 1 : 0));
  }
  put_optional(bytes, action.result);
  put_optional(bytes, action.log);
  put(bytes, action.wall_ms);
  put(bytes, action.max_rss);
  put(bytes, static_cast<std::uint8_t>(action.resumed ? 1 : 0));
  put(bytes, static_cast<std::uint8_t>(action.origin));
  put_text(bytes, action.note);
  return bytes;
}

std::optional<Action> decode(std::string_view payload) {
  Reader reader(payload);
  if (reader.take(1) != std::string_view(&action_type, 1)) {
    return std::nullopt;
  }
  Action action;
  action.fingerprint = reader.digest();
  action.stage = reader.text();
  action.state = reader.text();
  action.run_id = reader.text();
  action.time_ms = reader.number<std::int64_t>();
  action.manifest = reader.text();
  const auto count = reader.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && reader.good(); ++i) {
    OutRecord out;
    out.path = reader.text();
    out.content.type = static_cast<port::EntryType>(reader.at_most(last_entry_type));
    out.content.digest = reader.digest();
    out.content.size = reader.number<std::uint64_t>();
    out.stored = reader.at_most(1) == 1;
    action.outs.push_back(std::move(out));
  }
  action.result = reader.optional_digest();
  action.log = reader.optional_digest();
  action.wall_ms = reader.number<std::int64_t>();
  action.max_rss = reader.number<std::uint64_t>();
  action.resumed = reader.at_most(1) == 1;
  action.origin = static_cast<Origin>(reader.at_most(last_origin));
  action.note = reader.text();
  if (!reader.good() || reader.left() != 0) {
    return std::nullopt;
  }
  return action;
}

// type, digest, size and stored of an output.
constexpr std::size_t out_rest = 1 + sizeof(Digest::bytes) + 8 + 1;

std::optional<ActionKey> decode_key(std::string_view payload) {
  Reader reader(payload);
  if (reader.take(1) != std::string_view(&action_type, 1)) {
    return std::nullopt;
  }
  ActionKey key{reader.digest(), reader.text()};
  (void)reader.text();  // state
  (void)reader.text();  // run_id
  (void)reader.number<std::int64_t>();
  (void)reader.text();  // manifest
  for (auto outs = reader.number<std::uint32_t>(); outs > 0 && reader.good(); --outs) {
    (void)reader.text();
    (void)reader.take(out_rest);
  }
  (void)reader.optional_digest();
  (void)reader.optional_digest();
  key.wall_ms = reader.number<std::int64_t>();
  if (!reader.good()) {
    return std::nullopt;
  }
  return key;
}

}  // namespace mlpipe::cache
