#include "runner/engine/dvc/remote.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "runner/engine/dvc/data.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::engine::dvc {
namespace {

namespace fs = std::filesystem;
using cache::DvcCache;
using cache::DvcLayout;

// A remote is a cache without links, and its objects are named by md5 all the same.
DvcCache as_cache(const std::string& folder, Tracker& tracker) {
  return DvcCache(folder, {cache::DvcLink::copy}, tracker.files());
}

// From one store to the other; false: the first lacks it. Verified on the way.
Result<bool> copy_object(const DvcCache& from, const DvcCache& to, const std::string& oid,
                         DvcLayout layout) {
  if (to.has(oid, layout)) {
    return true;
  }
  if (!from.has(oid, layout)) {
    return false;
  }
  const std::string path = from.path_of(oid, layout);
  if (oid.ends_with(".dir")) {
    TRY(const std::string bytes, read_file(path));
    TRY_OK(to.put_bytes(bytes, oid, layout));
  } else {
    TRY_OK(to.put_file(path, oid, layout));
  }
  return true;
}

}  // namespace

Result<Remote> Remote::open(const spec::dvc::Repository& repository, const std::string& name) {
  const spec::dvc::Config& config = repository.config;
  const std::string chosen = name.empty() ? config.get("core.remote") : name;
  if (chosen.empty()) {
    return fail(
        Code::not_found,
        "no remote is set; write `remote = NAME` under `[core]` in .dvc/config, or give -r NAME");
  }
  const auto url = config.path("remote." + chosen + ".url");
  if (!url) {
    return fail(Code::not_found,
                fmt::format("the remote `{}` is not in .dvc/config", printable(chosen)));
  }
  const auto place = spec::dvc::place_of(repository.root, "", *url);
  if (place.kind == spec::dvc::Place::Kind::remote) {
    return fail(Code::refused,
                fmt::format("the remote `{}` is {}; only folders are built as DVC remotes",
                            printable(chosen), printable(*url)));
  }
  return Remote(place.kind == spec::dvc::Place::Kind::inside ? repository.root + '/' + place.path
                                                             : place.path);
}

Status Remote::copy_runs(const std::string& from, const std::string& to,
                         std::uint64_t& count) const {
  std::error_code error;
  for (fs::recursive_directory_iterator at(from + "/runs", error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    const std::string target = to + at->path().string().substr(from.size());
    if (at->is_regular_file(ignored) && !stands(target)) {
      TRY(const std::string bytes, read_file(at->path().string()));
      TRY_OK(write_file(target, bytes));
      ++count;
    }
  }
  return {};
}

Result<Moved> Remote::push(Tracker& tracker, const std::vector<bool>& wanted, RunCache runs) const {
  const DvcCache remote = as_cache(folder_, tracker);
  Moved moved;
  std::vector<Used> used = used_objects(tracker, wanted);
  for (const bool folders : {false, true}) {
    for (const Used& object : used) {
      if (object.oid.ends_with(".dir") != folders || remote.has(object.oid, object.layout)) {
        continue;
      }
      if (folders && !tracker.cache().has_all(object.oid, object.layout)) {
        moved.missing.push_back(object.path);
        continue;
      }
      TRY(const bool sent, copy_object(tracker.cache(), remote, object.oid, object.layout));
      sent ? void(++moved.objects) : moved.missing.push_back(object.path);
    }
  }
  if (runs == RunCache::with) {
    TRY_OK(copy_runs(tracker.cache().folder(), folder_, moved.objects));
  }
  return moved;
}

Result<Moved> Remote::fetch(Tracker& tracker, const std::vector<bool>& wanted,
                            RunCache runs) const {
  const DvcCache remote = as_cache(folder_, tracker);
  Moved moved;
  // Folder objects first: they say what else is needed.
  for (int pass = 0; pass < 2; ++pass) {
    for (const Used& object : used_objects(tracker, wanted)) {
      if (object.oid.ends_with(".dir") != (pass == 0) ||
          tracker.cache().has(object.oid, object.layout)) {
        continue;
      }
      TRY(const bool got, copy_object(remote, tracker.cache(), object.oid, object.layout));
      got ? void(++moved.objects) : moved.missing.push_back(object.path);
    }
  }
  if (runs == RunCache::with) {
    TRY_OK(copy_runs(folder_, tracker.cache().folder(), moved.objects));
  }
  return moved;
}

Result<std::string> Remote::status_json(Tracker& tracker, const std::vector<bool>& wanted) const {
  const DvcCache remote = as_cache(folder_, tracker);
  nlohmann::ordered_json all = nlohmann::ordered_json::object();
  for (const Used& object : used_objects(tracker, wanted)) {
    const bool here = tracker.cache().has(object.oid, object.layout);
    const bool there = remote.has(object.oid, object.layout);
    if (here != there) {
      all[object.path] = here ? "new" : "deleted";
    } else if (!here) {
      all[object.path] = "missing";
    }
  }
  return all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace mlpipe::engine::dvc
