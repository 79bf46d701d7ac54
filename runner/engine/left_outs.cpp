#include "runner/engine/left_outs.hpp"

#include <unistd.h>

#include <fstream>
#include <iterator>

#include "runner/base/text.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::engine {
namespace {

std::string file_of(const std::string& state_dir, const std::string& label) {
  return state_dir + "/left/" + sha256(label).short_hex();
}

// "<content text> <path>\0"; a path may hold anything but NUL.
std::string line_of(const std::string& path, const port::Content& content) {
  return port::to_text(content) + " " + path;
}

}  // namespace

bool left_by_failed_attempt(const std::string& state_dir, const std::string& label,
                            const std::string& path, const port::Content& content) {
  std::ifstream file(file_of(state_dir, label), std::ios::binary);
  if (!file) {
    return false;
  }
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::string wanted = line_of(path, content);
  for (const std::string_view line : split(text, '\0')) {
    if (line == wanted) {
      return true;
    }
  }
  return false;
}

Status remember_left(const std::string& state_dir, const std::string& label, const LeftOuts& outs) {
  std::string text;
  for (const auto& [path, content] : outs) {
    text += line_of(path, content) + '\0';
  }
  return write_file(file_of(state_dir, label), text);
}

void forget_left(const std::string& state_dir, const std::string& label) {
  unlink(file_of(state_dir, label).c_str());
}

}  // namespace mlpipe::engine
