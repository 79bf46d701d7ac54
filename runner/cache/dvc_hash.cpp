#include "runner/cache/dvc_hash.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "runner/base/md5.hpp"
#include "runner/cache/files.hpp"

namespace mlpipe::cache {
namespace {

constexpr std::size_t chunk = std::size_t{1} << 20U;  // dos2unix works chunk by chunk
constexpr std::size_t looked_at = 512;

// dvc_data/hashfile/istextfile.py: no NUL, and at most 30 % outside printable ASCII and \n\r\t\f\b.
bool looks_like_text(std::string_view block) {
  block = block.substr(0, looked_at);
  if (block.empty()) {
    return true;
  }
  if (block.find('\0') != std::string_view::npos) {
    return false;
  }
  const auto odd = std::count_if(block.begin(), block.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 32 || byte > 126) && c != '\n' && c != '\r' && c != '\t' && c != '\f' &&
           c != '\b';
  });
  return static_cast<double>(odd) / static_cast<double>(block.size()) <= 0.30;
}

std::string to_unix(std::string_view block) {
  std::string out;
  out.reserve(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (block[i] != '\r' || i + 1 == block.size() || block[i + 1] != '\n') {
      out += block[i];
    }
  }
  return out;
}

// Fills the buffer unless the stream ends.
Result<std::size_t> read_chunk(int in, char* buffer, const std::string& path) {
  std::size_t have = 0;
  while (have < chunk) {
    const ssize_t got = ::read(in, buffer + have, chunk - have);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail_errno("cannot read " + shown(path), errno);
    }
    if (got == 0) {
      break;
    }
    have += static_cast<std::size_t>(got);
  }
  return have;
}

}  // namespace

Result<DvcStream> dvc_hash_stream(int in, int out, DvcHash hash, const std::string& path) {
  Md5 md5;
  const auto buffer = std::make_unique_for_overwrite<char[]>(chunk);  // small files touch little
  DvcStream stream;
  bool text = false;
  for (bool first = true;; first = false) {
    TRY(const std::size_t have, read_chunk(in, buffer.get(), path));
    const std::string_view block(buffer.get(), have);
    if (first) {
      text = hash == DvcHash::md5_dos2unix && looks_like_text(block);
    }
    md5.update(text ? std::string_view(to_unix(block)) : block);
    if (out >= 0) {
      TRY_OK(write_all(out, block, path));
    }
    stream.size += have;
    if (have < chunk) {
      break;
    }
  }
  stream.md5 = hex(md5.finish());
  return stream;
}

}  // namespace mlpipe::cache
