#include "runner/cache/index.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <climits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "runner/base/text.hpp"
#include "runner/cache/glob.hpp"
#include "runner/cache/memo.hpp"
#include "runner/cache/notebook.hpp"
#include "runner/cache/object_store.hpp"
#include "runner/cache/seen.hpp"
#include "runner/cache/tree_look.hpp"

namespace mlpipe::cache {
namespace {

using port::Content;
using port::EntryType;

constexpr int attempts = 3;
// Entries of the index for the code cells of a notebook: no file can have such a name.
const std::string notebook_mark("\0notebook", 9);

std::pair<std::string, std::string> folder_and_name(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) {
    return {"", path};
  }
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

// Asks again where something changed under our eyes.
template <class Look>
auto insist(const Look& look) -> decltype(look()) {
  for (int attempt = 1;; ++attempt) {
    auto result = look();
    if (result || result.error().code != Code::changed || attempt == attempts) {
      return result;
    }
  }
}

}  // namespace

struct Index::Impl {
  Impl(std::string state_dir, std::string root_path, ObjectStore& objects)
      : root(std::move(root_path)),
        known(state_dir, root),
        clock(state_dir + "/tmp"),
        store(&objects) {}

  std::string root;
  KnownFiles known;
  FileClock clock;
  ObjectStore* store;
  Seen* seen = nullptr;
  Memo memo;
  Fd root_fd;
  std::optional<Ignore> ignore;

  struct Place {
    Fd folder;  // where a path is longer than the kernel takes
    int at = -1;
    std::string name;
  };
  Status open_root();
  Result<const Ignore*> ignore_of(View view);
  Result<Place> place_of(const std::string& path);
  // nullopt: nothing stands there.
  Result<std::optional<struct stat>> status_of(const Place& place, const std::string& path);
  Result<Content> look(const std::string& path, View view);
  Result<Content> look_path(const std::string& path, View view);
  Result<Content> look_file(const Place& place, const std::string& path,
                            const Signature& signature);
  Result<Content> look_glob(const std::string& pattern, View view);
  Result<Content> look_notebook(const std::string& path);
  Result<Fd> open_prefix(const std::string& folder);
  [[nodiscard]] Surroundings around() { return {&known, store, &clock, seen}; }
};

Status Index::Impl::open_root() {
  if (!root_fd.valid()) {
    root_fd = Fd(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  return root_fd.valid() ? Status{}
                         : Status(fail_errno("cannot open the repository " + shown(root), errno));
}

Result<const Ignore*> Index::Impl::ignore_of(View view) {
  if (view == View::output) {
    return nullptr;
  }
  if (!ignore) {
    const Fd fd(openat(root_fd.get(), ".mlpipeignore", O_RDONLY | O_CLOEXEC));
    if (!fd.valid() && errno != ENOENT) {
      return fail_errno("cannot open .mlpipeignore", errno);
    }
    std::string text;
    if (fd.valid()) {
      TRY(text, read_all(fd.get(), ".mlpipeignore"));
    }
    if (seen != nullptr) {
      see_status(*seen, root_fd.get(), ".mlpipeignore", ".mlpipeignore");
    }
    ignore.emplace(text);
  }
  return &*ignore;
}

Result<Index::Impl::Place> Index::Impl::place_of(const std::string& path) {
  Place place{Fd(), root_fd.get(), path};
  if (path.size() >= PATH_MAX) {
    auto [folder, name] = folder_and_name(path);
    TRY(place.folder, open_folder(root_fd.get(), folder));
    place.at = place.folder.get();
    place.name = std::move(name);
  }
  return place;
}

Result<std::optional<struct stat>> Index::Impl::status_of(const Place& place,
                                                          const std::string& path) {
  struct stat status {};
  if (fstatat(place.at, place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    return std::optional(status);
  }
  if (errno == ENOENT || errno == ENOTDIR) {
    return std::optional<struct stat>();
  }
  return fail_errno("cannot look at " + shown(path), errno);
}

Result<Content> Index::Impl::look(const std::string& path, View view) {
  TRY_OK(open_root());
  if (const auto remembered = memo.find(path, view)) {
    return *remembered;
  }
  TRY(const Content content,
      insist([&] { return is_glob(path) ? look_glob(path, view) : look_path(path, view); }));
  memo.remember(path, view, content);
  return content;
}

Result<Content> Index::Impl::look_path(const std::string& path, View view) {
  auto place = place_of(path);
  if (!place) {
    if (seen != nullptr) {
      seen->doubt();  // a path longer than the kernel takes
    }
    return place.error().code == Code::not_found ? Result<Content>(Content{})
                                                 : tl::make_unexpected(place.error());
  }
  TRY(const auto status, status_of(*place, path));
  const auto [folder, name] = folder_and_name(path);
  if (!status) {
    known.drop(folder, name);
    if (seen != nullptr) {
      seen->absent(path);
    }
    return Content{};
  }
  switch (kind_of(status->st_mode)) {
    case Kind::file:
      return look_file(*place, path, signature_of(*status));
    case Kind::link:
      if (seen != nullptr) {
        seen->present(path, signature_of(*status), place->at);
      }
      return look_link(place->at, place->name, path);
    case Kind::folder: {
      TRY(const Ignore* ignored, ignore_of(view));
      TRY(Fd fd, open_folder(place->at, place->name));
      return look_tree(around(), {ignored, {}}, std::move(fd), path == "." ? std::string() : path);
    }
    default:
      return no_content(path);
  }
}

Result<Content> Index::Impl::look_file(const Place& place, const std::string& path,
                                       const Signature& signature) {
  const auto [folder, name] = folder_and_name(path);
  const auto before = known.find(folder, name);
  if (before && before->trust == Trust::proven && before->signature == signature) {
    see_file(seen, path, signature, Trust::proven);
    return file_content(signature, before->digest);
  }
  clock.tick();
  if (signature.size >= worth_waiting) {
    clock.outwait(signature, place.at);
  }
  TRY(const Hashed hashed, hash_stable(place.at, place.name, Company::alone, path));
  const Moment moment = clock.moment(hashed.signature.device, place.at);
  const Trust trust = judge(hashed.signature, moment);
  known.learn(folder, name, {hashed.signature, hashed.digest, trust});
  see_file(seen, path, hashed.signature, trust);
  return file_content(hashed.signature, hashed.digest);
}

// The folder where matching starts; not_found where there is none.
Result<Fd> Index::Impl::open_prefix(const std::string& folder) {
  TRY_OK(open_root());
  Fd fd(openat(root_fd.get(), folder.empty() ? "." : folder.c_str(),
               O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.valid() ? Result<Fd>(std::move(fd)) : fail_errno("cannot open " + shown(folder), errno);
}

Result<Content> Index::Impl::look_glob(const std::string& pattern, View view) {
  TRY(const Ignore* ignored, ignore_of(view));
  const std::string prefix = literal_prefix(pattern);
  auto fd = open_prefix(prefix);
  if (!fd && fd.error().code != Code::not_found) {
    return tl::make_unexpected(fd.error());
  }
  if (!fd && seen != nullptr) {
    seen->absent(prefix);
  }
  Content content;
  if (fd && glob_match(pattern, prefix)) {
    // "data/**" matches data itself, and with it everything below.
    TRY(content, look_tree(around(), {ignored, {}}, std::move(*fd), prefix));
  } else if (fd) {
    TRY(content, look_tree(around(), {ignored, pattern}, std::move(*fd), prefix));
  }
  if (content.type == EntryType::missing) {
    return look_path(pattern, view);  // a name may hold brackets and be meant as it is
  }
  // Matches by their paths from the root: the folders that lead to them hold nothing else.
  std::string rest = prefix;
  while (!rest.empty()) {
    auto [folder, name] = folder_and_name(rest);
    const std::string bytes = port::encode_tree({{std::move(name), content}});
    content = {EntryType::tree, sha256(bytes), content.size};
    TRY_OK(keep_tree(*store, content.digest, bytes));
    rest = folder == "/" ? std::string() : std::move(folder);
  }
  return content;
}

Result<Content> Index::Impl::look_notebook(const std::string& path) {
  TRY_OK(open_root());
  const std::string key = path + notebook_mark;
  if (const auto remembered = memo.find(key, View::dependency)) {
    return *remembered;
  }
  TRY(const Content whole, look(path, View::dependency));
  if (whole.type != EntryType::file && whole.type != EntryType::executable) {
    return whole.type == EntryType::missing
               ? Result<Content>(whole)
               : fail(Code::invalid, shown(path) + " is not a notebook file but a folder or link");
  }
  // What is known of the cells hangs on the digest of the whole file: its signature's own proof is
  // good enough for both.
  const auto [folder, name] = folder_and_name(path);
  const auto file = known.find(folder, name);
  const auto cells = known.find(folder, name + notebook_mark);
  Content content{EntryType::file, {}, whole.size};
  if (file && cells && file->signature == cells->signature && file->trust == Trust::proven &&
      cells->trust == Trust::proven) {
    content.digest = cells->digest;
  } else {
    TRY(const Place place, place_of(path));
    const Fd fd(
        openat(place.at, place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd.valid()) {
      return fail_errno("cannot open " + shown(path), errno);
    }
    TRY(const std::string text, read_all(fd.get(), path));
    if (sha256(text) != whole.digest) {
      return fail(Code::changed, shown(path) + " changed while it was being read");
    }
    TRY(content.digest, notebook_digest(text, path));
    if (file) {
      known.learn(folder, name + notebook_mark, {file->signature, content.digest, file->trust});
    }
  }
  memo.remember(key, View::dependency, content);
  return content;
}

Index::Index(std::string state_dir, std::string root, ObjectStore& store)
    : impl_(std::make_unique<Impl>(std::move(state_dir), std::move(root), store)) {}
Index::~Index() = default;

Result<Content> Index::look(const std::string& path, View view) {
  return impl_->look(path, view);
}

Result<Content> Index::look_notebook(const std::string& path) {
  return insist([&] {
    auto content = impl_->look_notebook(path);
    if (!content && content.error().code == Code::changed) {
      impl_->memo.forget(path);
    }
    return content;
  });
}

Result<std::vector<std::string>> Index::expand(const std::string& pattern, View view) {
  TRY_OK(impl_->open_root());
  const auto itself = [&]() -> Result<std::vector<std::string>> {
    const auto place = impl_->place_of(pattern);
    if (!place && place.error().code != Code::not_found) {
      return tl::make_unexpected(place.error());
    }
    TRY(const auto status,
        place ? impl_->status_of(*place, pattern) : std::optional<struct stat>());
    return status ? std::vector<std::string>{pattern} : std::vector<std::string>{};
  };
  if (!is_glob(pattern)) {
    return itself();
  }
  TRY(const Ignore* ignored, impl_->ignore_of(view));
  const std::string prefix = literal_prefix(pattern);
  auto fd = impl_->open_prefix(prefix);
  if (!fd) {
    if (impl_->seen != nullptr) {
      impl_->seen->absent(prefix);
    }
    return fd.error().code == Code::not_found ? itself() : tl::make_unexpected(fd.error());
  }
  if (glob_match(pattern, prefix)) {
    return std::vector<std::string>{prefix};
  }
  TRY(auto matches, expand_glob({ignored, pattern}, std::move(*fd), prefix, impl_->seen));
  return matches.empty() ? itself() : Result<std::vector<std::string>>(std::move(matches));
}

void Index::watch(Seen* seen) {
  impl_->seen = seen;
}

void Index::forget(const std::string& path) {
  impl_->memo.forget(path);
  if (path == ".mlpipeignore") {
    impl_->ignore.reset();
    impl_->memo.clear();
  }
}

Status Index::save() {
  return impl_->known.save();
}

}  // namespace mlpipe::cache
