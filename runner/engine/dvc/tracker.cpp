#include "runner/engine/dvc/tracker.hpp"

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <fcntl.h>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"
#include "runner/engine/files.hpp"
#include "runner/spec/dvc/params.hpp"
#include "runner/spec/dvc/yaml.hpp"

namespace mlpipe::engine::dvc {
namespace {

using spec::dvc::Place;

Result<std::vector<cache::DvcLink>> link_order(const std::string& types) {
  std::vector<cache::DvcLink> links;
  for (const std::string_view part : split(types, ',')) {
    const std::string_view type = trim(part);
    if (type == "reflink") {
      links.push_back(cache::DvcLink::reflink);
    } else if (type == "hardlink") {
      links.push_back(cache::DvcLink::hardlink);
    } else if (type == "symlink") {
      links.push_back(cache::DvcLink::symlink);
    } else if (type == "copy") {
      links.push_back(cache::DvcLink::copy);
    } else if (!type.empty()) {
      return fail(
          Code::invalid,
          fmt::format(
              ".dvc/config: `cache.type` knows reflink, hardlink, symlink and copy, not `{}`",
              printable(type)));
    }
  }
  if (links.empty()) {
    links = {cache::DvcLink::reflink, cache::DvcLink::copy};
  }
  return links;
}

enum class Side : std::uint8_t { ours, theirs };

// One side of a merge that git could not settle; the text itself where there is no conflict.
std::string side_of(std::string_view text, Side wanted) {
  enum class In : std::uint8_t { both, ours, base, theirs } in = In::both;
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with("<<<<<<< ")) {
      in = In::ours;
    } else if (line.starts_with("||||||| ") && in == In::ours) {
      in = In::base;
    } else if (line == "=======" && in != In::both) {
      in = In::theirs;
    } else if (line.starts_with(">>>>>>> ") && in == In::theirs) {
      in = In::both;
    } else if (in == In::both || in == (wanted == Side::ours ? In::ours : In::theirs)) {
      out += std::string(line) + '\n';
    }
  }
  return out;
}

// The union of both sides; what they say differently of a stage counts as unknown.
Value united(Value ours, const Value& theirs) {
  Value* into = ours.find("stages");
  const Value* from = theirs.find("stages");
  if (into == nullptr || from == nullptr || !into->is_map() || !from->is_map()) {
    return ours;
  }
  for (std::size_t i = 0; i < from->keys.size(); ++i) {
    const std::string& name = from->keys[i].text;
    const Value* known = into->find(name);
    if (known == nullptr) {
      into->set(name, from->items[i]);
    } else if (!python_equal(*known, from->items[i])) {
      into->erase(name);
    }
  }
  return ours;
}

Result<lock::DvcLock> parse_lock(const std::string& path, const std::string& text) {
  const bool conflict = text.find("<<<<<<< ") != std::string::npos;
  auto document = spec::dvc::read_yaml(conflict ? side_of(text, Side::ours) : text);
  if (document && conflict) {
    auto theirs = spec::dvc::read_yaml(side_of(text, Side::theirs));
    document = theirs ? united(std::move(*document), *theirs) : std::move(theirs);
  }
  if (!document) {
    return fail(
        Code::invalid,
        fmt::format("{}:{}:{}: {}; settle it by hand, or delete it and run again", path,
                    document.error().line, document.error().column, document.error().message));
  }
  auto lock = lock::DvcLock::read(std::move(*document));
  return lock ? std::move(lock)
              : fail(lock.error().code, fmt::format("{}:{}", path, lock.error().message));
}

// DVC's own lock, so that a DVC beside us waits: flock on .dvc/tmp/lock, as zc.lockfile takes it.
class Guard {
 public:
  explicit Guard(const std::string& root) {
    if (!make_folders(root + "/.dvc/tmp")) {
      return;
    }
    file_ = ::open((root + "/.dvc/tmp/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file_ >= 0) {
      (void)::flock(file_, LOCK_EX);
    }
  }
  ~Guard() {
    if (file_ >= 0) {
      (void)::flock(file_, LOCK_UN);
      ::close(file_);
    }
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  int file_ = -1;
};

}  // namespace

std::string lock_path(const std::string& file) {
  return spec::dvc::join_path(spec::dvc::folder_of(file), "dvc.lock");
}

std::string_view name(State state) {
  switch (state) {
    case State::same:
      return "same";
    case State::deleted:
      return "deleted";
    case State::modified:
      return "modified";
    case State::added:
      return "new";
    case State::not_in_cache:
      return "not in cache";
  }
  return "same";
}

Tracker::Tracker(spec::dvc::Repository repository, const std::string& state_dir, Compat compat)
    : repository_(std::move(repository)),
      compat_(compat),
      files_(std::make_unique<cache::DvcFiles>(state_dir, repository_.root)) {}

Result<std::unique_ptr<Tracker>> Tracker::open(spec::dvc::Repository repository,
                                               const std::string& state_dir, Compat compat) {
  std::unique_ptr<Tracker> tracker(new Tracker(std::move(repository), state_dir, compat));
  TRY_OK(tracker->open_cache(state_dir));
  TRY_OK(tracker->read_locks());
  return tracker;
}

Status Tracker::open_cache(const std::string& /*state_dir*/) {
  const spec::dvc::Config& config = repository_.config;
  std::string folder = config.path("cache.dir").value_or(repository_.root + "/.dvc/cache");
  const Place place = spec::dvc::place_of(repository_.root, "", folder);  // takes ".." out
  if (place.kind == Place::Kind::remote) {
    return fail(Code::invalid,
                fmt::format(".dvc/config: the cache must be a folder, not {}", printable(folder)));
  }
  TRY(auto links, link_order(config.get("cache.type")));
  cache_ = std::make_unique<cache::DvcCache>(absolute(place), std::move(links), *files_);
  return {};
}

Status Tracker::read_locks() {
  for (const std::string& file : repository_.files) {
    const std::string path = lock_path(file);
    const auto text = read_file(repository_.root + '/' + path);
    if (!text) {
      if (text.error().code != Code::not_found) {
        return tl::make_unexpected(text.error());
      }
      locks_.emplace(file, lock::DvcLock());
      continue;
    }
    TRY(auto lock, parse_lock(path, *text));
    locks_.insert_or_assign(file, std::move(lock));
  }
  return {};
}

std::string Tracker::absolute(const Place& place) const {
  return place.kind != Place::Kind::inside ? place.path
         : place.path.empty()              ? repository_.root
                                           : repository_.root + '/' + place.path;
}

Result<cache::DvcContent> Tracker::look(const Place& place, cache::DvcHash hash) {
  if (place.kind == Place::Kind::remote) {
    return fail(Code::unavailable,
                fmt::format("`{}` lies outside this machine: deps and outs by URL are not built",
                            printable(place.path)));
  }
  return files_->look(place.path, hash, repository_.ignore);
}

Result<const Value*> Tracker::params_file(const Place& place) {
  const std::string path = absolute(place);
  auto known = params_.find(path);
  if (known == params_.end()) {
    const auto text = read_file(path);
    Result<Value> value = text ? spec::dvc::read_params(path, *text)
                               : Result<Value>(tl::make_unexpected(text.error()));
    if (text && !value) {
      value = fail(Code::invalid, fmt::format("{}: it cannot be read as parameters: {}",
                                              printable(place.path), value.error().message));
    }
    known = params_.emplace(path, std::move(value)).first;
  }
  if (!known->second) {
    return tl::make_unexpected(known->second.error());
  }
  return &*known->second;
}

const Value* Tracker::locked(const spec::dvc::Stage& stage) const {
  const auto lock = locks_.find(stage.file);
  return lock == locks_.end() ? nullptr : lock->second.stage(stage.name);
}

void Tracker::forget() {
  files_->forget();
  params_.clear();
}

Result<bool> Tracker::write_locks() {
  const auto dirty = std::exchange(dirty_, {});
  if (dirty.empty()) {
    return false;
  }
  const Guard guard(repository_.root);
  for (const auto& [file, names] : dirty) {
    const std::string path = repository_.root + '/' + lock_path(file);
    // Somebody else may have written meanwhile: theirs stays, but for what was done here.
    lock::DvcLock lock;
    if (const auto text = read_file(path)) {
      TRY(lock, parse_lock(lock_path(file), *text));
    }
    lock.take_stages(locks_[file], names);
    TRY_OK(write_file(path, lock.text()));
    locks_.insert_or_assign(file, std::move(lock));
  }
  return true;
}

}  // namespace mlpipe::engine::dvc
