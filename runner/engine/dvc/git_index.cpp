#include "runner/engine/dvc/git_index.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>

#include "runner/base/text.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::engine::dvc {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t header_bytes = 12;
constexpr std::size_t fixed_bytes = 62;  // of an entry, up to its name, for sha1
constexpr std::size_t flags_at = 60;
constexpr std::uint32_t extended_flag = 0x4000;  // two more bytes of flags (version 3)

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

tl::unexpected<Error> no_index() {
  return fail(Code::corrupt, "git's index cannot be read");
}

// Version 4: how many bytes of the last name to drop (a varint with carry), then the rest.
Result<std::size_t> dropped(std::string_view bytes, std::size_t& at) {
  std::size_t value = 0;
  for (bool first = true;; first = false) {
    if (at >= bytes.size() || value > bytes.size()) {
      return no_index();
    }
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    value = (first ? 0 : (value + 1) << 7U) | (byte & 0x7FU);
    if ((byte & 0x80U) == 0) {
      return value;
    }
  }
}

// The `.git` folder of a work tree: a file there names where it is.
std::string git_folder(const std::string& top) {
  const std::string path = top + "/.git";
  const auto text = fs::is_regular_file(path) ? read_file(path) : fail(Code::not_found, "");
  if (!text || !text->starts_with("gitdir:")) {
    return path;
  }
  const std::string named(trim(std::string_view(*text).substr(7)));
  return named.starts_with('/') ? named : top + '/' + named;
}

}  // namespace

Result<bool> index_names(std::string_view index, std::string_view path) {
  if (index.size() < header_bytes || index.substr(0, 4) != "DIRC") {
    return no_index();
  }
  const std::uint32_t version = big_endian(index, 4, 4);
  if (version < 2 || version > 4) {
    return no_index();
  }
  const std::string folder = std::string(path) + '/';
  std::string name;
  std::size_t at = header_bytes;
  for (std::uint32_t left = big_endian(index, 8, 4); left > 0; --left) {
    const std::size_t start = at;
    if (start + fixed_bytes > index.size()) {
      return no_index();
    }
    const bool extended = (big_endian(index, start + flags_at, 2) & extended_flag) != 0;
    at = start + fixed_bytes + (extended ? 2 : 0);
    if (version == 4) {
      TRY(const std::size_t drop, dropped(index, at));
      if (drop > name.size()) {
        return no_index();
      }
      name.resize(name.size() - drop);
    } else {
      name.clear();
    }
    const std::size_t end = index.find('\0', at);
    if (end == std::string_view::npos) {
      return no_index();
    }
    name += index.substr(at, end - at);
    // Entries before version 4 are filled up to a multiple of eight.
    at = version == 4 ? end + 1 : start + (end - start + 8) / 8 * 8;
    if (name == path || name.starts_with(folder)) {
      return true;
    }
  }
  return false;
}

Result<bool> tracked_by_git(const std::string& path) {
  std::error_code ignored;
  for (fs::path top = fs::path(path).parent_path(); top != top.root_path();
       top = top.parent_path()) {
    if (!fs::exists(top / ".git", ignored)) {
      continue;
    }
    const auto index = read_file(git_folder(top.string()) + "/index");
    if (!index) {
      return false;
    }
    return index_names(*index, std::string_view(path).substr(top.string().size() + 1));
  }
  return false;
}

}  // namespace mlpipe::engine::dvc
