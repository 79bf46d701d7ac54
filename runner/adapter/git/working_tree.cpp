// The part of GitRepository that looks at HEAD and at the files on disk.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string_view>

#include "runner/adapter/git/repository.hpp"
#include "runner/base/digest.hpp"
#include "runner/base/text.hpp"

namespace mlpipe::adapter {
namespace {

using ReferencePtr = GitPtr<git_reference, git_reference_free>;
using DiffPtr = GitPtr<git_diff, git_diff_free>;

std::string hex(const git_oid& id) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  git_oid_tostr(text.data(), text.size(), &id);
  return text.data();
}

std::string without_prefix(std::string_view name, std::string_view prefix) {
  return std::string(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
}

// Of the branch that HEAD names, whether or not it has a commit; empty when detached.
std::string branch_of_head(git_repository* repository) {
  git_reference* raw = nullptr;
  if (git_reference_lookup(&raw, repository, "HEAD") != 0) {
    return {};
  }
  const ReferencePtr head(raw);
  const char* const target = git_reference_symbolic_target(head.get());
  return target == nullptr ? std::string() : without_prefix(target, "refs/heads/");
}

Result<std::string> sha256_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 hash;
  std::string block(std::size_t{1} << 18, '\0');
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    hash.update(std::string_view(block).substr(0, static_cast<std::size_t>(file.gcount())));
  }
  if (!file.eof()) {
    return fail(Code::io, "cannot read " + printable(path));
  }
  return hash.finish().hex();
}

}  // namespace

Result<port::Head> GitRepository::head() {
  port::Head head;
  git_reference* raw = nullptr;
  const int code = git_repository_head(&raw, get());
  const ReferencePtr reference(code == 0 ? raw : nullptr);
  if (code != 0 && code != GIT_EUNBORNBRANCH && code != GIT_ENOTFOUND) {
    return fail_git("cannot read the HEAD of the git repository");
  }
  head.branch = branch_of_head(get());
  if (reference != nullptr) {
    const git_oid* const commit = git_reference_target(reference.get());
    head.commit = hex(*commit);
    TRY(head.tags, tags_of(*commit));
  }
  TRY(head.dirty, is_dirty());
  head.author = author();
  return head;
}

Result<std::vector<std::string>> GitRepository::tags_of(const git_oid& commit) const {
  git_reference_iterator* raw = nullptr;
  if (git_reference_iterator_glob_new(&raw, get(), "refs/tags/*") != 0) {
    return fail_git("cannot read the git tags");
  }
  const GitPtr<git_reference_iterator, git_reference_iterator_free> iterator(raw);
  std::vector<std::string> tags;
  git_reference* next = nullptr;
  while (git_reference_next(&next, iterator.get()) == 0) {
    const ReferencePtr tag(next);
    git_object* peeled = nullptr;
    // A tag of something else than a commit is nobody's.
    if (git_reference_peel(&peeled, tag.get(), GIT_OBJECT_COMMIT) != 0) {
      continue;
    }
    const GitPtr<git_object, git_object_free> object(peeled);
    if (git_oid_equal(git_object_id(object.get()), &commit) != 0) {
      tags.push_back(without_prefix(git_reference_name(tag.get()), "refs/tags/"));
    }
  }
  std::sort(tags.begin(), tags.end());
  return tags;
}

Result<bool> GitRepository::is_dirty() const {
  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = 0;  // neither untracked nor ignored files, no renames
  git_status_list* raw = nullptr;
  if (git_status_list_new(&raw, get(), &options) != 0) {
    return fail_git("cannot compare the files with the git commit");
  }
  const GitPtr<git_status_list, git_status_list_free> list(raw);
  for (std::size_t i = 0; i < git_status_list_entrycount(list.get()); ++i) {
    const git_status_entry* const entry = git_status_byindex(list.get(), i);
    if (entry->head_to_index != nullptr || differs(*entry->index_to_workdir)) {
      return true;
    }
  }
  return false;
}

std::string GitRepository::author() const {
  git_signature* raw = nullptr;
  if (git_signature_default(&raw, get()) != 0) {
    return {};
  }
  const GitPtr<git_signature, git_signature_free> signature(raw);
  return fmt::format("{} <{}>", signature->name, signature->email);
}

// libgit2 runs no external filter, so a file kept by git-lfs looks changed once it was touched.
bool GitRepository::differs(const git_diff_delta& delta) const {
  return delta.status != GIT_DELTA_MODIFIED ||
         !is_stored_by_lfs(delta.old_file.id, delta.old_file.path);
}

bool GitRepository::is_stored_by_lfs(const git_oid& pointer, const std::string& path) const {
  const char* filter = nullptr;
  if (git_attr_get(&filter, get(), GIT_ATTR_CHECK_FILE_THEN_INDEX, path.c_str(), "filter") != 0 ||
      filter == nullptr || std::string_view(filter) != "lfs") {
    return false;
  }
  git_blob* raw = nullptr;
  if (git_blob_lookup(&raw, get(), &pointer) != 0) {
    return false;
  }
  const GitPtr<git_blob, git_blob_free> blob(raw);
  const std::string_view text(static_cast<const char*>(git_blob_rawcontent(blob.get())),
                              static_cast<std::size_t>(git_blob_rawsize(blob.get())));
  constexpr std::string_view kField = "\noid sha256:";
  const std::size_t field = text.find(kField);
  if (!text.starts_with("version https://git-lfs.github.com/spec/") ||
      field == std::string_view::npos) {
    return false;
  }
  const auto digest = sha256_of_file(git_repository_workdir(get()) + path);
  return digest && text.substr(field + kField.size(), 64) == *digest;
}

Result<std::vector<std::string>> GitRepository::changed_since(const std::string& commit) {
  TRY(const TreePtr tree, tree_of(commit));
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
                  GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_DISABLE_PATHSPEC_MATCH;
  std::string below = prefix_;
  std::array<char*, 1> paths{below.data()};
  if (!prefix_.empty()) {
    options.pathspec = {paths.data(), paths.size()};
  }
  git_diff* raw = nullptr;
  if (const int code = git_diff_tree_to_workdir_with_index(&raw, get(), tree.get(), &options);
      code != 0) {
    return fail_missing("what changed since the git commit '" + printable(commit) + "'", code);
  }
  const DiffPtr diff(raw);
  std::set<std::string> changed;
  for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta* const delta = git_diff_get_delta(diff.get(), i);
    if (!differs(*delta)) {
      continue;
    }
    for (const std::string_view path : {delta->old_file.path, delta->new_file.path}) {
      if (path.starts_with(prefix_)) {
        changed.emplace(path.substr(prefix_.size()));
      }
    }
  }
  return std::vector<std::string>(changed.begin(), changed.end());
}

}  // namespace mlpipe::adapter
