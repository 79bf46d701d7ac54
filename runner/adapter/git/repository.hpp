// A git repository read through libgit2: objects, refs and the working tree; no hooks, no filters,
// nothing is written. Knows nothing of pipelines.
#pragma once

#include <git2.h>

#include <memory>
#include <string>
#include <utility>

#include "runner/base/error.hpp"
#include "runner/port/vcs.hpp"

namespace mlpipe::adapter {

template <class T, void (*Free)(T*)>
struct GitFree {
  void operator()(T* object) const { Free(object); }
};
template <class T, void (*Free)(T*)>
using GitPtr = std::unique_ptr<T, GitFree<T, Free>>;

using CommitPtr = GitPtr<git_commit, git_commit_free>;
using TreePtr = GitPtr<git_tree, git_tree_free>;

class GitRepository final : public port::Vcs {
 public:
  // `root` may lie anywhere inside the working tree; all paths are relative to it.
  static Result<std::unique_ptr<port::Vcs>> open(const std::string& root);

  Result<port::Head> head() override;
  Result<std::string> resolve(const std::string& ref) override;
  Result<std::string> merge_base(const std::string& a, const std::string& b) override;
  Result<std::optional<std::string>> file_at(const std::string& commit,
                                             const std::string& path) override;
  Result<std::vector<std::string>> changed_since(const std::string& commit) override;

 private:
  using RepositoryPtr = GitPtr<git_repository, git_repository_free>;
  GitRepository(RepositoryPtr repository, std::string prefix)
      : repository_(std::move(repository)), prefix_(std::move(prefix)) {}

  [[nodiscard]] bool is_shallow() const { return git_repository_is_shallow(get()) == 1; }
  [[nodiscard]] git_repository* get() const { return repository_.get(); }
  [[nodiscard]] tl::unexpected<Error> fail_git(const std::string& what) const;
  [[nodiscard]] tl::unexpected<Error> fail_missing(const std::string& what, int code) const;
  Result<CommitPtr> find_commit(const std::string& name) const;
  Result<TreePtr> tree_of(const std::string& commit) const;
  Result<std::optional<std::string>> file_in(const git_tree* tree, const std::string& path,
                                             int links_left) const;
  Result<std::vector<std::string>> tags_of(const git_oid& commit) const;
  Result<bool> is_dirty() const;
  [[nodiscard]] std::string author() const;
  [[nodiscard]] bool differs(const git_diff_delta& delta) const;
  [[nodiscard]] bool is_stored_by_lfs(const git_oid& pointer, const std::string& path) const;

  RepositoryPtr repository_;
  std::string prefix_;  // of the root in the working tree: empty, or ends in '/'
};

}  // namespace mlpipe::adapter
