#include "runner/cache/object_tree.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <vector>

#include "runner/cache/hash_file.hpp"

namespace mlpipe::cache {
namespace {

using port::Content;
using port::EntryType;
using port::TreeEntry;

tl::unexpected<Error> moved_on(const std::string& path) {
  return fail(Code::changed,
              shown(path) + " changed after it was hashed; nothing was stored of it");
}

Result<std::string> read_link(int at, const std::string& name, const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = readlinkat(at, name.c_str(), target.data(), target.size());
  if (length < 0) {
    return errno == EINVAL || errno == ENOENT
               ? moved_on(path)
               : fail_errno("cannot read the link " + shown(path), errno);
  }
  return std::string(target.data(), static_cast<std::size_t>(length));
}

Status store_link(const ObjectFiles& objects, int at, const std::string& name,
                  const Content& content, const std::string& path) {
  TRY(const std::string target, read_link(at, name, path));
  if (sha256(target) != content.digest) {
    return moved_on(path);
  }
  TRY(const Temp temp, objects.create());
  TRY_OK(write_all(temp.fd(), target, temp.path()));
  return objects.adopt(temp, content.digest, target.size());
}

Status store_file(const ObjectFiles& objects, int at, const std::string& name,
                  const Content& content, Company company, const std::string& path) {
  Fd source(openat(at, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!source.valid() || fstat(source.get(), &status) != 0) {
    return errno == ENOENT || errno == ELOOP ? moved_on(path)
                                             : fail_errno("cannot open " + shown(path), errno);
  }
  const bool executable = (status.st_mode & S_IXUSR) != 0;
  if (!S_ISREG(status.st_mode) || executable != (content.type == EntryType::executable)) {
    return moved_on(path);
  }
  TRY(const Temp temp, objects.create());
  // What is hashed is what is stored: the clone itself, or the very bytes that are written.
  const bool cloned = ioctl(temp.fd(), FICLONE, source.get()) == 0;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  TRY(const Stream stored, cloned ? hash_stream(temp.fd(), -1, size, company, path)
                                  : hash_stream(source.get(), temp.fd(), size, company, path));
  if (stored.digest != content.digest) {
    return moved_on(path);
  }
  return objects.adopt(temp, content.digest, stored.size);
}

Status store_one(const ObjectFiles& objects, int at, const std::string& name,
                 const Content& content, Company company, const std::string& path) {
  if (objects.keep(content.digest)) {
    return {};
  }
  return content.type == EntryType::link ? store_link(objects, at, name, content, path)
                                         : store_file(objects, at, name, content, company, path);
}

Status copy_bytes(int in, int out, std::uint64_t size, const std::string& path) {
  std::uint64_t left = size;
  while (left > 0) {
    const ssize_t copied =
        copy_file_range(in, nullptr, out, nullptr, static_cast<std::size_t>(left), 0);
    if (copied < 0 && errno == EINTR) {
      continue;
    }
    if (copied <= 0) {
      break;
    }
    left -= static_cast<std::uint64_t>(copied);
  }
  // File systems that cannot do it say so by many codes: whatever is left is copied by hand, which
  // tells the real one.
  std::vector<char> buffer(left > 0 ? 1U << 18U : 0U);
  while (left > 0) {
    const ssize_t got = read(in, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return got < 0 ? fail_errno("cannot read the object for " + shown(path), errno)
                     : fail(Code::changed,
                            "the object for " + shown(path) + " shrank while it was read");
    }
    TRY_OK(write_all(out, {buffer.data(), static_cast<std::size_t>(got)}, path));
    left -= static_cast<std::uint64_t>(got);
  }
  return {};
}

// Hard links are for those who cannot write through them: not root, who is never refused a write.
Status may_link() {
  const char* forced = std::getenv("MLPIPE_FORCE_HARDLINK");
  if (geteuid() == 0 && (forced == nullptr || std::string_view(forced) != "1")) {
    return fail(Code::refused,
                "hard links out of the cache are refused to root, whose programs can write through "
                "them and damage "
                "the cache; remove `cache.link: hardlink`, or set MLPIPE_FORCE_HARDLINK=1");
  }
  return {};
}

bool hard_linked(const ObjectFiles& objects, int at, const std::string& name,
                 const Content& content) {
  return linkat(AT_FDCWD, objects.path_of(content.digest).c_str(), at, name.c_str(), 0) == 0;
}

Status build_file(const ObjectFiles& objects, Link link, int at, const std::string& name,
                  const Content& content, const std::string& path) {
  objects.keep(content.digest);
  TRY(const auto object, objects.open(content.digest));
  if (content.type == EntryType::link) {
    TRY(const std::string target, read_all(object.fd.get(), path));
    return symlinkat(target.c_str(), at, name.c_str()) == 0
               ? Status{}
               : Status(fail_errno("cannot create the link " + shown(path), errno));
  }
  const bool executable = content.type == EntryType::executable;
  // Objects are read-only and never executable; an empty file's link would count against its one
  // object needlessly.
  if (link == Link::hardlink && !executable && object.size > 0 &&
      hard_linked(objects, at, name, content)) {
    return {};
  }
  Fd out(openat(at, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                executable ? 0777 : 0666));
  if (!out.valid()) {
    return fail_errno("cannot create " + shown(path), errno);
  }
  if (object.size > 0 && ioctl(out.get(), FICLONE, object.fd.get()) == 0) {
    return {};
  }
  return copy_bytes(object.fd.get(), out.get(), object.size, path);
}

// Runs `one` over the entries of a folder that are no folders, on all cores where there are enough
// of them.
template <class Function>
Status for_leaves(const std::vector<TreeEntry>& entries, const Function& one) {
  constexpr std::size_t few = 16;
  std::vector<const TreeEntry*> leaves;
  for (const auto& entry : entries) {
    if (entry.content.type != EntryType::tree) {
      leaves.push_back(&entry);
    }
  }
  const std::size_t workers = leaves.size() < few ? 1 : worker_count();
  const Company company = workers > 1 ? Company::others : Company::alone;
  std::mutex mutex;
  std::optional<Error> first;
  for_each_index(leaves.size(), workers, [&](std::size_t i) {
    {
      const std::lock_guard lock(mutex);
      if (first) {
        return;
      }
    }
    if (const Status status = one(*leaves[i], company); !status) {
      const std::lock_guard lock(mutex);
      first = first ? first : status.error();
    }
  });
  return first ? Status(tl::make_unexpected(*first)) : Status{};
}

struct Level {
  std::vector<TreeEntry> entries;
  std::size_t next = 0;
};

// The next folder of a level, or nullptr.
const TreeEntry* next_folder(Level& level) {
  while (level.next < level.entries.size()) {
    const TreeEntry& entry = level.entries[level.next++];
    if (entry.content.type == EntryType::tree) {
      return &entry;
    }
  }
  return nullptr;
}

// Visits the folders of a stored tree along with those of a file system: `enter` prepares and
// enters one, `leaves` does the rest of it.
template <class Enter, class Leaves>
Status follow_tree(const ObjectFiles& objects, Descent& descent, const Digest& tree,
                   const Enter& enter, const Leaves& leaves) {
  std::vector<Level> levels;
  const auto open = [&](const Digest& digest) -> Status {
    TRY(auto entries, read_tree(objects, digest));
    TRY_OK(leaves(entries));
    levels.push_back({std::move(entries), 0});
    return {};
  };
  TRY_OK(open(tree));
  while (!levels.empty()) {
    if (const TreeEntry* folder = next_folder(levels.back())) {
      const Digest digest = folder->content.digest;
      TRY_OK(enter(folder->name));
      TRY_OK(open(digest));
      continue;
    }
    levels.pop_back();
    if (!levels.empty()) {
      TRY_OK(descent.leave());
    }
  }
  return {};
}

}  // namespace

Result<std::vector<TreeEntry>> read_tree(const ObjectFiles& objects, const Digest& digest) {
  objects.keep(digest);
  TRY(const std::string bytes, objects.read(digest));
  return port::decode_tree(bytes);
}

Status store_at(const ObjectFiles& objects, int at, const std::string& name, const Content& content,
                const std::string& path) {
  if (content.type == EntryType::missing) {
    return fail(Code::internal, "asked to store " + shown(path) + ", which does not exist");
  }
  if (content.type != EntryType::tree) {
    return store_one(objects, at, name, content, Company::alone, path);
  }
  auto top = open_folder(at, name);
  if (!top) {
    return top.error().code == Code::not_found ? moved_on(path)
                                               : Status(tl::make_unexpected(top.error()));
  }
  Descent descent(std::move(*top), path);
  const auto enter = [&](const std::string& folder) -> Status {
    const Status entered = descent.enter(folder);
    return !entered && entered.error().code == Code::not_found
               ? Status(moved_on(join(path, folder)))
               : entered;
  };
  const auto leaves = [&](const std::vector<TreeEntry>& entries) {
    return for_leaves(entries, [&](const TreeEntry& entry, Company company) {
      return store_one(objects, descent.fd(), entry.name, entry.content, company,
                       join(descent.path(), entry.name));
    });
  };
  return follow_tree(objects, descent, content.digest, enter, leaves);
}

Status build_at(const ObjectFiles& objects, Link link, int at, const std::string& name,
                const Content& content, const std::string& path) {
  if (link == Link::hardlink) {
    TRY_OK(may_link());
  }
  if (content.type != EntryType::tree) {
    return build_file(objects, link, at, name, content, path);
  }
  if (mkdirat(at, name.c_str(), 0777) != 0) {
    return fail_errno("cannot create the folder " + shown(path), errno);
  }
  TRY(Fd top, open_folder(at, name));
  Descent descent(std::move(top), path);
  const auto enter = [&](const std::string& folder) -> Status {
    if (mkdirat(descent.fd(), folder.c_str(), 0777) != 0) {
      return fail_errno("cannot create the folder " + shown(join(descent.path(), folder)), errno);
    }
    return descent.enter(folder);
  };
  const auto leaves = [&](const std::vector<TreeEntry>& entries) {
    return for_leaves(entries, [&](const TreeEntry& entry, Company) {
      return build_file(objects, link, descent.fd(), entry.name, entry.content,
                        join(descent.path(), entry.name));
    });
  };
  return follow_tree(objects, descent, content.digest, enter, leaves);
}

}  // namespace mlpipe::cache
