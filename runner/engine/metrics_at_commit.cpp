#include "runner/engine/metrics_at_commit.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <utility>

#include "runner/base/text.hpp"
#include "runner/lock/lock_file.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::engine {
namespace {

class AtCommit {
 public:
  AtCommit(const BaselineQuestion& question, const BaselineSources& sources, std::string commit)
      : question_(question), sources_(sources), commit_(std::move(commit)) {}

  Result<std::vector<plan::Metrics>> read() {
    std::vector<plan::Metrics> files;
    for (const std::string& path : question_.candidate_files) {
      if (!is_glob(path)) {
        TRY(const std::optional<std::string> bytes, sources_.file_at(commit_, path));
        if (bytes) {
          TRY(plan::Metrics metrics, parse(path, *bytes));
          files.push_back(std::move(metrics));
          continue;
        }
      }
      TRY_OK(read_through_lock(path, files));
    }
    return files;
  }

 private:
  Result<plan::Metrics> parse(const std::string& path, const std::string& bytes) const {
    auto metrics = plan::read_metrics(path, bytes);
    if (!metrics) {
      return fail(
          metrics.error().code,
          fmt::format("baseline at commit {}: {}", short_commit(commit_), metrics.error().message));
    }
    return metrics;
  }

  Status load_lock() {
    if (lock_) {
      return {};
    }
    lock_.emplace();
    if (question_.lock_path.empty()) {
      return {};
    }
    TRY(const std::optional<std::string> text, sources_.file_at(commit_, question_.lock_path));
    if (!text) {
      return {};
    }
    auto stages = lock::read(*text);
    if (!stages) {
      return fail(stages.error().code, fmt::format("{} at commit {}: {}", question_.lock_path,
                                                   short_commit(commit_), stages.error().message));
    }
    for (const lock::LockedStage& stage : *stages) {
      for (const lock::LockedOut& out : stage.outs) {
        lock_->emplace(out.path, out.content);
      }
    }
    return {};
  }

  Status read_through_lock(const std::string& pattern, std::vector<plan::Metrics>& files) {
    TRY_OK(load_lock());
    std::string before;
    for (const auto& [path, content] : *lock_) {
      if (path != pattern && !(is_glob(pattern) && glob_match(pattern, path))) {
        continue;
      }
      if (path == before) {
        return fail(
            Code::invalid,
            fmt::format("{} at commit {} names two contents for {}: a merge was not settled; "
                        "choose another baseline, or bless a result",
                        question_.lock_path, short_commit(commit_), printable(path)));
      }
      before = path;
      TRY(const std::string bytes, object(path, content));
      TRY(plan::Metrics metrics, parse(path, bytes));
      files.push_back(std::move(metrics));
    }
    return {};
  }

  Result<std::string> object(const std::string& path, const std::string& text) const {
    const auto content = port::content_from_text(text);
    const bool file = content && (content->type == port::EntryType::file ||
                                  content->type == port::EntryType::executable);
    if (!file) {
      return fail(Code::invalid,
                  fmt::format("{} at commit {}: {} is no file there ({})", question_.lock_path,
                              short_commit(commit_), printable(path), printable(text)));
    }
    auto bytes = sources_.read_object(content->digest);
    if (!bytes && bytes.error().code == Code::not_found) {
      return fail(
          Code::unavailable,
          fmt::format("the baseline's {} (commit {}, {}) is not in this store; make it again "
                      "with `git checkout {} && mlpipe run`, then come back",
                      printable(path), short_commit(commit_), content->digest.short_hex(),
                      short_commit(commit_)));
    }
    return bytes;
  }

  const BaselineQuestion& question_;
  const BaselineSources& sources_;
  std::string commit_;
  std::optional<std::set<std::pair<std::string, std::string>>> lock_;  // path, content
};

}  // namespace

Result<std::vector<plan::Metrics>> metrics_at_commit(const BaselineQuestion& question,
                                                     const BaselineSources& sources,
                                                     const std::string& commit) {
  return AtCommit(question, sources, commit).read();
}

std::string short_commit(const std::string& commit) {
  return commit.substr(0, 12);
}

}  // namespace mlpipe::engine
