#include "runner/cache/gc.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <unordered_set>
#include <utility>

#include "runner/cache/files.hpp"
#include "runner/cache/object_files.hpp"
#include "runner/cache/object_tree.hpp"

namespace mlpipe::cache {
namespace {

using port::Content;
using port::EntryType;

constexpr std::int64_t day = 24 * 3600;

struct Object {
  Digest digest;
  std::uint64_t size = 0;
  std::int64_t used = 0;  // seconds since 1970
};

void count(Tally& tally, const Object& object) {
  ++tally.objects;
  tally.bytes += object.size;
}

// Everything that the contents name. A tree object that is not here names nothing.
std::unordered_set<Digest> mark(const ObjectFiles& objects, std::vector<Content> open,
                                std::uint64_t& missing) {
  std::unordered_set<Digest> marked;
  while (!open.empty()) {
    const Content content = open.back();
    open.pop_back();
    if (content.type == EntryType::missing || !marked.insert(content.digest).second) {
      continue;
    }
    if (content.type != EntryType::tree) {
      missing += access(objects.path_of(content.digest).c_str(), F_OK) == 0 ? 0 : 1;
      continue;
    }
    const auto bytes = objects.read(content.digest);
    const auto entries = bytes ? port::decode_tree(*bytes) : tl::make_unexpected(bytes.error());
    if (!entries) {
      ++missing;
      continue;
    }
    for (const auto& entry : *entries) {
      open.push_back(entry.content);
    }
  }
  return marked;
}

Status list_shard(int shard, const std::string& path, const std::string& prefix,
                  std::vector<Object>& objects) {
  TRY(const auto names, list_folder(shard, path));
  for (const auto& name : names) {
    const auto digest = Digest::from_hex(prefix + name.text);
    struct stat status {};
    if (digest && fstatat(shard, name.text.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      objects.push_back(
          {*digest, static_cast<std::uint64_t>(status.st_size), status.st_atim.tv_sec});
    }
  }
  return {};
}

Result<std::vector<Object>> list_objects(const std::string& folder) {
  std::vector<Object> objects;
  const Fd top(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!top.valid()) {
    return errno == ENOENT ? Result<std::vector<Object>>(std::move(objects))
                           : fail_errno("cannot open " + shown(folder), errno);
  }
  TRY(const auto shards, list_folder(top.get(), folder));
  for (const auto& shard : shards) {
    if (shard.kind == Kind::folder && shard.text.size() == 2) {
      const std::string path = join(folder, shard.text);
      TRY(const Fd fd, open_folder(top.get(), shard.text));
      TRY_OK(list_shard(fd.get(), path, shard.text, objects));
    }
  }
  return objects;
}

class Collector {
 public:
  Collector(const std::string& state_dir, const GcRequest& request)
      : request_(request), state_dir_(state_dir), objects_(state_dir), now_(std::time(nullptr)) {}
  Result<GcReport> run();

 private:
  [[nodiscard]] bool young(std::int64_t used) const { return used > now_ - request_.grace.count(); }
  Result<bool> remove(const Object& object);
  Status sweep(const std::vector<Object>& all, const std::unordered_set<Digest>& needed);
  Status evict(const std::unordered_set<Digest>& pinned);
  Status clear_temp();

  const GcRequest& request_;
  std::string state_dir_;
  ObjectFiles objects_;
  std::int64_t now_;
  std::vector<Object> kept_;
  GcReport report_;
};

Result<GcReport> Collector::run() {
  // Listed before marking: what enters later is not looked at.
  TRY(const auto all, list_objects(state_dir_ + "/objects"));
  std::vector<Content> roots = request_.roots;
  roots.insert(roots.end(), request_.pinned.begin(), request_.pinned.end());
  TRY_OK(sweep(all, mark(objects_, std::move(roots), report_.missing)));
  if (request_.max_size) {
    std::uint64_t ignored = 0;
    TRY_OK(evict(mark(objects_, request_.pinned, ignored)));
  }
  for (const auto& object : kept_) {
    count(report_.kept, object);
  }
  TRY_OK(clear_temp());
  return report_;
}

// Takes the object out of its place, and puts it back where somebody used it meanwhile. False: it
// stays.
Result<bool> Collector::remove(const Object& object) {
  if (request_.sweep == Sweep::dry_run) {
    return true;
  }
  TRY_OK(make_folders(objects_.temp_folder()));
  const std::string path = objects_.path_of(object.digest);
  const std::string aside = objects_.temp_folder() + "/" + temp_name("gc");
  if (rename(path.c_str(), aside.c_str()) != 0) {
    return errno == ENOENT ? Result<bool>(true) : fail_errno("cannot remove " + shown(path), errno);
  }
  struct stat status {};
  if (stat(aside.c_str(), &status) == 0 && status.st_atim.tv_sec != object.used &&
      young(status.st_atim.tv_sec)) {
    return rename(aside.c_str(), path.c_str()) == 0
               ? Result<bool>(false)
               : fail_errno("cannot put back " + shown(path), errno);
  }
  return unlink(aside.c_str()) == 0 ? Result<bool>(true)
                                    : fail_errno("cannot remove " + shown(aside), errno);
}

Status Collector::sweep(const std::vector<Object>& all, const std::unordered_set<Digest>& needed) {
  for (const auto& object : all) {
    if (needed.count(object.digest) != 0) {
      kept_.push_back(object);
      continue;
    }
    if (!young(object.used)) {
      TRY(const bool gone, remove(object));
      if (gone) {
        count(report_.unreachable, object);
        continue;
      }
    }
    count(report_.young, object);
    kept_.push_back(object);
  }
  return {};
}

Status Collector::evict(const std::unordered_set<Digest>& pinned) {
  std::uint64_t total = 0;
  for (const auto& object : kept_) {
    total += object.size;
  }
  std::sort(kept_.begin(), kept_.end(), [](const Object& a, const Object& b) {
    return std::pair(a.used, a.digest) < std::pair(b.used, b.digest);
  });
  std::vector<Object> stay;
  for (const auto& object : kept_) {
    const bool removable =
        total > *request_.max_size && pinned.count(object.digest) == 0 && !young(object.used);
    if (removable) {
      TRY(const bool gone, remove(object));
      if (gone) {
        count(report_.evicted, object);
        total -= object.size;
        continue;
      }
    }
    stay.push_back(object);
  }
  kept_ = std::move(stay);
  return {};
}

Status Collector::clear_temp() {
  const Fd folder(open(objects_.temp_folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || request_.sweep == Sweep::dry_run) {
    return {};
  }
  TRY(const auto names, list_folder(folder.get(), objects_.temp_folder()));
  for (const auto& name : names) {
    struct stat status {};
    if (fstatat(folder.get(), name.text.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        status.st_ctim.tv_sec < now_ - day) {
      TRY_OK(remove_all(folder.get(), name.text));
    }
  }
  return {};
}

}  // namespace

Result<GcReport> collect_garbage(const std::string& state_dir, const GcRequest& request) {
  return Collector(state_dir, request).run();
}

}  // namespace mlpipe::cache
