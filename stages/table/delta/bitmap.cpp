#include "stages/table/delta/bitmap.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>

namespace mlpipe::stages::table::delta {
namespace {

constexpr std::uint32_t portable_magic = 1681511377;
constexpr std::uint32_t cookie_with_runs = 12347;
constexpr std::uint32_t cookie_without_runs = 12346;
constexpr std::uint32_t most_containers = 1U << 16U;
constexpr std::uint32_t array_limit = 4096;  // a container of more values is a bit set
constexpr std::size_t bit_set_words = 1024;
constexpr std::uint32_t offsets_from = 4;  // containers, where runs are in use

// Little-endian numbers off the front of the bytes; after a read beyond the end all read 0.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  T take() {
    T value = 0;
    if (rest_.size() < sizeof(T)) {
      good_ = false;
      rest_ = {};
      return 0;
    }
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      value = static_cast<T>(
          value | static_cast<T>(static_cast<T>(static_cast<unsigned char>(rest_[i])) << (8 * i)));
    }
    rest_.remove_prefix(sizeof(T));
    return value;
  }
  void skip(std::size_t count) {
    good_ = good_ && count <= rest_.size();
    rest_.remove_prefix(std::min(count, rest_.size()));
  }
  std::string_view view(std::size_t count) {
    const std::string_view part = rest_.substr(0, count);
    skip(count);
    return part;
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

class Decoder {
 public:
  Decoder(std::string_view bytes, std::uint64_t limit) : in_(bytes), limit_(limit) {}

  Result<std::vector<std::uint64_t>> run() {
    if (in_.take<std::uint32_t>() != portable_magic) {
      return fail(Code::corrupt, "its first bytes are not those of a bitmap");
    }
    const auto bitmaps = in_.take<std::uint64_t>();
    for (std::uint64_t i = 0; i < bitmaps && good(); ++i) {
      const std::uint64_t high = in_.take<std::uint32_t>();
      bitmap(high << 32U);
    }
    if (!good()) {
      return fail(Code::corrupt, "its bitmap is cut off or damaged");
    }
    return std::move(numbers_);
  }

 private:
  struct Container {
    std::uint64_t key = 0;
    std::uint32_t size = 0;
    bool runs = false;
  };

  [[nodiscard]] bool good() const { return good_ && in_.good(); }

  void add(std::uint64_t number) {
    good_ = good_ && (numbers_.empty() || numbers_.back() < number) && numbers_.size() < limit_;
    if (good_) {
      numbers_.push_back(number);
    }
  }

  // A 32-bit Roaring bitmap in the portable format.
  void bitmap(std::uint64_t base) {
    const auto cookie = in_.take<std::uint32_t>();
    const bool has_runs = (cookie & 0xFFFFU) == cookie_with_runs;
    if (!has_runs && cookie != cookie_without_runs) {
      good_ = false;
      return;
    }
    const std::uint32_t count = has_runs ? (cookie >> 16U) + 1 : in_.take<std::uint32_t>();
    if (count > most_containers) {
      good_ = false;
      return;
    }
    const std::string_view run_flags = has_runs ? in_.view((count + 7) / 8) : std::string_view();
    std::vector<Container> containers;
    for (std::uint32_t i = 0; i < count && good(); ++i) {
      Container& one = containers.emplace_back();
      one.key = in_.take<std::uint16_t>();
      one.size = in_.take<std::uint16_t>() + 1U;
      one.runs = has_runs && ((static_cast<unsigned char>(run_flags[i / 8]) >> (i % 8)) & 1U) != 0;
    }
    if (!has_runs || count >= offsets_from) {
      in_.skip(std::size_t{count} * sizeof(std::uint32_t));
    }
    for (const Container& one : containers) {
      if (good()) {
        container(one, base | (one.key << 16U));
      }
    }
  }

  void container(const Container& one, std::uint64_t base) {
    if (one.runs) {
      const auto count = in_.take<std::uint16_t>();
      for (std::uint32_t i = 0; i < count && good(); ++i) {
        const std::uint64_t first = in_.take<std::uint16_t>();
        const std::uint64_t more = in_.take<std::uint16_t>();
        good_ = good_ && first + more < most_containers;
        for (std::uint64_t k = 0; k <= more && good(); ++k) {
          add(base + first + k);
        }
      }
    } else if (one.size <= array_limit) {
      for (std::uint32_t i = 0; i < one.size && good(); ++i) {
        add(base + in_.take<std::uint16_t>());
      }
    } else {
      for (std::size_t word = 0; word < bit_set_words && good(); ++word) {
        for (auto bits = in_.take<std::uint64_t>(); bits != 0 && good(); bits &= bits - 1) {
          add(base + word * 64 + static_cast<std::uint64_t>(std::countr_zero(bits)));
        }
      }
    }
  }

  Bytes in_;
  std::uint64_t limit_;
  bool good_ = true;
  std::vector<std::uint64_t> numbers_;
};

}  // namespace

Result<std::vector<std::uint64_t>> decode_bitmap(std::string_view bytes, std::uint64_t limit) {
  return Decoder(bytes, limit).run();
}

std::uint32_t crc32(std::string_view bytes) {
  constexpr std::uint32_t polynomial = 0xEDB88320U;
  static const auto table = [] {
    std::array<std::uint32_t, 256> entries{};
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) {
        value = (value >> 1U) ^ ((value & 1U) != 0 ? polynomial : 0U);
      }
      entries[i] = value;
    }
    return entries;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes) {
    crc = (crc >> 8U) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xFFU];
  }
  return ~crc;
}

}  // namespace mlpipe::stages::table::delta
