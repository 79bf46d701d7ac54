#include "runner/cache/dvc_cache.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>

#include "runner/base/md5.hpp"
#include "runner/cache/dvc_hash.hpp"
#include "runner/cache/dvc_link.hpp"
#include "runner/cache/files.hpp"
#include "runner/cache/hash_file.hpp"

namespace mlpipe::cache {
namespace {

namespace fs = std::filesystem;

constexpr mode_t object_mode = 0444;

// A file with a temporary name beside where it will stand.
struct Temporary {
  std::string path;
  Fd fd;
  ~Temporary() {
    if (!path.empty()) {
      unlink(path.c_str());
    }
  }
  Temporary() = default;
  Temporary(Temporary&& other) noexcept
      : path(std::exchange(other.path, {})), fd(std::move(other.fd)) {}
  Temporary& operator=(Temporary&&) = delete;
  Temporary(const Temporary&) = delete;
};

Result<Temporary> temporary(const std::string& folder, mode_t mode) {
  for (int attempt = 0;; ++attempt) {
    Temporary temp;
    temp.path = folder + "/." + temp_name("mlpipe") + ".tmp";
    temp.fd = Fd(::open(temp.path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (temp.fd.valid()) {
      return temp;
    }
    const int failed = errno;
    const std::string path = std::exchange(temp.path, {});
    if (failed == ENOENT && attempt == 0) {
      TRY_OK(make_folders(folder));
    } else if (failed != EEXIST) {
      return fail_errno("cannot create " + shown(path), failed);
    }
  }
}

Status commit(Temporary& temp, const std::string& path) {
  if (rename(temp.path.c_str(), path.c_str()) != 0) {
    return fail_errno("cannot put " + shown(path) + " in place", errno);
  }
  temp.path.clear();
  return {};
}

bool is_oid(std::string_view oid) {
  return oid.size() > 2 && oid.find('/') == std::string_view::npos &&
         oid.find("..") == std::string_view::npos;
}

}  // namespace

DvcCache::DvcCache(std::string folder, std::vector<DvcLink> links, DvcFiles& files)
    : folder_(std::move(folder)), links_(std::move(links)), files_(&files) {}

std::string DvcCache::path_of(std::string_view oid, DvcLayout layout) const {
  return fmt::format("{}/{}{}/{}", folder_, layout == DvcLayout::current ? "files/md5/" : "",
                     oid.substr(0, 2), oid.substr(std::min<std::size_t>(2, oid.size())));
}

bool DvcCache::has(std::string_view oid, DvcLayout layout) const {
  struct stat status {};
  if (!is_oid(oid) || ::stat(path_of(oid, layout).c_str(), &status) != 0 ||
      !S_ISREG(status.st_mode)) {
    return false;
  }
  // Mode 0444 says that it was checked when it entered; anything else is hashed first.
  return (status.st_mode & 07777U) == object_mode || verify(std::string(oid), layout).has_value();
}

bool DvcCache::has_all(const std::string& oid, DvcLayout layout) const {
  if (!has(oid, layout)) {
    return false;
  }
  if (!oid.ends_with(".dir")) {
    return true;
  }
  const auto entries = folder_entries(oid, layout);
  return entries && std::all_of(entries->begin(), entries->end(),
                                [&](const DvcEntry& entry) { return has(entry.md5, layout); });
}

Result<std::vector<DvcEntry>> DvcCache::folder_entries(const std::string& oid,
                                                       DvcLayout layout) const {
  const std::string path = path_of(oid, layout);
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    return errno == ENOENT ? Result<std::vector<DvcEntry>>(
                                 fail(Code::not_found, fmt::format("{} is not in the cache", oid)))
                           : fail_errno("cannot open " + shown(path), errno);
  }
  TRY(const std::string bytes, read_all(fd.get(), path));
  auto entries = read_dvc_folder_object(bytes);
  return entries ? std::move(entries)
                 : fail(Code::corrupt, shown(path) + ": " + entries.error().message);
}

// The object's bytes against its name; costs a stat where they were checked before.
Status DvcCache::verify(const std::string& oid, DvcLayout layout) const {
  const std::string path = path_of(oid, layout);
  // What DVC 2 named after its text with other line ends cannot be checked by its bytes alone.
  auto file = files_->look_file(path, DvcHash::md5);
  if (file && file->md5 != oid.substr(0, 32) && layout == DvcLayout::legacy) {
    file = files_->look_file(path, DvcHash::md5_dos2unix);
  }
  if (!file) {
    return fail(file.error().code, file.error().code == Code::not_found
                                       ? fmt::format("{} is not in the cache", oid)
                                       : file.error().message);
  }
  if (file->md5 != oid.substr(0, 32)) {
    return fail(
        Code::corrupt,
        fmt::format("corrupt object: {} does not hold what its name says; delete it and get it "
                    "again from a remote, or run its stage again",
                    shown(path)));
  }
  return {};
}

bool DvcCache::links_share() const {
  return !links_.empty() &&
         (links_.front() == DvcLink::hardlink || links_.front() == DvcLink::symlink);
}

Status DvcCache::put_file(const std::string& path, const std::string& md5, DvcLayout layout) const {
  if (has(md5, layout)) {
    return {};
  }
  TRY_OK(store_file(path, md5, layout));
  if (layout == DvcLayout::current) {
    files_->learn(path_of(md5, layout), md5);
  }
  return {};
}

// Touches nothing but the two files: many threads may do so at once.
Status DvcCache::store_file(const std::string& path, const std::string& md5,
                            DvcLayout layout) const {
  const std::string target = path_of(md5, layout);
  const Fd source(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source.valid()) {
    return fail_errno("cannot open " + shown(path), errno);
  }
  TRY(Temporary temp, temporary(folder_of_path(target), 0600));
  bool cloned = ioctl(temp.fd.get(), FICLONE, source.get()) == 0;
  // What is hashed is what is kept: a file that changes meanwhile cannot get a wrong name.
  const DvcHash hash = layout == DvcLayout::legacy ? DvcHash::md5_dos2unix : DvcHash::md5;
  TRY(const DvcStream stream, dvc_hash_stream(cloned ? temp.fd.get() : source.get(),
                                              cloned ? -1 : temp.fd.get(), hash, path));
  if (stream.md5 != md5) {
    return fail(Code::changed, shown(path) + " changed while it was being stored; run again");
  }
  if (fchmod(temp.fd.get(), object_mode) != 0) {
    return fail_errno("cannot protect " + shown(temp.path), errno);
  }
  return commit(temp, target);
}

Status DvcCache::put_bytes(std::string_view bytes, const std::string& oid, DvcLayout layout) const {
  if (has(oid, layout)) {
    return {};
  }
  const std::string target = path_of(oid, layout);
  TRY(Temporary temp, temporary(folder_of_path(target), 0600));
  TRY_OK(write_all(temp.fd.get(), bytes, temp.path));
  if (fchmod(temp.fd.get(), object_mode) != 0) {
    return fail_errno("cannot protect " + shown(temp.path), errno);
  }
  return commit(temp, target);
}

Status DvcCache::put(const std::string& path, const DvcContent& content, DvcLayout layout) const {
  if (content.type == DvcContent::Type::file) {
    return put_file(path, content.oid, layout);
  }
  std::set<std::string_view> seen;
  std::vector<const DvcEntry*> missing;
  for (const DvcEntry& entry : content.entries) {
    if (seen.insert(entry.md5).second && !has(entry.md5, layout)) {
      missing.push_back(&entry);
    }
  }
  std::vector<Status> done(missing.size());
  for_each_index(missing.size(), worker_count(), [&](std::size_t i) {
    done[i] = store_file(path + '/' + missing[i]->relpath, missing[i]->md5, layout);
  });
  for (std::size_t i = 0; i < done.size(); ++i) {
    TRY_OK(done[i]);
    if (layout == DvcLayout::current) {
      files_->learn(path_of(missing[i]->md5, layout), missing[i]->md5);
    }
  }
  TRY(const std::string object,
      dvc_folder_object(content.entries));  // last: it promises the others
  return put_bytes(object, content.oid, layout);
}

Status DvcCache::relink(const std::string& path, const DvcContent& content,
                        DvcLayout layout) const {
  if (!links_share()) {
    return {};
  }
  if (content.type == DvcContent::Type::file) {
    return place_object(links_, path_of(content.oid, layout), path, content.size);
  }
  for (const DvcEntry& entry : content.entries) {
    TRY_OK(
        place_object(links_, path_of(entry.md5, layout), path + '/' + entry.relpath, entry.size));
  }
  return {};
}

Status DvcCache::checkout_file(const std::string& path, const Wanted& wanted) const {
  TRY_OK(verify(wanted.oid, wanted.layout));
  const std::string object = path_of(wanted.oid, wanted.layout);
  struct stat status {};
  if (::stat(object.c_str(), &status) != 0) {
    return fail_errno("cannot look at " + shown(object), errno);
  }
  TRY_OK(place_object(links_, object, path, static_cast<std::uint64_t>(status.st_size)));
  if (wanted.executable && ::stat(path.c_str(), &status) == 0) {
    const mode_t readers = status.st_mode & 0444U;
    if (chmod(path.c_str(), (status.st_mode & 07777U) | (readers >> 2U)) != 0) {
      return fail_errno("cannot make executable " + shown(path), errno);
    }
  }
  return {};
}

Status DvcCache::checkout_folder(const std::string& path, const Wanted& wanted) const {
  TRY_OK(verify(wanted.oid, wanted.layout));
  TRY(const std::vector<DvcEntry> entries, folder_entries(wanted.oid, wanted.layout));
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) {
    TRY_OK(remove_path(path));
  }
  TRY_OK(make_folders(path));
  std::set<std::string_view> names;
  std::vector<const DvcEntry*> missing;
  for (const DvcEntry& entry : entries) {
    names.insert(entry.relpath);
    const auto now = files_->look_file(path + '/' + entry.relpath, DvcHash::md5);
    if (!now || now->md5 != entry.md5) {
      TRY_OK(verify(entry.md5, wanted.layout));
      missing.push_back(&entry);
    }
  }
  std::vector<Status> done(missing.size());
  for_each_index(missing.size(), worker_count(), [&](std::size_t i) {
    const std::string object = path_of(missing[i]->md5, wanted.layout);
    struct stat found {};
    const bool empty = ::stat(object.c_str(), &found) == 0 && found.st_size == 0;
    done[i] = place_object(links_, object, path + '/' + missing[i]->relpath, empty ? 0 : 1);
  });
  for (const Status& one : done) {
    TRY_OK(one);
  }
  // What the folder holds beyond its object goes.
  std::error_code error;
  std::vector<std::string> strangers;
  for (fs::recursive_directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    const std::string relative = at->path().string().substr(path.size() + 1);
    if (!at->is_directory() && names.count(relative) == 0) {
      strangers.push_back(at->path().string());
    }
  }
  for (const std::string& stranger : strangers) {
    unlink(stranger.c_str());
  }
  return {};
}

Status DvcCache::checkout(const std::string& path, const Wanted& wanted) const {
  if (!is_oid(wanted.oid)) {
    return fail(Code::invalid, fmt::format("`{}` names no object", wanted.oid));
  }
  return wanted.oid.ends_with(".dir") ? checkout_folder(path, wanted) : checkout_file(path, wanted);
}

std::string DvcCache::run_path(const std::string& key, const std::string& value) const {
  return fmt::format("{}/runs/{}/{}/{}", folder_, key.substr(0, 2), key, value);
}

std::vector<std::string> DvcCache::run_values(const std::string& key) const {
  std::vector<std::pair<fs::file_time_type, std::string>> found;
  std::error_code error;
  for (fs::directory_iterator at(folder_of_path(run_path(key, "x")), error), end;
       !error && at != end; at.increment(error)) {
    std::error_code ignored;
    const std::string value = at->path().filename().string();
    if (value.size() == key.size()) {
      found.emplace_back(fs::last_write_time(at->path(), ignored), value);
    }
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> values;
  for (auto& [time, value] : found) {
    values.push_back(std::move(value));
  }
  return values;
}

std::vector<std::pair<std::string, DvcLayout>> DvcCache::objects() const {
  std::vector<std::pair<std::string, DvcLayout>> found;
  for (const DvcLayout layout : {DvcLayout::current, DvcLayout::legacy}) {
    const std::string base = layout == DvcLayout::current ? folder_ + "/files/md5" : folder_;
    std::error_code error;
    for (fs::directory_iterator at(base, error), end; !error && at != end; at.increment(error)) {
      const std::string start = at->path().filename().string();
      std::error_code inner;
      if (start.size() != 2 || !at->is_directory(inner)) {
        continue;
      }
      for (fs::directory_iterator object(at->path(), inner), last; !inner && object != last;
           object.increment(inner)) {
        const std::string rest = object->path().filename().string();
        if (rest.size() >= 30 && !rest.starts_with('.')) {
          found.emplace_back(start + rest, layout);
        }
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace mlpipe::cache
