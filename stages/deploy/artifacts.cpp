#include "stages/deploy/artifacts.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "stages/deploy/disk.hpp"
#include "stages/shared/files.hpp"

namespace mlpipe::stages::deploy {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t block_size = std::size_t{1} << 20U;

std::string base_name(const std::string& path) {
  std::string_view text = path;
  while (!text.empty() && text.back() == '/') {
    text.remove_suffix(1);
  }
  return std::string(text.substr(text.rfind('/') + 1));
}

using Take = std::function<Status(std::string_view)>;

Status read_file_blocks(const std::string& path, const Take& take) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    return fail_errno("cannot read " + printable(path), errno);
  }
  std::string block(block_size, '\0');
  while (true) {
    const ssize_t count = ::read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return fail_errno("cannot read " + printable(path), errno);
    }
    if (count == 0) {
      return {};
    }
    TRY_OK(take(std::string_view(block).substr(0, static_cast<std::size_t>(count))));
  }
}

class Measuring {
 public:
  // `path` is the name in the release, `inside` what of it lies below the artifact's own name.
  Status add(const std::string& source, const std::string& path, const std::string& inside) {
    struct stat found {};
    const int looked = inside.empty() ? ::stat(source.c_str(), &found)  // an artifact may be a link
                                      : ::lstat(source.c_str(), &found);
    if (looked != 0) {
      return fail_errno("cannot read the artifact " + printable(source), errno);
    }
    if (S_ISREG(found.st_mode)) {
      return add_file(source, path, found);
    }
    if (S_ISLNK(found.st_mode)) {
      return add_link(source, path, inside);
    }
    if (S_ISDIR(found.st_mode)) {
      return add_folder(source, path, inside);
    }
    return fail(
        Code::invalid,
        printable(source) + " is neither a file, a folder nor a link: it cannot be released");
  }
  std::vector<Entry> take() {
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.path < b.path; });
    return std::move(entries_);
  }

 private:
  Status add_file(const std::string& source, const std::string& path, const struct stat& found) {
    Entry entry;
    entry.path = path;
    entry.executable = (found.st_mode & S_IXUSR) != 0;
    Sha256 hasher;
    TRY_OK(read_file_blocks(source, [&](std::string_view block) -> Status {
      hasher.update(block);
      entry.size += block.size();
      return {};
    }));
    entry.digest = hasher.finish();
    entries_.push_back(std::move(entry));
    return {};
  }

  Status add_link(const std::string& source, const std::string& path, const std::string& inside) {
    std::error_code error;
    const std::string text = fs::read_symlink(source, error).string();
    if (error) {
      return fail_errno("cannot read the link " + printable(source), error.value());
    }
    const std::string folder = fs::path(inside).parent_path().string();
    if (text.empty() || text.front() == '/' ||
        !normal_path(folder.empty() ? text : folder + "/" + text)) {
      return fail(
          Code::invalid,
          fmt::format(
              "the link {} leads out of its artifact, to {}: the release would change under it; "
              "put the file itself there",
              printable(source), printable(text)));
    }
    entries_.push_back({path, EntryType::link, false, text.size(), sha256(text), text});
    return {};
  }

  Status add_folder(const std::string& source, const std::string& path, const std::string& inside) {
    entries_.push_back({path, EntryType::folder, false, 0, {}, ""});
    std::error_code error;
    for (fs::directory_iterator at(source, error), end; !error && at != end; at.increment(error)) {
      const std::string name = at->path().filename().string();
      TRY_OK(
          add(source + "/" + name, path + "/" + name, inside.empty() ? name : inside + "/" + name));
    }
    return error ? Status(fail_errno("cannot list " + printable(source), error.value())) : Status{};
  }

  std::vector<Entry> entries_;
};

Status copy_file(const std::string& source, const Entry& entry, const std::string& to) {
  // Read-only: a release does not change. Nobody else can have the name, the folder is ours.
  const Descriptor file(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    return fail_errno("cannot write " + printable(to), errno);
  }
  Sha256 hasher;
  TRY_OK(read_file_blocks(source, [&](std::string_view block) -> Status {
    hasher.update(block);
    return write_all(file.get(), block, to);
  }));
  if (hasher.finish() != entry.digest) {
    return fail(Code::changed, printable(source) + " changed while it was being released");
  }
  if (::fchmod(file.get(), entry.executable ? 0555 : 0444) != 0 || ::fsync(file.get()) != 0) {
    return fail_errno("cannot flush " + printable(to), errno);
  }
  return {};
}

Json text_json(const std::string& text) {
  if (is_utf8(text)) {
    return text;
  }
  std::string hex;
  for (const char c : text) {
    hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return {{"hex", hex}};
}

std::string text_of(const Json& json) {
  if (json.is_string()) {
    return json.get<std::string>();
  }
  const std::string hex = json.at("hex").get<std::string>();
  std::string text;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    text += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return text;
}

constexpr const char* type_names[] = {"file", "folder", "link"};

}  // namespace

Result<std::vector<Artifact>> find_artifacts(const std::string& root,
                                             const std::vector<std::string>& paths) {
  std::vector<Artifact> artifacts;
  for (const std::string& path : paths) {
    std::vector<std::string> found;
    struct stat ignored {};
    if (::stat((root + "/" + path).c_str(), &ignored) == 0) {
      found.push_back(path);
    } else if (is_glob(path)) {
      TRY(found, files_at(root, path));
    }
    if (found.empty()) {
      return fail(Code::not_found, fmt::format("the artifact {} is missing", printable(path)));
    }
    for (const std::string& each : found) {
      artifacts.push_back({root + "/" + each, base_name(each)});
    }
  }
  std::sort(artifacts.begin(), artifacts.end(),
            [](const Artifact& a, const Artifact& b) { return a.name < b.name; });
  for (std::size_t i = 1; i < artifacts.size(); ++i) {
    if (artifacts[i].name == artifacts[i - 1].name) {
      return fail(
          Code::invalid,
          fmt::format(
              "{} and {} would have the same name in the release; give them different names, "
              "or release the folder above them",
              printable(artifacts[i - 1].source), printable(artifacts[i].source)));
    }
  }
  return artifacts;
}

Result<std::vector<Entry>> measure(const std::vector<Artifact>& artifacts) {
  Measuring measuring;
  for (const Artifact& artifact : artifacts) {
    TRY_OK(measuring.add(artifact.source, artifact.name, ""));
  }
  return measuring.take();
}

Status copy_artifacts(const std::vector<Artifact>& artifacts, const std::vector<Entry>& entries,
                      const std::string& folder) {
  std::vector<std::string> folders{folder};
  for (const Entry& entry : entries) {
    const std::string to = folder + "/" + entry.path;
    const std::size_t slash = entry.path.find('/');
    const std::string name = entry.path.substr(0, slash);
    const auto artifact = std::find_if(artifacts.begin(), artifacts.end(),
                                       [&](const Artifact& each) { return each.name == name; });
    if (artifact == artifacts.end()) {
      return fail(Code::internal, "an entry without its artifact");
    }
    const std::string source =
        artifact->source + (slash == std::string::npos ? "" : entry.path.substr(slash));
    if (entry.type == EntryType::folder) {
      if (::mkdir(to.c_str(), 0755) != 0) {
        return fail_errno("cannot make the folder " + printable(to), errno);
      }
      folders.push_back(to);
    } else if (entry.type == EntryType::link) {
      if (::symlink(entry.link.c_str(), to.c_str()) != 0) {
        return fail_errno("cannot make the link " + printable(to), errno);
      }
    } else {
      TRY_OK(copy_file(source, entry, to));
    }
  }
  for (auto each = folders.rbegin(); each != folders.rend(); ++each) {
    TRY_OK(flush_folder(*each));
  }
  return {};
}

std::uint64_t total_size(const std::vector<Entry>& entries) {
  std::uint64_t size = 0;
  for (const Entry& entry : entries) {
    size += entry.size;
  }
  return size;
}

std::string to_json(const std::vector<Entry>& entries) {
  Json list = Json::array();
  for (const Entry& entry : entries) {
    Json item{{"path", text_json(entry.path)},
              {"type", type_names[static_cast<std::size_t>(entry.type)]}};
    if (entry.type == EntryType::file) {
      item["sha256"] = entry.digest.hex();
      item["size"] = entry.size;
      item["executable"] = entry.executable;
    } else if (entry.type == EntryType::link) {
      item["link"] = text_json(entry.link);
    }
    list.push_back(std::move(item));
  }
  return list.dump();
}

Result<std::vector<Entry>> entries_from_json(const std::string& text) {
  try {
    const Json list = Json::parse(text);
    std::vector<Entry> entries;
    for (const Json& item : list) {
      Entry entry;
      entry.path = text_of(item.at("path"));
      const std::string type = item.at("type").get<std::string>();
      if (type == "file") {
        const auto digest = Digest::from_hex(item.at("sha256").get<std::string>());
        if (!digest) {
          return fail(Code::corrupt, "a digest is not one");
        }
        entry.digest = *digest;
        entry.size = item.at("size").get<std::uint64_t>();
        entry.executable = item.at("executable").get<bool>();
      } else if (type == "link") {
        entry.type = EntryType::link;
        entry.link = text_of(item.at("link"));
        entry.size = entry.link.size();
        entry.digest = sha256(entry.link);
      } else {
        entry.type = EntryType::folder;
      }
      entries.push_back(std::move(entry));
    }
    return entries;
  } catch (const std::exception& error) {  // JSON's and stoi's
    return fail(Code::corrupt,
                fmt::format("a list of released files cannot be read: {}", error.what()));
  }
}

}  // namespace mlpipe::stages::deploy
