#include "stages/table/raw_check.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <memory>
#include <string_view>
#include <vector>

#include "runner/base/text.hpp"

namespace mlpipe::stages::table {
namespace {

constexpr std::size_t block = 1U << 18U;
constexpr std::string_view line_ends = "\n\r";
// A file that unpacks to more than both is taken for a bomb.
constexpr std::uint64_t bomb_size = 1U << 30U;
constexpr std::uint64_t bomb_ratio = 200;

tl::unexpected<Error> too_long(const std::string& path, std::uint64_t at) {
  return fail(Code::refused,
              fmt::format("{}: the line that begins at byte {} is longer than {}, which the table "
                          "engine cannot read",
                          printable(path), at, format_size(longest_line)));
}

tl::unexpected<Error> cut_off(const std::string& path) {
  return fail(Code::corrupt,
              fmt::format("{} is cut off: its compressed stream has no end; fetch or "
                          "write it again",
                          printable(path)));
}

tl::unexpected<Error> damaged(const std::string& path, const char* why) {
  return fail(Code::corrupt, fmt::format("{} cannot be unpacked: {}", printable(path), why));
}

// Follows a text that comes in pieces.
class LineWatch {
 public:
  // Whether no line grew too long so far.
  bool take(const char* bytes, std::size_t size) {
    const std::string_view text(bytes, size);
    const std::uint64_t until = read_ + std::min(text.find_first_of(line_ends), size);
    const auto last = text.find_last_of(line_ends);
    if (until - begin_ > longest_line) {
      return false;
    }
    if (last != std::string_view::npos) {
      begin_ = read_ + last + 1;
    }
    read_ += size;
    return true;
  }
  [[nodiscard]] std::uint64_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t read() const { return read_; }

 private:
  std::uint64_t begin_ = 0;  // of the line that is not over
  std::uint64_t read_ = 0;
};

// What becomes of the unpacked bytes.
class Unpacked {
 public:
  Unpacked(const std::string& path, Format format, std::uint64_t packed)
      : path_(path), format_(format), packed_(packed) {}

  Status take(const char* bytes, std::size_t size) {
    if (!watch_.take(bytes, size) && format_ == Format::csv) {
      return too_long(path_, watch_.begin());
    }
    if (watch_.read() > bomb_size && watch_.read() / bomb_ratio > packed_) {
      return fail(
          Code::refused,
          fmt::format("{} unpacks to more than {} times its {}; if that is meant, unpack it "
                      "and check the result",
                      printable(path_), bomb_ratio, format_size(packed_)));
    }
    return {};
  }

 private:
  const std::string& path_;
  Format format_;
  std::uint64_t packed_;
  LineWatch watch_;
};

Status unpack_gzip(const std::string& path, std::ifstream& file, Unpacked& unpacked) {
  constexpr int gzip_window = 15 + 16;
  z_stream stream{};
  if (inflateInit2(&stream, gzip_window) != Z_OK) {
    return fail(Code::internal, "zlib cannot be set up");
  }
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> end(&stream, &inflateEnd);
  std::vector<char> in(block);
  std::vector<char> out(block);
  bool whole = false;  // nothing is open
  for (;;) {
    if (stream.avail_in == 0) {
      file.read(in.data(), static_cast<std::streamsize>(in.size()));
      stream.next_in = reinterpret_cast<Bytef*>(in.data());
      stream.avail_in = static_cast<uInt>(file.gcount());
      if (stream.avail_in == 0) {
        return whole ? Status{} : cut_off(path);
      }
    }
    // Zeros may pad the last member.
    if (whole && *stream.next_in == 0) {
      ++stream.next_in;
      --stream.avail_in;
      continue;
    }
    whole = false;
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return damaged(path, stream.msg == nullptr ? "it is no gzip file" : stream.msg);
    }
    TRY_OK(unpacked.take(out.data(), out.size() - stream.avail_out));
    if (result == Z_STREAM_END) {
      whole = true;
      inflateReset(&stream);
    }
  }
}

Status unpack_zstd(const std::string& path, std::ifstream& file, Unpacked& unpacked) {
  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(),
                                                                          &ZSTD_freeDStream);
  if (stream == nullptr) {
    return fail(Code::internal, "zstd cannot be set up");
  }
  std::vector<char> in(block);
  std::vector<char> out(block);
  std::size_t wanted = 1;  // 0: a frame is over
  while (file.read(in.data(), static_cast<std::streamsize>(in.size())), file.gcount() > 0) {
    ZSTD_inBuffer input{in.data(), static_cast<std::size_t>(file.gcount()), 0};
    ZSTD_outBuffer output{out.data(), out.size(), out.size()};
    // A full buffer may leave more behind it.
    while (input.pos < input.size || output.pos == output.size) {
      output.pos = 0;
      wanted = ZSTD_decompressStream(stream.get(), &output, &input);
      if (ZSTD_isError(wanted) != 0) {
        return damaged(path, ZSTD_getErrorName(wanted));
      }
      TRY_OK(unpacked.take(out.data(), output.pos));
      if (input.pos == input.size && output.pos < output.size) {
        break;
      }
    }
  }
  return wanted == 0 ? Status{} : cut_off(path);
}

// From a line's end looks back from where the next one must be: a byte here and there.
Status check_lines(const std::string& path, std::ifstream& file, std::uint64_t size) {
  std::vector<char> bytes(block);
  for (std::uint64_t begin = 0; size - begin > longest_line;) {
    std::uint64_t end = begin + longest_line + 1;
    std::uint64_t next = begin;
    while (next == begin && end > begin) {
      const std::uint64_t from = end - begin > block ? end - block : begin;
      file.seekg(static_cast<std::streamoff>(from));
      file.read(bytes.data(), static_cast<std::streamsize>(end - from));
      if (static_cast<std::uint64_t>(file.gcount()) != end - from) {
        return fail(Code::changed, fmt::format("{} changed while it was read", printable(path)));
      }
      const std::string_view text(bytes.data(), static_cast<std::size_t>(end - from));
      if (const auto found = text.find_last_of(line_ends); found != std::string_view::npos) {
        next = from + found + 1;
      }
      end = from;
    }
    if (next == begin) {
      return too_long(path, begin);
    }
    begin = next;
  }
  return {};
}

}  // namespace

Status check_raw(const std::string& path, Format format) {
  const bool gzip = path.ends_with(".gz");
  const bool zstd = path.ends_with(".zst");
  if (format == Format::parquet || format == Format::delta ||
      (!gzip && !zstd && format != Format::csv)) {
    return {};
  }
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    return fail_errno(fmt::format("cannot open {}", printable(path)), errno);
  }
  const auto size = static_cast<std::uint64_t>(file.tellg());
  file.seekg(0);
  Unpacked unpacked(path, format, size);
  return gzip   ? unpack_gzip(path, file, unpacked)
         : zstd ? unpack_zstd(path, file, unpacked)
                : check_lines(path, file, size);
}

}  // namespace mlpipe::stages::table
