#include "runner/cache/known_files.hpp"

#include <sys/stat.h>

#include <utility>

namespace mlpipe::cache {
namespace {

// A name with a NUL stands for a view of the file before it (see Index::look_notebook), not for an
// entry of the folder.
bool is_entry(std::string_view name) {
  return name.find('\0') == std::string_view::npos;
}

}  // namespace

KnownFiles::KnownFiles(std::string state_dir, std::string root)
    : state_dir_(std::move(state_dir)), root_(std::move(root)), file_(state_dir_ + "/index") {}

const KnownFiles::Learnt* KnownFiles::learnt(const std::string& folder) const {
  if (learnt_.empty()) {
    return nullptr;
  }
  const auto found = learnt_.find(folder);
  return found == learnt_.end() ? nullptr : &found->second;
}

std::optional<Known> KnownFiles::find(const std::string& folder, std::string_view name) const {
  if (const Learnt* here = learnt(folder)) {
    if (const auto found = here->find(name); found != here->end()) {
      return found->second;
    }
  }
  const auto stored = file_.find(folder);
  return stored ? stored->find(name) : std::nullopt;
}

void KnownFiles::learn(const std::string& folder, std::string_view name, const Known& known) {
  learnt_[folder].insert_or_assign(std::string(name), known);
}

void KnownFiles::drop(const std::string& folder, std::string_view name) {
  if (find(folder, name)) {
    learnt_[folder].insert_or_assign(std::string(name), std::nullopt);
  }
}

bool KnownFiles::is_folder(std::string_view folder) const {
  const std::string path =
      !folder.empty() && folder[0] == '/' ? std::string(folder) : root_ + "/" + std::string(folder);
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

Status KnownFiles::save() {
  if (learnt_.empty()) {
    return {};
  }
  TRY(auto writer, IndexWriter::create(state_dir_ + "/tmp"));
  Status written;
  const auto add = [&](std::string_view name, const std::optional<Known>& known) {
    if (known) {
      writer.add(name, *known);
    }
  };
  file_.each([&](const IndexFile::Folder& stored) {
    if (!written || !is_folder(stored.path())) {
      return;
    }
    const Learnt* over = learnt(std::string(stored.path()));
    const Learnt none;
    auto next = over != nullptr ? over->begin() : none.begin();
    const auto end = over != nullptr ? over->end() : none.end();
    for (std::size_t i = 0; i < stored.size(); ++i) {
      const auto name = stored.name(i);
      for (; next != end && next->first < name; ++next) {
        add(next->first, next->second);
      }
      if (next != end && next->first == name) {
        add(name, next->second);
        ++next;
      } else {
        add(name, stored.known(i));
      }
    }
    for (; next != end; ++next) {
      add(next->first, next->second);
    }
    written = writer.end_folder(stored.path());
  });
  TRY_OK(written);
  for (const auto& [folder, entries] : learnt_) {
    if (file_.find(folder)) {
      continue;
    }
    for (const auto& [name, known] : entries) {
      add(name, known);
    }
    TRY_OK(writer.end_folder(folder));
  }
  const std::string path = state_dir_ + "/index";
  TRY_OK(writer.commit(path));
  file_ = IndexFile(path);
  learnt_.clear();
  return {};
}

Cursor::Cursor(const KnownFiles& known, const std::string& folder)
    : stored_(known.file_.find(folder)), learnt_(known.learnt(folder)) {}

void Cursor::skip_to(std::string_view name) {
  for (; next_ < stored_->size() && stored_->name(next_) < name; ++next_) {
    if (is_entry(stored_->name(next_))) {
      passed_over_.emplace_back(stored_->name(next_));
    }
  }
}

std::optional<Known> Cursor::take(std::string_view name) {
  std::optional<Known> known;
  if (stored_) {
    skip_to(name);
    if (next_ < stored_->size() && stored_->name(next_) == name) {
      known = stored_->known(next_++);
    }
  }
  if (learnt_ != nullptr) {
    if (const auto found = learnt_->find(name); found != learnt_->end()) {
      known = found->second;
    }
  }
  return known;
}

std::vector<std::string> Cursor::passed_over() {
  if (stored_) {
    for (; next_ < stored_->size(); ++next_) {
      if (is_entry(stored_->name(next_))) {
        passed_over_.emplace_back(stored_->name(next_));
      }
    }
  }
  return std::move(passed_over_);
}

}  // namespace mlpipe::cache
