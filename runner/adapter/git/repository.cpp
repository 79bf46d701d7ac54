#include "runner/adapter/git/repository.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <string_view>

#include "runner/base/text.hpp"

namespace mlpipe::adapter {
namespace {

constexpr std::string_view kFetchAll =
    "'git fetch --unshallow' brings it (GitHub Actions: fetch-depth: 0 at actions/checkout; GitLab "
    "CI: GIT_DEPTH: 0)";
constexpr int kMostLinks = 8;

std::string last_message() {
  const git_error* const error = git_error_last();
  return error == nullptr || error->message == nullptr ? "no reason given" : error->message;
}

std::string hex(const git_oid& id) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  git_oid_tostr(text.data(), text.size(), &id);
  return text.data();
}

// Once per process, on first use: it costs milliseconds.
Status start_library() {
  static const int started = git_libgit2_init();
  if (started < 0) {
    return fail(Code::unavailable, "libgit2 does not start: " + last_message());
  }
  // Another user's repository is safe to read: no hook or configured program is ever executed.
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  // These change nothing about how objects are read, but are refused unless named.
  std::array<const char*, 3> extensions{"worktreeconfig", "partialclone", "preciousobjects"};
  git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions.data(), extensions.size());
  return {};
}

tl::unexpected<Error> fail_open(const std::string& root, int code) {
  if (code == GIT_ENOTFOUND) {
    return fail(Code::not_found,
                fmt::format("there is no git repository at or above {}", printable(root)));
  }
  if (code == GIT_EOWNER) {
    return fail(Code::permission,
                fmt::format("the git repository of {} belongs to another user", printable(root)));
  }
  return fail(Code::unavailable, fmt::format("cannot open the git repository of {}: {}",
                                             printable(root), last_message()));
}

bool looks_cut_off(const std::string& name) {
  const bool digits =
      name.size() >= 7 && name.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  return digits || name.find_first_of("~^@") != std::string::npos;
}

}  // namespace

Result<std::unique_ptr<port::Vcs>> GitRepository::open(const std::string& root) {
  TRY_OK(start_library());
  git_repository* raw = nullptr;
  if (const int code = git_repository_open_ext(&raw, root.c_str(), 0, nullptr); code != 0) {
    return fail_open(root, code);
  }
  RepositoryPtr repository(raw);
  const char* const tree = git_repository_workdir(raw);
  if (tree == nullptr) {
    return fail(Code::invalid, fmt::format("the git repository of {} is bare: it has no files to "
                                           "work with",
                                           printable(root)));
  }
  std::error_code error;
  const auto real_root = std::filesystem::canonical(root, error);
  const auto real_tree = std::filesystem::canonical(tree, error);
  if (error) {
    return fail(Code::io, fmt::format("cannot read {}: {}", printable(root), error.message()));
  }
  const std::string inside = real_root.lexically_relative(real_tree).string();
  return std::unique_ptr<port::Vcs>(
      new GitRepository(std::move(repository), inside == "." ? "" : inside + "/"));
}

tl::unexpected<Error> GitRepository::fail_git(const std::string& what) const {
  return fail(Code::unavailable, what + ": " + last_message());
}

// For a failed look-up of `what`: a shallow clone is the usual reason that git does not know it.
tl::unexpected<Error> GitRepository::fail_missing(const std::string& what, int code) const {
  if (code != GIT_ENOTFOUND) {
    return fail_git("cannot read " + what);
  }
  if (is_shallow()) {
    return fail(Code::unavailable,
                fmt::format("{} is cut off: this is a shallow clone; {}", what, kFetchAll));
  }
  return fail(Code::not_found, what + " is not in this git repository");
}

Result<CommitPtr> GitRepository::find_commit(const std::string& name) const {
  git_object* raw = nullptr;
  int code = git_revparse_single(&raw, get(), name.c_str());
  if (code == GIT_ENOTFOUND) {
    // A clone made by a CI system has its base branch only as the remote's.
    code = git_revparse_single(&raw, get(), ("origin/" + name).c_str());
  }
  const GitPtr<git_object, git_object_free> object(code == 0 ? raw : nullptr);
  const std::string shown = "'" + printable(name) + "'";
  if (code == GIT_EAMBIGUOUS) {
    return fail(Code::invalid, shown + " names several git commits; give more digits");
  }
  if (code == GIT_EINVALIDSPEC) {
    return fail(Code::invalid, shown + " is no name of a git commit");
  }
  if (code == GIT_ENOTFOUND && !looks_cut_off(name)) {
    return fail(Code::not_found,
                fmt::format("git knows no branch, tag or commit {}; 'git fetch origin {}' brings "
                            "it if the remote has it",
                            shown, printable(name)));
  }
  if (code != 0) {
    return fail_missing("the git commit " + shown, code);
  }
  git_object* peeled = nullptr;
  code = git_object_peel(&peeled, object.get(), GIT_OBJECT_COMMIT);
  if (code == GIT_EPEEL || code == GIT_EINVALIDSPEC) {
    return fail(Code::invalid, shown + " names no commit but another git object");
  }
  if (code != 0) {
    return fail_missing("the git commit " + shown, code);
  }
  return CommitPtr(reinterpret_cast<git_commit*>(peeled));
}

Result<std::string> GitRepository::resolve(const std::string& ref) {
  TRY(const CommitPtr commit, find_commit(ref));
  return hex(*git_commit_id(commit.get()));
}

Result<std::string> GitRepository::merge_base(const std::string& a, const std::string& b) {
  TRY(const CommitPtr first, find_commit(a));
  TRY(const CommitPtr second, find_commit(b));
  git_oid base;
  const int code =
      git_merge_base(&base, get(), git_commit_id(first.get()), git_commit_id(second.get()));
  if (code == 0) {
    return hex(base);
  }
  if (is_shallow()) {
    // The walk ends at the cut with various codes.
    return fail_missing(
        fmt::format("the git commit where '{}' and '{}' part", printable(a), printable(b)),
        GIT_ENOTFOUND);
  }
  if (code == GIT_ENOTFOUND) {
    return fail(Code::not_found, fmt::format("'{}' and '{}' have no git history in common",
                                             printable(a), printable(b)));
  }
  return fail_git(
      fmt::format("cannot compare the history of '{}' and '{}'", printable(a), printable(b)));
}

Result<TreePtr> GitRepository::tree_of(const std::string& commit) const {
  TRY(const CommitPtr found, find_commit(commit));
  git_tree* tree = nullptr;
  if (const int code = git_commit_tree(&tree, found.get()); code != 0) {
    return fail_missing("the content of the git commit '" + printable(commit) + "'", code);
  }
  return TreePtr(tree);
}

Result<std::optional<std::string>> GitRepository::file_in(const git_tree* tree,
                                                          const std::string& path,
                                                          int links_left) const {
  git_tree_entry* raw = nullptr;
  const int code = git_tree_entry_bypath(&raw, tree, path.c_str());
  const GitPtr<git_tree_entry, git_tree_entry_free> entry(code == 0 ? raw : nullptr);
  if (code == GIT_ENOTFOUND) {
    return std::nullopt;
  }
  if (code != 0) {
    return fail_git("cannot look for " + printable(path) + " in git");
  }
  if (git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB) {
    return std::nullopt;
  }
  git_blob* read = nullptr;
  if (const int missing = git_blob_lookup(&read, get(), git_tree_entry_id(entry.get()));
      missing != 0) {
    return fail_missing("the content of " + printable(path), missing);
  }
  const GitPtr<git_blob, git_blob_free> blob(read);
  std::string bytes(static_cast<const char*>(git_blob_rawcontent(blob.get())),
                    static_cast<std::size_t>(git_blob_rawsize(blob.get())));
  if (git_tree_entry_filemode(entry.get()) != GIT_FILEMODE_LINK) {
    return bytes;
  }
  const std::size_t folder = path.rfind('/');
  const auto target =
      normal_path((folder == std::string::npos ? "" : path.substr(0, folder + 1)) + bytes);
  if (links_left == 0 || bytes.starts_with('/') || !target) {
    return std::nullopt;  // leads out of the commit
  }
  return file_in(tree, *target, links_left - 1);
}

Result<std::optional<std::string>> GitRepository::file_at(const std::string& commit,
                                                          const std::string& path) {
  // From the root, not from the prefix: "../" would lead out of what the caller may name.
  const auto inside = normal_path(path);
  if (!inside || inside->empty() || *inside == ".") {
    return fail(Code::invalid, "'" + printable(path) + "' is no path inside the repository");
  }
  TRY(const TreePtr tree, tree_of(commit));
  return file_in(tree.get(), prefix_ + *inside, kMostLinks);
}

}  // namespace mlpipe::adapter
