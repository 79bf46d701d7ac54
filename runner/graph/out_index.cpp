#include "runner/graph/out_index.hpp"

#include <algorithm>

#include "runner/graph/path_pattern.hpp"

namespace mlpipe::graph {
namespace {

// Metrics and plots are files; an out whose name has an extension is taken for one where a glob
// would reach below it.
bool looks_like_file(const spec::Out& out) {
  const std::size_t slash = out.path.rfind('/');
  const std::size_t dot = out.path.rfind('.');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return out.role != spec::OutRole::out || (dot != std::string::npos && dot > name);
}

}  // namespace

OutIndex::OutIndex(const std::vector<spec::Stage>& stages) {
  for (std::uint32_t i = 0; i < stages.size(); ++i) {
    for (std::uint32_t k = 0; k < stages[i].outs.size(); ++k) {
      const spec::Out& out = stages[i].outs[k];
      const std::string path = out.path == "." ? std::string() : out.path;
      const auto prefix = static_cast<std::uint32_t>(literal_prefix(path).size());
      entries_.push_back(Entry{path, prefix, StageId{i}, k, looks_like_file(out)});
    }
  }
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.start() < b.start(); });
  std::size_t size = 16;
  while (size < entries_.size() * 2) {
    size *= 2;
  }
  table_.assign(size, 0);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    if (i == 0 || entries_[i].start() != entries_[i - 1].start()) {
      table_[slot(entries_[i].start())] = i + 1;
    }
  }
}

std::size_t OutIndex::slot(std::string_view start) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t at = std::hash<std::string_view>{}(start)&mask;
  while (table_[at] != 0 && entries_[table_[at] - 1].start() != start) {
    at = (at + 1) & mask;
  }
  return at;
}

std::size_t OutIndex::first_at(std::string_view start) const {
  if (table_.empty()) {
    return entries_.size();
  }
  const std::uint32_t found = table_[slot(start)];
  return found == 0 ? entries_.size() : found - 1;
}

void OutIndex::each_around(std::string_view start,
                           const std::function<bool(const Entry&)>& visit) const {
  for (;;) {
    for (std::size_t i = first_at(start); i < entries_.size() && entries_[i].start() == start;
         ++i) {
      if (!visit(entries_[i])) {
        return;
      }
    }
    if (start.empty()) {
      return;
    }
    const std::size_t slash = start.rfind('/');
    start = slash == std::string_view::npos ? std::string_view{} : start.substr(0, slash);
  }
}

void OutIndex::each_meeting(std::string_view path,
                            const std::function<bool(const Entry&)>& visit) const {
  const std::string_view dep = path == "." ? std::string_view{} : path;
  const std::string_view start = literal_prefix(dep);
  const bool literal = start.size() == dep.size();
  bool stopped = false;
  const auto offer = [&](const Entry& entry, bool certain) {
    const Below below = entry.literal() && entry.file ? Below::no : Below::yes;
    if (certain || (may_relate(entry.path, dep) && meets(entry.path, dep, below))) {
      stopped = !visit(entry);
    }
    return !stopped;
  };
  each_around(start, [&](const Entry& entry) { return offer(entry, entry.literal()); });
  if (stopped) {
    return;
  }
  // Below the start: after "start/" and before "start0" ('0' follows '/'); below the root:
  // everything.
  auto from = entries_.begin();
  if (start.empty()) {
    from = std::find_if(from, entries_.end(), [](const Entry& entry) { return entry.prefix > 0; });
  } else {
    const std::string folder = std::string(start) + '/';
    from = std::lower_bound(
        from, entries_.end(), std::string_view(folder),
        [](const Entry& entry, std::string_view text) { return entry.start() < text; });
  }
  for (; from != entries_.end(); ++from) {
    if (!start.empty() &&
        (from->prefix <= start.size() || from->start().substr(0, start.size()) != start ||
         from->path[start.size()] != '/')) {
      return;
    }
    if (!offer(*from, literal)) {
      return;
    }
  }
}

}  // namespace mlpipe::graph
