#include "runner/engine/tree_diff.hpp"

#include <algorithm>
#include <optional>

namespace mlpipe::engine {
namespace {

using plan::ChangeKind;
using port::Content;
using port::EntryType;
using port::TreeEntry;

struct Pair {
  std::string path;
  Content then;
  Content now;
};

bool is_tree(const Content& content) {
  return content.type == EntryType::tree;
}

std::string words(const Content& content, const Content& other) {
  if (content.type == EntryType::missing) {
    return {};
  }
  const std::string text = port::to_text(content);
  const bool same_type = other.type == content.type || other.type == EntryType::missing;
  return same_type ? content.digest.short_hex()
                   : text.substr(0, text.find(':')) + " " + content.digest.short_hex();
}

class Walk {
 public:
  Walk(const cache::ObjectStore& store, std::size_t limit) : store_(store), limit_(limit) {}

  // With a stack of its own: folders may be nested deeper than the program's stack allows.
  TreeDiff run(Pair first) {
    open_.push_back(std::move(first));
    while (!open_.empty()) {
      const Pair pair = std::move(open_.back());
      open_.pop_back();
      if (pair.then == pair.now) {
        continue;
      }
      if (is_tree(pair.then) || is_tree(pair.now)) {
        folder(pair);
      } else {
        add(pair.path, pair.then, pair.now);
      }
    }
    return std::move(found_);
  }

 private:
  void add(const std::string& path, const Content& then, const Content& now) {
    ++found_.count;
    if (found_.files.size() < limit_) {
      const ChangeKind change = then.type == EntryType::missing  ? ChangeKind::added
                                : now.type == EntryType::missing ? ChangeKind::removed
                                                                 : ChangeKind::modified;
      found_.files.push_back({path, change, words(then, now), words(now, then)});
    }
  }

  // The entries of a folder; none for anything else; nullopt where its listing cannot be had.
  std::optional<std::vector<TreeEntry>> entries(const Content& content) const {
    if (!is_tree(content)) {
      return std::vector<TreeEntry>();
    }
    const auto bytes = store_.read(content.digest);
    auto listed = bytes ? port::decode_tree(*bytes) : tl::make_unexpected(bytes.error());
    return listed ? std::optional(std::move(*listed)) : std::nullopt;
  }

  void folder(const Pair& pair) {
    const auto before = entries(pair.then);
    const auto after = entries(pair.now);
    if (!before || !after) {
      found_.unread.push_back(pair.path);
      return;
    }
    // What a folder replaced, or was replaced by, is gone or new itself.
    if (!is_tree(pair.then) && pair.then.type != EntryType::missing) {
      add(pair.path, pair.then, Content{});
    }
    if (!is_tree(pair.now) && pair.now.type != EntryType::missing) {
      add(pair.path, Content{}, pair.now);
    }
    if (before->empty() && after->empty()) {
      add(pair.path + "/", is_tree(pair.then) ? pair.then : Content{},
          is_tree(pair.now) ? pair.now : Content{});
      return;
    }
    const std::size_t base = open_.size();
    push_entries(pair.path, *before, *after);
    std::reverse(open_.begin() + static_cast<std::ptrdiff_t>(base), open_.end());
  }

  void push_entries(const std::string& folder, const std::vector<TreeEntry>& before,
                    const std::vector<TreeEntry>& after) {
    auto then = before.begin();
    auto now = after.begin();
    while (then != before.end() || now != after.end()) {
      const bool old_first = now == after.end() || (then != before.end() && then->name < now->name);
      const bool new_first = then == before.end() || (now != after.end() && now->name < then->name);
      const std::string& name = new_first ? now->name : then->name;
      Pair pair{folder.empty() ? name : folder + "/" + name, {}, {}};
      if (!new_first) {
        pair.then = (then++)->content;
      }
      if (!old_first) {
        pair.now = (now++)->content;
      }
      if (!(pair.then == pair.now)) {
        open_.push_back(std::move(pair));
      }
    }
  }

  const cache::ObjectStore& store_;
  std::size_t limit_;
  std::vector<Pair> open_;
  TreeDiff found_;
};

}  // namespace

TreeDiff diff_trees(const cache::ObjectStore& store, const std::string& path, const Content& then,
                    const Content& now, std::size_t limit) {
  return Walk(store, limit).run({path, then, now});
}

}  // namespace mlpipe::engine
