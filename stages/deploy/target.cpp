#include "stages/deploy/target.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"

namespace mlpipe::stages::deploy {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* manifest_name = ".mlpipe-release.json";
constexpr std::size_t id_length = 32;

bool is_id(std::string_view text) {
  return text.size() == id_length && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string with_length(std::string_view text) {
  return fmt::format("{}:{};", text.size(), text);
}

Result<std::vector<std::string>> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  if (error == std::errc::no_such_file_or_directory) {
    return names;
  }
  for (const fs::directory_iterator end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  if (error) {
    return fail_errno("cannot list " + printable(folder), error.value());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Target::Target(const std::string& folder) {
  std::error_code error;
  const fs::path resolved = fs::weakly_canonical(folder, error);
  folder_ = error ? folder : resolved.string();
}

std::string Target::release_path(const std::string& id) const {
  return folder_ + "/releases/" + id;
}

Result<Descriptor> Target::try_lock(const std::string& holder) const {
  TRY_OK(make_folders(folder_));
  const std::string path = folder_ + "/.lock";
  Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock.get() < 0) {
    return fail_errno("cannot write " + printable(path), errno);
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return fail_errno("cannot lock " + printable(path), errno);
    }
    const auto other = read_text(path);
    return fail(Code::busy,
                fmt::format("{} is being changed by {}", printable(folder_),
                            other && !other->empty() ? printable(*other) : "another mlpipe"));
  }
  // For people only; a full disk must not keep anybody from rolling back.
  if (::ftruncate(lock.get(), 0) == 0) {
    (void)!::write(lock.get(), holder.data(), holder.size());
  }
  return lock;
}

Result<std::string> Target::current() const {
  const std::string path = folder_ + "/current";
  std::error_code error;
  const std::string text = fs::read_symlink(path, error).string();
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    return std::string();
  }
  const std::string id = error ? std::string() : fs::path(text).filename().string();
  if (error || !is_id(id) || text != "releases/" + id) {
    return fail(Code::invalid,
                fmt::format("{} is not a link that mlpipe made: move it away, then deploy again",
                            printable(path)));
  }
  return id;
}

Status Target::switch_to(const std::string& id) const {
  const std::string path = folder_ + "/current";
  if (id.empty()) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
      return fail_errno("cannot remove " + printable(path), errno);
    }
    return flush_folder(folder_);
  }
  const std::string temporary = folder_ + "/.tmp-current";
  (void)::unlink(temporary.c_str());
  if (::symlink(("releases/" + id).c_str(), temporary.c_str()) != 0) {
    return fail_errno("cannot make the link " + printable(temporary), errno);
  }
  Status moved = move_durably(temporary, path);
  if (!moved) {
    (void)::unlink(temporary.c_str());
  }
  return moved;
}

Result<std::optional<Hold>> Target::hold() const {
  const auto text = read_text(folder_ + "/hold");
  if (!text) {
    return text.error().code == Code::not_found ? Result<std::optional<Hold>>(std::nullopt)
                                                : tl::make_unexpected(text.error());
  }
  const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  Hold hold;  // whatever stands in it, a hold is a hold
  if (json.is_object()) {
    for (const auto& [key, value] : {std::pair{"time", &hold.time}, std::pair{"actor", &hold.actor},
                                     std::pair{"reason", &hold.reason}}) {
      *value = json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
    }
  }
  return std::optional<Hold>(std::move(hold));
}

Status Target::set_hold(const Hold& hold) const {
  return write_durably(
      folder_ + "/hold",
      dump({{"time", hold.time}, {"actor", hold.actor}, {"reason", hold.reason}}) + "\n");
}

Status Target::clear_hold() const {
  const std::string path = folder_ + "/hold";
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return fail_errno("cannot remove " + printable(path), errno);
  }
  return flush_folder(folder_);
}

Result<std::vector<std::string>> Target::releases() const {
  TRY(std::vector<std::string> names, names_in(folder_ + "/releases"));
  names.erase(std::remove_if(names.begin(), names.end(),
                             [](const std::string& name) { return !is_id(name); }),
              names.end());
  return names;
}

Status Target::check_release(const std::string& id) const {
  const std::string path = release_path(id);
  if (!stands(path)) {
    return fail(Code::not_found,
                fmt::format("the release {} is not there any more", printable(id)));
  }
  const auto differs = [&](const std::string& why) {
    return fail(Code::corrupt, fmt::format("the release {} is damaged: {}", printable(path), why));
  };
  const auto text = read_text(path + "/" + manifest_name);
  const Json json = text ? Json::parse(*text, nullptr, /*allow_exceptions=*/false) : Json();
  if (!json.is_object() || !json.contains("artifacts")) {
    return differs(fmt::format("{} cannot be read", manifest_name));
  }
  TRY(const std::vector<Entry> recorded, entries_from_json(json["artifacts"].dump()));
  TRY(const std::vector<std::string> names, names_in(path));
  std::vector<Artifact> artifacts;
  for (const std::string& name : names) {
    if (name != manifest_name) {
      artifacts.push_back({path + "/" + name, name});
    }
  }
  auto found = measure(artifacts);
  if (!found) {
    return differs(found.error().message);
  }
  for (std::size_t i = 0; i < std::max(found->size(), recorded.size()); ++i) {
    if (i >= found->size() || i >= recorded.size() || !((*found)[i] == recorded[i])) {
      const Entry& entry = i < recorded.size() ? recorded[i] : (*found)[i];
      return differs(printable(entry.path) + " is not what was released");
    }
  }
  return {};
}

Status Target::build_release(const std::string& id, const std::string& target,
                             const std::vector<Artifact>& artifacts,
                             const std::vector<Entry>& entries) const {
  const std::string releases = folder_ + "/releases";
  TRY_OK(make_folders(releases));
  const std::string building = releases + "/.tmp-" + id;
  TRY_OK(remove_tree(building));
  TRY_OK(make_folders(building));
  const auto build = [&]() -> Status {
    TRY_OK(copy_artifacts(artifacts, entries, building));
    TRY_OK(write_durably(building + "/" + manifest_name,
                         dump({{"mlpipe_release", 1},
                               {"id", id},
                               {"target", target},
                               {"artifacts", Json::parse(to_json(entries))}}) +
                             "\n"));
    // What stands there is damaged, or we would not build it. Exchanged: `current` may point to it
    // all the while.
    if (stands(release_path(id)) && ::renameat2(AT_FDCWD, building.c_str(), AT_FDCWD,
                                                release_path(id).c_str(), RENAME_EXCHANGE) == 0) {
      TRY_OK(flush_folder(releases));
      return remove_tree(building);
    }
    if (stands(release_path(id))) {  // a file system that cannot exchange
      TRY_OK(move_durably(release_path(id), releases + "/.tmp-damaged-" + id));
    }
    return move_durably(building, release_path(id));
  };
  Status built = build();
  if (!built) {
    (void)remove_tree(building);
  }
  return built;
}

Status Target::remove_release(const std::string& id) const {
  // By another name first: a release that is half removed must not look like one.
  const std::string going = folder_ + "/releases/.tmp-gone-" + id;
  TRY_OK(remove_tree(going));
  TRY_OK(move_durably(release_path(id), going));
  return remove_tree(going);
}

Status Target::clear_leftovers() const {
  for (const std::string& folder : {folder_, folder_ + "/releases"}) {
    TRY(const std::vector<std::string> names, names_in(folder));
    for (const std::string& name : names) {
      if (name.rfind(".tmp-", 0) == 0 || name.rfind("hold.tmp-", 0) == 0) {
        TRY_OK(remove_tree(folder + "/" + name));
      }
    }
  }
  return {};
}

std::string deployment_id(const std::string& target, const std::vector<Entry>& entries,
                          const std::vector<std::string>& verify) {
  Sha256 hasher;
  hasher.update("mlpipe deployment 1;" + with_length(target));
  for (const Entry& entry : entries) {
    hasher.update(with_length(entry.path));
    hasher.update(fmt::format("{}{};", static_cast<int>(entry.type), entry.executable ? "x" : "-"));
    hasher.update(entry.digest.hex());
  }
  for (const std::string& command : verify) {
    hasher.update("verify " + with_length(command));
  }
  return hasher.finish().hex().substr(0, id_length);
}

std::string now_text() {
  const auto now = std::chrono::system_clock::now();
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     ms % 1000);
}

}  // namespace mlpipe::stages::deploy
