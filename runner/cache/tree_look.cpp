#include "runner/cache/tree_look.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "runner/base/text.hpp"
#include "runner/cache/delta_scope.hpp"
#include "runner/cache/glob.hpp"

namespace mlpipe::cache {
namespace {

using port::Content;
using port::EntryType;
using port::TreeEntry;

// Bounds on what waits for being hashed: folders kept open, and files. Many at a time, as a new
// thread needs some milliseconds to find a core of its own.
std::size_t most_folders() {
  rlimit limit{};
  const bool asked = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  return std::clamp<std::size_t>(asked ? limit.rlim_cur / 4 : 256, 1, 256);
}
constexpr std::size_t most_jobs = 32768;
// Of a file that was not looked at yet: in a folder of few files each is, for its size and age.
constexpr std::size_t few_files = 64;
constexpr std::uint64_t assumed_size = 64U << 10U;

enum class Reach : std::uint8_t { all, matches };

// A folder on its way to a tree object.
struct Frame {
  std::string path;
  Frame* parent = nullptr;
  std::size_t slot = 0;  // in the parent's entries
  Reach reach = Reach::all;
  std::vector<Name> names;
  std::size_t next = 0;
  std::optional<Cursor> cursor;
  std::vector<TreeEntry> entries;  // missing: not known yet, or nothing matched in it
  std::size_t open = 0;            // entries not known yet
  Fd folder;                       // for its jobs
  DeltaScope delta;
};

struct Job {
  Frame* frame = nullptr;
  std::size_t slot = 0;
  std::uint64_t size = 0;
  Signature seen;  // empty: not looked at
};

class TreeLook {
 public:
  TreeLook(const Surroundings& around, const Selection& selection, Descent descent)
      : around_(around), selection_(selection), descent_(std::move(descent)) {}
  Result<Content> run();

 private:
  Status enter(std::string path, Frame* parent, Reach reach);
  Status step(Frame& frame);
  Status visit(Frame& frame, const Name& name);
  Status visit_folder(Frame& frame, const Name& name, Reach reach);
  Status visit_file(Frame& frame, const Name& name);
  Status add_job(Frame& frame, const Signature& seen, std::uint64_t size);
  Status leave();
  Status hash_jobs();
  void outwait();
  std::vector<Result<Hashed>> hash_all();
  Status settle(const Job& job, const Result<Hashed>& hashed);
  Status finish(Frame& frame);
  [[nodiscard]] std::string path_of(const Frame& frame, const Name& name) const {
    return join(frame.path, name.text);
  }

  const Surroundings& around_;
  const Selection& selection_;
  Descent descent_;
  std::vector<std::unique_ptr<Frame>> stack_;
  std::vector<std::unique_ptr<Frame>> waiting_;  // listed, children before parents
  std::vector<Job> jobs_;
  std::size_t open_folders_ = 0;
  const std::size_t most_open_folders_ = most_folders();
  Content result_;
};

Result<Content> TreeLook::run() {
  TRY_OK(enter(descent_.path(), nullptr, selection_.pattern.empty() ? Reach::all : Reach::matches));
  while (!stack_.empty()) {
    TRY_OK(step(*stack_.back()));
  }
  TRY_OK(hash_jobs());
  return result_;
}

Status TreeLook::enter(std::string path, Frame* parent, Reach reach) {
  auto frame = std::make_unique<Frame>();
  TRY(frame->names, list_folder(descent_.fd(), path));
  frame->parent = parent;
  frame->slot = parent != nullptr ? parent->entries.size() - 1 : 0;
  frame->reach = reach;
  frame->cursor.emplace(*around_.known, path);
  frame->path = std::move(path);
  if (parent != nullptr) {
    frame->delta.stay(parent->delta);
  }
  if (selection_.ignore != nullptr && reach == Reach::all) {
    frame->delta.enter(descent_.fd(), frame->path, frame->names);
  }
  frame->entries.reserve(frame->names.size());
  stack_.push_back(std::move(frame));
  return {};
}

Status TreeLook::step(Frame& frame) {
  // A folder stays the same object in stack_ while its files are visited; a subfolder on top ends
  // the loop.
  while (frame.next < frame.names.size()) {
    const Name& name = frame.names[frame.next++];
    if (!counts(selection_, frame.path, name) || !frame.delta.counts(path_of(frame, name), name)) {
      (void)frame.cursor->take(name.text);
      continue;
    }
    TRY_OK(visit(frame, name));
    if (stack_.back().get() != &frame) {
      return {};
    }
  }
  return leave();
}

Status TreeLook::visit(Frame& frame, const Name& name) {
  const bool matched =
      frame.reach == Reach::all || glob_match(selection_.pattern, path_of(frame, name));
  if (name.kind == Kind::folder) {
    if (matched) {
      return visit_folder(frame, name, Reach::all);
    }
    return may_match_below(selection_.pattern, path_of(frame, name))
               ? visit_folder(frame, name, Reach::matches)
               : Status{};
  }
  if (!matched) {
    (void)frame.cursor->take(name.text);
    return {};
  }
  switch (name.kind) {
    case Kind::file:
      return visit_file(frame, name);
    case Kind::link: {
      TRY(const Content link, look_link(descent_.fd(), name.text, path_of(frame, name)));
      frame.entries.push_back({name.text, link});
      return {};
    }
    default:
      return no_content(path_of(frame, name));
  }
}

Status TreeLook::visit_folder(Frame& frame, const Name& name, Reach reach) {
  const Status entered = descent_.enter(name.text);
  if (!entered) {
    return entered.error().code == Code::not_found
               ? fail(Code::changed, shown(path_of(frame, name)) + " was removed while it was read")
               : entered;
  }
  frame.entries.push_back({name.text, {}});
  ++frame.open;
  return enter(path_of(frame, name), &frame, reach);
}

Status TreeLook::visit_file(Frame& frame, const Name& name) {
  const auto known = frame.cursor->take(name.text);
  frame.entries.push_back({name.text, {}});
  if (!known && frame.names.size() > few_files) {
    return add_job(frame, Signature{}, assumed_size);  // hashing looks at it anyway
  }
  struct stat status {};
  if (fstatat(descent_.fd(), name.text.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT ? fail(Code::changed, shown(path_of(frame, name)) +
                                                     " was removed while its folder was read")
                           : fail_errno("cannot look at " + shown(path_of(frame, name)), errno);
  }
  const Signature signature = signature_of(status);
  if (known && known->trust == Trust::proven && known->signature == signature) {
    frame.entries.back().content = file_content(signature, known->digest);
    return {};
  }
  return add_job(frame, signature, signature.size);
}

Status TreeLook::add_job(Frame& frame, const Signature& seen, std::uint64_t size) {
  if (!frame.folder.valid()) {
    frame.folder = Fd(fcntl(descent_.fd(), F_DUPFD_CLOEXEC, 0));
    if (!frame.folder.valid()) {
      return fail_errno("cannot keep " + shown(frame.path) + " open", errno);
    }
    ++open_folders_;
  }
  ++frame.open;
  jobs_.push_back({&frame, frame.entries.size() - 1, size, seen});
  return jobs_.size() >= most_jobs ? hash_jobs() : Status{};
}

Status TreeLook::leave() {
  std::unique_ptr<Frame> frame = std::move(stack_.back());
  stack_.pop_back();
  frame->names = {};
  for (const auto& gone : frame->cursor->passed_over()) {
    around_.known->drop(frame->path, gone);
  }
  frame->cursor.reset();
  if (!stack_.empty()) {
    TRY_OK(descent_.leave());
  }
  if (frame->open == 0) {
    TRY_OK(finish(*frame));
  } else {
    waiting_.push_back(std::move(frame));
  }
  return open_folders_ >= most_open_folders_ ? hash_jobs() : Status{};
}

Status TreeLook::hash_jobs() {
  if (!jobs_.empty()) {
    around_.clock->tick();
    outwait();
    const auto results = hash_all();
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      TRY_OK(settle(jobs_[i], results[i]));
    }
    for (const auto& job : jobs_) {
      job.frame->folder = Fd();
    }
    jobs_.clear();
    open_folders_ = 0;
  }
  for (const auto& frame : waiting_) {
    if (frame->open > 0) {
      return fail(Code::internal, "a folder was finished before what lies in it");
    }
    TRY_OK(finish(*frame));
  }
  waiting_.clear();
  return {};
}

// Where much of what is to be hashed was written just now, waits for it to be old enough.
void TreeLook::outwait() {
  std::uint64_t fresh = 0;
  const Job* newest = nullptr;
  const auto time = [](const Job& job) { return std::max(job.seen.mtime_ns, job.seen.ctime_ns); };
  for (const auto& job : jobs_) {
    if (job.seen.inode == 0) {
      continue;
    }
    const Moment moment = around_.clock->moment(job.seen.device, job.frame->folder.get());
    if (judge(job.seen, moment) == Trust::unproven) {
      fresh += job.size;
      newest = newest == nullptr || time(job) > time(*newest) ? &job : newest;
    }
  }
  if (fresh >= worth_waiting) {
    around_.clock->outwait(newest->seen, newest->frame->folder.get());
  }
}

std::vector<Result<Hashed>> TreeLook::hash_all() {
  // The biggest first, so that no core is left with one at the end.
  std::stable_sort(jobs_.begin(), jobs_.end(),
                   [](const Job& a, const Job& b) { return a.size > b.size; });
  std::uint64_t total = 0;
  for (const auto& job : jobs_) {
    total += job.size;
  }
  constexpr std::uint64_t worth_a_thread = 4 * assumed_size;
  const std::size_t workers = total >= worth_a_thread ? std::min(worker_count(), jobs_.size()) : 1;
  const Company company = workers > 1 ? Company::others : Company::alone;
  std::vector<Result<Hashed>> results(jobs_.size(), Hashed{});
  for_each_index(jobs_.size(), workers, [&](std::size_t i) {
    const Frame& frame = *jobs_[i].frame;
    const std::string& name = frame.entries[jobs_[i].slot].name;
    results[i] = hash_stable(frame.folder.get(), name, company, join(frame.path, name));
  });
  return results;
}

Status TreeLook::settle(const Job& job, const Result<Hashed>& hashed) {
  if (!hashed) {
    return tl::make_unexpected(hashed.error());
  }
  auto& entry = job.frame->entries[job.slot];
  const Moment moment = around_.clock->moment(hashed->signature.device, job.frame->folder.get());
  around_.known->learn(job.frame->path, entry.name,
                       {hashed->signature, hashed->digest, judge(hashed->signature, moment)});
  entry.content = file_content(hashed->signature, hashed->digest);
  --job.frame->open;
  return {};
}

Status TreeLook::finish(Frame& frame) {
  auto& entries = frame.entries;
  entries.erase(std::remove_if(entries.begin(), entries.end(),
                               [](const TreeEntry& entry) {
                                 return entry.content.type == EntryType::missing;
                               }),
                entries.end());
  Content content;
  if (frame.reach == Reach::all || !entries.empty()) {
    const std::string bytes = port::encode_tree(entries);
    content = {EntryType::tree, sha256(bytes), 0};
    for (const auto& entry : entries) {
      content.size += entry.content.type == EntryType::link ? 0 : entry.content.size;
    }
    TRY_OK(keep_tree(*around_.store, content.digest, bytes));
  }
  if (frame.parent == nullptr) {
    result_ = content;
  } else {
    frame.parent->entries[frame.slot].content = content;
    --frame.parent->open;
  }
  return {};
}

}  // namespace

bool counts(const Selection& selection, const std::string& folder, const Name& name) {
  if (folder.empty() && (name.text == ".mlpipe" || name.text == ".git")) {
    return false;
  }
  const EntryIs entry = name.kind == Kind::folder ? EntryIs::folder : EntryIs::other;
  return selection.ignore == nullptr ||
         !selection.ignore->ignores(join(folder, name.text), name.text, entry);
}

Result<Content> look_tree(const Surroundings& around, const Selection& selection, Fd fd,
                          const std::string& folder) {
  return TreeLook(around, selection, Descent(std::move(fd), folder)).run();
}

Status keep_tree(ObjectStore& store, const Digest& digest, std::string_view bytes) {
  if (store.has(digest)) {
    return {};
  }
  const auto put = store.put(bytes);
  // Looking must work where nothing can be written; whoever needs the object later is told then.
  return put || put.error().code == Code::permission ? Status{}
                                                     : Status(tl::make_unexpected(put.error()));
}

Result<Content> look_link(int at, const std::string& name, const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = readlinkat(at, name.c_str(), target.data(), target.size());
  if (length < 0) {
    return errno == ENOENT || errno == EINVAL
               ? fail(Code::changed, shown(path) + " was replaced while it was read")
               : fail_errno("cannot read the link " + shown(path), errno);
  }
  const auto size = static_cast<std::size_t>(length);
  return Content{EntryType::link, sha256({target.data(), size}), size};
}

Content file_content(const Signature& signature, const Digest& digest) {
  const bool executable = (signature.mode & S_IXUSR) != 0;
  return {executable ? EntryType::executable : EntryType::file, digest, signature.size};
}

tl::unexpected<Error> no_content(const std::string& path) {
  return fail(Code::invalid, shown(path) +
                                 " is a pipe, socket or device, which has no content; remove it or "
                                 "name it in .mlpipeignore");
}

}  // namespace mlpipe::cache
