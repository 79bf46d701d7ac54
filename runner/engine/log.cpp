#include "runner/engine/log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "runner/base/text.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::engine {
namespace {

constexpr std::size_t tail_size = 65536;

}  // namespace

AttemptLog::AttemptLog(std::string path, Redactor redactor)
    : path_(std::move(path)), redactor_(std::move(redactor)), stream_(redactor_) {}

AttemptLog::~AttemptLog() {
  if (file_ >= 0) {
    close(file_);
  }
}

Result<std::string> AttemptLog::write(std::string text) {
  if (text.empty()) {
    return text;
  }
  if (file_ < 0) {
    TRY_OK(make_folders(path_.substr(0, path_.rfind('/'))));
    file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file_ < 0) {
      return fail_errno("cannot write the log " + path_, errno);
    }
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(file_, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) {
      return fail_errno("cannot write the log " + path_, errno);
    }
    rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  tail_ += text;
  if (tail_.size() > 2 * tail_size) {
    tail_.erase(0, tail_.size() - tail_size);
  }
  return text;
}

Result<std::string> AttemptLog::add(std::string_view bytes) {
  return write(stream_.write(bytes));
}

Result<std::string> AttemptLog::finish() {
  return write(stream_.flush());
}

std::vector<std::string> AttemptLog::last_lines(std::size_t count) const {
  std::vector<std::string> lines;
  for (std::string_view line : split(tail_, '\n')) {
    while (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    if (const auto redrawn = line.rfind('\r'); redrawn != std::string_view::npos) {
      line = line.substr(redrawn + 1);
    }
    lines.push_back(printable(line));
  }
  if (!lines.empty() && lines.back().empty()) {
    lines.pop_back();
  }
  if (lines.size() > count) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  }
  return lines;
}

}  // namespace mlpipe::engine
