#include "runner/delta/replay.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>

#include "runner/base/text.hpp"

namespace mlpipe::delta {

void Replay::apply(Action action) {
  if (auto* add = std::get_if<Add>(&action)) {
    const std::string key = file_key(add->path, add->vector);
    files_.insert_or_assign(key, std::move(*add));
  } else if (const auto* remove = std::get_if<Remove>(&action)) {
    files_.erase(file_key(remove->path, remove->vector));
  } else if (auto* metadata = std::get_if<Metadata>(&action)) {
    metadata_ = std::move(*metadata);
  } else if (auto* protocol = std::get_if<Protocol>(&action)) {
    protocol_ = std::move(*protocol);
  }
}

std::vector<Add> Replay::files() && {
  std::vector<Add> files;
  files.reserve(files_.size());
  for (auto& [key, add] : files_) {
    files.push_back(std::move(add));
  }
  return files;
}

Status read_commit(const std::string& path, const std::function<More(Action)>& take) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail_errno(fmt::format("cannot open {}", printable(path)), errno);
  }
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (trim(line).empty()) {
      continue;
    }
    auto action = parse_action(line);
    if (!action) {
      return fail(action.error().code,
                  fmt::format("{}:{}: {}", printable(path), number, action.error().message));
    }
    if (take(std::move(*action)) == More::no) {
      return {};
    }
  }
  if (file.bad()) {
    return fail(Code::io, fmt::format("cannot read {}", printable(path)));
  }
  return {};
}

}  // namespace mlpipe::delta
