#include "runner/cache/object_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <unordered_set>
#include <utility>
#include <vector>

#include "runner/cache/files.hpp"
#include "runner/cache/object_files.hpp"
#include "runner/cache/object_tree.hpp"

namespace mlpipe::cache {
namespace {

using port::Content;
using port::EntryType;

// What a path names: a folder that is open, and a name in it.
struct Place {
  Fd folder;
  std::string name;
};

Place split_path(const std::string& path, std::string& folder) {
  const auto slash = path.rfind('/');
  folder = slash == std::string::npos ? std::string() : path.substr(0, slash);
  return {Fd(), path.substr(slash == std::string::npos ? 0 : slash + 1)};
}

Result<Place> place_of(const std::string& path) {
  std::string folder;
  Place place = split_path(path, folder);
  // Folders on the way may be links: people put their data elsewhere.
  place.folder = Fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return place.folder.valid() ? Result<Place>(std::move(place))
                              : fail_errno("cannot open " + shown(folder), errno);
}

enum class Put : std::uint8_t { done, other_file_system };

// Brings the staged entry to its place. What stood there stays until the very moment; in every
// failure it is back.
Result<Put> swap_in(const Place& staged, const Place& place, const std::string& path) {
  const char* from = staged.name.c_str();
  const char* to = place.name.c_str();
  if (renameat(staged.folder.get(), from, place.folder.get(), to) == 0) {
    return Put::done;
  }
  if (errno == EXDEV) {
    return Put::other_file_system;
  }
  if (errno != EISDIR && errno != ENOTDIR && errno != ENOTEMPTY && errno != EEXIST) {
    return fail_errno("cannot put " + shown(path) + " in place", errno);
  }
  if (renameat2(staged.folder.get(), from, place.folder.get(), to, RENAME_EXCHANGE) == 0) {
    remove_all(staged.folder.get(),
               staged.name);  // what is left of the old one lies below tmp, for gc
    return Put::done;
  }
  if (errno != EINVAL && errno != ENOSYS) {
    return fail_errno("cannot put " + shown(path) + " in place", errno);
  }
  const std::string old = temp_name("old");
  if (renameat(place.folder.get(), to, staged.folder.get(), old.c_str()) != 0) {
    return fail_errno("cannot move the old " + shown(path) + " aside", errno);
  }
  if (renameat(staged.folder.get(), from, place.folder.get(), to) != 0) {
    const int error = errno;
    renameat(staged.folder.get(), old.c_str(), place.folder.get(), to);
    return fail_errno("cannot put " + shown(path) + " in place", error);
  }
  remove_all(staged.folder.get(), old);
  return Put::done;
}

}  // namespace

struct ObjectStore::Impl {
  std::string root;
  Link link;
  ObjectFiles objects;

  [[nodiscard]] std::string absolute(const std::string& path) const {
    return !path.empty() && path[0] == '/' ? path : root + "/" + path;
  }
  Result<Put> restore_by(const std::string& staging, const Place& place, const std::string& path,
                         const Content& content) const;
  Status remove(const std::string& path) const;
};

Result<Put> ObjectStore::Impl::restore_by(const std::string& staging, const Place& place,
                                          const std::string& path, const Content& content) const {
  Place staged{Fd(open(staging.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
               temp_name(".mlpipe-restore")};
  struct stat here {};
  struct stat there {};
  if (!staged.folder.valid() || fstat(staged.folder.get(), &here) != 0 ||
      fstat(place.folder.get(), &there) != 0) {
    return fail_errno("cannot open " + shown(staging), errno);
  }
  if (here.st_dev != there.st_dev) {
    return Put::other_file_system;
  }
  const Status built = build_at(objects, link, staged.folder.get(), staged.name, content, path);
  const auto put =
      built ? swap_in(staged, place, path) : Result<Put>(tl::make_unexpected(built.error()));
  if (!put || *put != Put::done) {
    remove_all(staged.folder.get(), staged.name);
  }
  return put;
}

// Moves what stands at `path` below tmp in one step, then deletes it at leisure.
Status ObjectStore::Impl::remove(const std::string& path) const {
  auto place = place_of(absolute(path));
  if (!place) {
    return place.error().code == Code::not_found ? Status{}
                                                 : Status(tl::make_unexpected(place.error()));
  }
  TRY_OK(make_folders(objects.temp_folder()));
  const std::string old = objects.temp_folder() + "/" + temp_name("old");
  if (renameat(place->folder.get(), place->name.c_str(), AT_FDCWD, old.c_str()) == 0) {
    return remove_all(AT_FDCWD, old);
  }
  return errno == ENOENT ? Status{} : remove_all(place->folder.get(), place->name);
}

ObjectStore::ObjectStore(std::string state_dir, std::string root, Link link)
    : impl_(new Impl{std::move(root), link, ObjectFiles(std::move(state_dir))}) {}
ObjectStore::~ObjectStore() = default;

bool ObjectStore::has(const Digest& digest) const {
  return impl_->objects.has(digest);
}
bool ObjectStore::keep(const Digest& digest) const {
  return impl_->objects.keep(digest);
}
Status ObjectStore::flush() const {
  return impl_->objects.flush();
}

bool ObjectStore::has_all(const Content& content) const {
  if (content.type == EntryType::missing) {
    return true;
  }
  std::vector<Content> open{content};
  std::unordered_set<Digest> seen;
  while (!open.empty()) {
    const Content next = open.back();
    open.pop_back();
    if (!seen.insert(next.digest).second) {
      continue;
    }
    if (next.type != EntryType::tree) {
      if (!has(next.digest)) {
        return false;
      }
      continue;
    }
    const auto entries = read_tree(impl_->objects, next.digest);
    if (!entries) {
      return false;
    }
    for (const auto& entry : *entries) {
      open.push_back(entry.content);
    }
  }
  return true;
}

Result<std::string> ObjectStore::read(const Digest& digest) const {
  return impl_->objects.read(digest);
}

Result<Digest> ObjectStore::put(std::string_view bytes) {
  const Digest digest = sha256(bytes);
  if (impl_->objects.keep(digest)) {
    return digest;
  }
  TRY(const Temp temp, impl_->objects.create());
  TRY_OK(write_all(temp.fd(), bytes, temp.path()));
  TRY_OK(impl_->objects.adopt(temp, digest, bytes.size()));
  return digest;
}

Status ObjectStore::put_path(const std::string& path, const Content& content) {
  const auto place = place_of(impl_->absolute(path));
  if (!place) {
    return place.error().code == Code::not_found
               ? fail(Code::changed, shown(path) + " is gone; it was there when it was hashed")
               : tl::make_unexpected(place.error());
  }
  return store_at(impl_->objects, place->folder.get(), place->name, content, path);
}

Status ObjectStore::restore(const std::string& path, const Content& content) {
  if (content.type == EntryType::missing) {
    return impl_->remove(path);
  }
  const std::string absolute = impl_->absolute(path);
  const std::string folder = absolute.substr(0, absolute.rfind('/'));
  TRY_OK(make_folders(folder));
  TRY_OK(make_folders(impl_->objects.temp_folder()));
  TRY(const Place place, place_of(absolute));
  // Beside the state folder where possible, so that a kill leaves nothing among the user's files.
  for (const std::string& staging : {impl_->objects.temp_folder(), folder}) {
    TRY(const Put put, impl_->restore_by(staging, place, path, content));
    if (put == Put::done) {
      return {};
    }
  }
  return fail(Code::io,
              "cannot put " + shown(path) + " in place: its folder lies on another file system");
}

}  // namespace mlpipe::cache
