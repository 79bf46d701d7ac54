#include "runner/engine/standing.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "runner/cache/files.hpp"

namespace mlpipe::engine {
namespace {

bool ends_with(std::string_view text, std::string_view tail) {
  return text.size() >= tail.size() && text.substr(text.size() - tail.size()) == tail;
}

}  // namespace

std::string key_of(const Question& question) {
  struct stat binary {};
  if (stat(question.executable.c_str(), &binary) != 0) {
    return {};
  }
  const cache::Signature by = cache::signature_of(binary);
  std::string key = fmt::format("{} {} {} {} {}{}{}", by.device, by.inode, by.size, by.mtime_ns,
                                by.ctime_ns, '\0', question.root);
  for (const std::string& argument : question.asked) {
    key.append(1, '\0').append(argument);
  }
  return key;
}

std::unique_ptr<cache::Seen> begin_seeing(const std::string& root) {
  const std::string state_dir = root + "/.mlpipe";
  return access((state_dir + "/journal").c_str(), F_OK) == 0
             ? std::make_unique<cache::Seen>(state_dir + "/tmp")
             : nullptr;
}

void see_path(const std::string& root, const std::string& path, cache::Seen& seen) {
  const cache::Fd at(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat status {};
  if (fstatat(at.get(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    errno == ENOENT || errno == ENOTDIR ? seen.absent(path) : seen.doubt();
  } else if (S_ISLNK(status.st_mode)) {
    seen.doubt();
  } else {
    seen.present(path, cache::signature_of(status), at.get());
  }
}

Status see_sources(const std::string& root, const spec::Loaded& loaded, cache::Seen& seen) {
  for (const auto* paths : {&loaded.files_read, &loaded.files_absent}) {
    for (const std::string& path : *paths) {
      see_path(root, path, seen);
    }
  }
  see_path(root, "pipelines", seen);
  const cache::Fd fd(open((root + "/pipelines").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    return {};
  }
  TRY(const auto names, cache::list_folder(fd.get(), "pipelines"));
  for (const cache::Name& name : names) {
    if (ends_with(name.text, ".yaml") || ends_with(name.text, ".yml")) {
      see_path(root, "pipelines/" + name.text, seen);
    }
  }
  return {};
}

}  // namespace mlpipe::engine
