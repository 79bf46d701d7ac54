#include "runner/cache/dvc_link.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "runner/cache/dvc_hash.hpp"
#include "runner/cache/files.hpp"

namespace mlpipe::cache {
namespace {

namespace fs = std::filesystem;

Status try_link(DvcLink link, const std::string& object, const std::string& path) {
  if (link == DvcLink::hardlink) {
    return ::link(object.c_str(), path.c_str()) == 0
               ? Status{}
               : Status(fail_errno("cannot link " + shown(path), errno));
  }
  if (link == DvcLink::symlink) {
    return ::symlink(object.c_str(), path.c_str()) == 0
               ? Status{}
               : Status(fail_errno("cannot link " + shown(path), errno));
  }
  const Fd from(::open(object.c_str(), O_RDONLY | O_CLOEXEC));
  const Fd to(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!from.valid() || !to.valid()) {
    return fail_errno("cannot write " + shown(path), errno);
  }
  if (ioctl(to.get(), FICLONE, from.get()) == 0) {
    return {};
  }
  if (link == DvcLink::reflink) {
    const int failed = errno;
    unlink(path.c_str());
    return fail_errno("cannot clone " + shown(path), failed);
  }
  for (;;) {
    const ssize_t got =
        copy_file_range(from.get(), nullptr, to.get(), nullptr, std::size_t{1} << 30U, 0);
    if (got == 0) {
      return {};
    }
    if (got < 0) {
      break;  // file systems that cannot: bytes by hand, from where it stopped
    }
  }
  return dvc_hash_stream(from.get(), to.get(), DvcHash::md5, path)
             ? Status{}
             : Status(fail(Code::io, "cannot copy to " + shown(path)));
}

}  // namespace

std::string_view name(DvcLink link) {
  switch (link) {
    case DvcLink::reflink:
      return "reflink";
    case DvcLink::hardlink:
      return "hardlink";
    case DvcLink::symlink:
      return "symlink";
    case DvcLink::copy:
      break;
  }
  return "copy";
}

std::string folder_of_path(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

Status remove_path(const std::string& path) {
  const int folder = ::open(folder_of_path(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    return errno == ENOENT
               ? Status{}
               : Status(fail_errno("cannot open " + shown(folder_of_path(path)), errno));
  }
  const Fd fd(folder);
  return remove_all(fd.get(), path.substr(path.rfind('/') + 1));
}

// By a temporary name and rename; the first link that works.
Status place_object(const std::vector<DvcLink>& order, const std::string& object,
                    const std::string& path, std::uint64_t size) {
  TRY_OK(make_folders(folder_of_path(path)));
  const std::string temp = folder_of_path(path) + "/." + temp_name("mlpipe") + ".tmp";
  Status done;
  std::vector<DvcLink> links = order;
  if (std::find(links.begin(), links.end(), DvcLink::copy) == links.end()) {
    links.push_back(DvcLink::copy);
  }
  for (const DvcLink link : links) {
    if (size == 0 && link == DvcLink::hardlink) {
      continue;  // an empty file is never shared
    }
    done = try_link(link, object, temp);
    if (done) {
      break;
    }
    unlink(temp.c_str());
  }
  TRY_OK(done);
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    TRY_OK(remove_path(path));
  }
  if (rename(temp.c_str(), path.c_str()) != 0) {
    const int failed = errno;
    unlink(temp.c_str());
    return fail_errno("cannot put " + shown(path) + " in place", failed);
  }
  unlink(temp.c_str());  // rename leaves both names where they were one file already
  return {};
}

Status unshare_path(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) {
    return errno == ENOENT ? Status{} : Status(fail_errno("cannot look at " + shown(path), errno));
  }
  if (S_ISDIR(status.st_mode)) {
    std::error_code error;
    for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
      TRY_OK(unshare_path(at->path().string()));
    }
    return {};
  }
  const bool link = S_ISLNK(status.st_mode);
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return {};
  }
  if (!link && status.st_nlink < 2) {
    return (status.st_mode & S_IWUSR) != 0 ||
                   chmod(path.c_str(), (status.st_mode & 07777U) | S_IWUSR) == 0
               ? Status{}
               : Status(fail_errno("cannot make writable " + shown(path), errno));
  }
  const std::string temp = folder_of_path(path) + "/." + temp_name("mlpipe") + ".tmp";
  TRY_OK(try_link(DvcLink::copy, path, temp));
  const mode_t mode = (status.st_mode & 07777U) | S_IWUSR;
  if (chmod(temp.c_str(), mode) != 0 || rename(temp.c_str(), path.c_str()) != 0) {
    const int failed = errno;
    unlink(temp.c_str());
    return fail_errno("cannot make a copy of " + shown(path), failed);
  }
  return {};
}

}  // namespace mlpipe::cache
