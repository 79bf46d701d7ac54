#include "runner/cache/dvc_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "runner/base/md5.hpp"
#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"
#include "runner/cache/dvc_hash.hpp"
#include "runner/cache/hash_file.hpp"
#include "runner/cache/known_files.hpp"
#include "runner/cache/signature.hpp"

namespace mlpipe::cache {
namespace {

constexpr int attempts = 3;

std::pair<std::string, std::string> folder_and_name(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) {
    return {"", path};
  }
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

// The index keeps 32 bytes: the md5 and zeros.
Digest to_digest(const std::string& md5) {
  return *Digest::from_hex(md5 + std::string(32, '0'));
}

struct Found {
  DvcFile file;
  Known known;
};

// Opens, hashes, and asks again where the file changed meanwhile.
Result<Found> hash_stable_md5(const std::string& absolute, DvcHash hash, const std::string& path) {
  for (int attempt = 1;; ++attempt) {
    const Fd fd(::open(absolute.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat before {};
    if (!fd.valid() || fstat(fd.get(), &before) != 0) {
      return fail_errno("cannot open " + shown(path), errno);
    }
    if (!S_ISREG(before.st_mode)) {
      return fail(Code::invalid, shown(path) + " is neither a file nor a folder");
    }
    TRY(const DvcStream stream, dvc_hash_stream(fd.get(), -1, hash, path));
    struct stat after {};
    if (fstat(fd.get(), &after) != 0) {
      return fail_errno("cannot look at " + shown(path), errno);
    }
    if (signature_of(before) == signature_of(after)) {
      return Found{{stream.md5, stream.size, (after.st_mode & 0111U) != 0},
                   {signature_of(after), to_digest(stream.md5), Trust::unproven}};
    }
    if (attempt == attempts) {
      return fail(Code::changed, shown(path) + " kept changing while it was being read");
    }
  }
}

}  // namespace

Result<std::string> dvc_folder_object(const std::vector<DvcEntry>& sorted) {
  std::string out = "[";
  const char* between = "";
  for (const DvcEntry& entry : sorted) {
    TRY(const std::string name, python_json_string(entry.relpath));
    out += fmt::format("{}{{\"md5\": \"{}\", \"relpath\": {}}}", std::exchange(between, ", "),
                       entry.md5, name);
  }
  return out + "]";
}

Result<std::vector<DvcEntry>> read_dvc_folder_object(std::string_view bytes) {
  const auto json = nlohmann::json::parse(bytes, nullptr, false);
  if (!json.is_array()) {
    return fail(Code::corrupt, "it is no folder object: a JSON list is expected");
  }
  std::vector<DvcEntry> entries;
  for (const auto& item : json) {
    if (!item.is_object() || !item.contains("relpath") || !item["relpath"].is_string()) {
      return fail(Code::corrupt, "it is no folder object: an entry has no `relpath`");
    }
    DvcEntry entry;
    entry.relpath = item["relpath"].get<std::string>();
    for (const char* name : {"md5", "md5-dos2unix"}) {
      if (entry.md5.empty() && item.contains(name) && item[name].is_string()) {
        entry.md5 = item[name].get<std::string>();
      }
    }
    const auto normal = normal_path(entry.relpath);
    if (entry.md5.size() != 32 ||
        entry.md5.find_first_not_of("0123456789abcdef") != std::string::npos || !normal ||
        *normal != entry.relpath) {
      return fail(Code::corrupt, fmt::format("it is no folder object: the entry `{}` cannot be",
                                             printable(entry.relpath)));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

struct DvcFiles::Impl {
  Impl(std::string state, std::string root_path)
      : state_dir(std::move(state)),
        root(std::move(root_path)),
        known(state_dir + "/md5", root),
        clock(state_dir + "/tmp"),
        root_fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    struct stat status {};
    root_device =
        root_fd.valid() && fstat(root_fd.get(), &status) == 0 ? signature_of(status).device : 0;
  }

  // The clock was read before the file's first stat. Other file systems get the widest margin.
  Trust trust_of(const Signature& signature) {
    const int fd = signature.device == root_device ? root_fd.get() : -1;
    return judge(signature, clock.moment(signature.device, fd));
  }
  // Files that are not known, to be hashed together.
  struct Unknown {
    std::string path;
    std::size_t entry;
  };
  [[nodiscard]] std::string absolute(const std::string& path) const {
    return path.starts_with('/') ? path : path.empty() ? root : root + '/' + path;
  }
  Result<DvcFile> file(const std::string& path, const struct stat& status, DvcHash hash);
  std::optional<DvcFile> known_file(const std::string& path, const struct stat& status,
                                    DvcHash hash);
  void keep(const std::string& path, Found& found, DvcHash hash);
  Result<DvcContent> folder(const std::string& path, DvcHash hash, const IgnoreRules& rules);
  Status walk(const std::string& path, const std::string& below, DvcHash hash,
              const IgnoreRules& rules, DvcContent& content, std::vector<Unknown>& unknown);
  Status hash_all(const std::vector<Unknown>& unknown, DvcHash hash, DvcContent& content);

  std::string state_dir;
  std::string root;
  KnownFiles known;
  FileClock clock;
  Fd root_fd;
  std::uint64_t root_device = 0;
  std::map<std::pair<std::string, DvcHash>, DvcContent> memo;
};

std::optional<DvcFile> DvcFiles::Impl::known_file(const std::string& path,
                                                  const struct stat& status, DvcHash hash) {
  if (hash != DvcHash::md5) {
    return std::nullopt;
  }
  const auto [folder, name] = folder_and_name(path);
  const auto before = known.find(folder, name);
  if (!before || before->trust != Trust::proven || !(before->signature == signature_of(status))) {
    return std::nullopt;
  }
  return DvcFile{before->digest.hex().substr(0, 32), static_cast<std::uint64_t>(status.st_size),
                 (status.st_mode & 0111U) != 0};
}

void DvcFiles::Impl::keep(const std::string& path, Found& found, DvcHash hash) {
  if (hash != DvcHash::md5) {
    return;
  }
  const auto [folder, name] = folder_and_name(path);
  found.known.trust = trust_of(found.known.signature);
  known.learn(folder, name, found.known);
}

Result<DvcFile> DvcFiles::Impl::file(const std::string& path, const struct stat& status,
                                     DvcHash hash) {
  if (const auto before = known_file(path, status, hash)) {
    return *before;
  }
  clock.tick();
  TRY(Found found, hash_stable_md5(absolute(path), hash, path));
  keep(path, found, hash);
  return found.file;
}

Status DvcFiles::Impl::walk(const std::string& path, const std::string& below, DvcHash hash,
                            const IgnoreRules& rules, DvcContent& content,
                            std::vector<Unknown>& unknown) {
  TRY(const Fd fd, open_folder(AT_FDCWD, absolute(path)));
  TRY(const std::vector<Name> names, list_folder(fd.get(), path));
  for (const Name& name : names) {
    const std::string full = join(path, name.text);
    const std::string relative = below.empty() ? name.text : below + '/' + name.text;
    if (name.text == ".dvcignore") {
      return fail(
          Code::invalid,
          fmt::format("`{}` lies inside tracked data; move it to a folder above", printable(full)));
    }
    struct stat status {};
    if (fstatat(fd.get(), name.text.c_str(), &status, 0) != 0) {
      return fail(Code::invalid,
                  fmt::format("{} is a link to nothing; remove it or mend it", shown(full)));
    }
    const bool is_folder = S_ISDIR(status.st_mode);
    const bool hidden =
        name.text == ".git" || name.text == ".hg" || name.text == ".dvc" ||
        rules.ignores(full, is_folder ? IgnoreRules::Is::folder : IgnoreRules::Is::other);
    if (hidden || (is_folder && name.kind == Kind::link)) {
      continue;
    }
    if (is_folder) {
      TRY_OK(walk(full, relative, hash, rules, content, unknown));
      continue;
    }
    if (!is_utf8(name.text)) {
      return fail(
          Code::invalid,
          fmt::format("the name of {} is not UTF-8, which DVC's format cannot hold", shown(full)));
    }
    if (const auto before = known_file(full, status, hash)) {
      content.entries.push_back({relative, before->md5, before->size});
    } else {
      unknown.push_back({full, content.entries.size()});
      content.entries.push_back({relative, "", 0});
    }
  }
  return {};
}

Status DvcFiles::Impl::hash_all(const std::vector<Unknown>& unknown, DvcHash hash,
                                DvcContent& content) {
  clock.tick();
  std::vector<Result<Found>> found(unknown.size());
  for_each_index(unknown.size(), worker_count(), [&](std::size_t i) {
    found[i] = hash_stable_md5(absolute(unknown[i].path), hash, unknown[i].path);
  });
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    if (!found[i]) {
      return tl::make_unexpected(found[i].error());
    }
    keep(unknown[i].path, *found[i], hash);
    content.entries[unknown[i].entry].md5 = found[i]->file.md5;
    content.entries[unknown[i].entry].size = found[i]->file.size;
  }
  return {};
}

Result<DvcContent> DvcFiles::Impl::folder(const std::string& path, DvcHash hash,
                                          const IgnoreRules& rules) {
  DvcContent content;
  content.type = DvcContent::Type::folder;
  std::vector<Unknown> unknown;
  TRY_OK(walk(path, "", hash, rules, content, unknown));
  if (!unknown.empty()) {
    TRY_OK(hash_all(unknown, hash, content));
  }
  std::sort(content.entries.begin(), content.entries.end(),
            [](const DvcEntry& a, const DvcEntry& b) { return a.relpath < b.relpath; });
  for (const DvcEntry& entry : content.entries) {
    content.size += entry.size;
  }
  TRY(const std::string object, dvc_folder_object(content.entries));
  content.oid = md5_hex(object) + ".dir";
  return content;
}

DvcFiles::DvcFiles(std::string state_dir, std::string root)
    : impl_(std::make_unique<Impl>(std::move(state_dir), std::move(root))) {}
DvcFiles::~DvcFiles() = default;

Result<DvcContent> DvcFiles::look(const std::string& path, DvcHash hash, const IgnoreRules& rules) {
  const auto key = std::pair(path, hash);
  if (const auto known = impl_->memo.find(key); known != impl_->memo.end()) {
    return known->second;
  }
  DvcContent content;
  struct stat status {};
  if (::stat(impl_->absolute(path).c_str(), &status) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) {
      return fail_errno("cannot look at " + shown(path), errno);
    }
  } else if (S_ISDIR(status.st_mode)) {
    TRY(content, impl_->folder(path, hash, rules));
  } else {
    TRY(const DvcFile file, impl_->file(path, status, hash));
    content = {DvcContent::Type::file, file.md5, file.size, file.executable, {}};
  }
  impl_->memo[key] = content;
  return content;
}

Result<DvcFile> DvcFiles::look_file(const std::string& path, DvcHash hash) {
  struct stat status {};
  if (::stat(impl_->absolute(path).c_str(), &status) != 0) {
    return fail_errno("cannot look at " + shown(path), errno);
  }
  return impl_->file(path, status, hash);
}

void DvcFiles::forget() {
  impl_->memo.clear();
}

void DvcFiles::learn(const std::string& path, const std::string& md5) {
  struct stat status {};
  if (::stat(impl_->absolute(path).c_str(), &status) != 0) {
    return;
  }
  impl_->clock.tick();
  const auto [folder, name] = folder_and_name(path);
  const Signature signature = signature_of(status);
  // Just written, so unproven most of the time; then it is hashed once more.
  impl_->known.learn(folder, name, {signature, to_digest(md5), impl_->trust_of(signature)});
}

Status DvcFiles::save() {
  TRY_OK(make_folders(impl_->state_dir + "/md5/tmp"));
  return impl_->known.save();
}

}  // namespace mlpipe::cache
