#include "runner/engine/baselines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <utility>

#include "runner/base/text.hpp"
#include "runner/lock/lock_file.hpp"
#include "runner/plan/json_depth.hpp"
#include "runner/plan/metrics.hpp"
#include "runner/port/content.hpp"

namespace mlpipe::engine {
namespace {

using Json = nlohmann::json;
using Source = plan::BaselineRef::Source;

Baseline missing(std::string note) {
  return {"missing", std::nullopt, std::move(note)};
}

std::string short_commit(const std::string& commit) {
  return commit.substr(0, 12);
}

Result<Json> metrics_of_record(const std::string& text, const std::string& where) {
  Json json = plan::nests_within(text) ? Json::parse(text, nullptr, /*allow_exceptions=*/false)
                                       : Json(Json::value_t::discarded);
  const bool numbers =
      json.is_object() &&
      std::all_of(json.begin(), json.end(), [](const Json& value) { return value.is_number(); });
  if (!numbers) {
    return fail(Code::corrupt, fmt::format("the metrics recorded with {} cannot be read", where));
  }
  return json;
}

Json mean_json(const std::vector<plan::Metrics>& files) {
  const std::vector<plan::Spread> means = plan::spread_over(files);
  return Json::parse(plan::metrics_json(std::span<const plan::Spread>(means)));
}

struct Found {
  std::string source;
  std::string key;   // what stands for it in the id, without the metrics' digest
  std::string name;  // for people
  Json metrics;
  std::optional<std::pair<std::string, Json>> blessing;
  std::string note;
};

Baseline finished(Found found) {
  Json json{{"source", found.source}, {"name", found.name}, {"metrics", std::move(found.metrics)}};
  std::string counted = json["metrics"].dump();
  if (found.blessing) {
    json["since_blessing"] = {{"id", found.blessing->first}, {"metrics", found.blessing->second}};
    counted += json["since_blessing"].dump();
  }
  Baseline baseline;
  baseline.id = fmt::format("{}:{}:{}", found.source, found.key, sha256(counted).hex());
  json["id"] = baseline.id;
  baseline.json = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  baseline.note = std::move(found.note);
  return baseline;
}

// ---- records

enum class Wanted : std::uint8_t { blessed, passed };

struct Choice {
  std::string source;
  Wanted wanted = Wanted::passed;
  std::string branch;  // empty: any
};

std::string describe(const Choice& choice, const std::string& profile) {
  std::string text = choice.wanted == Wanted::blessed ? "blessed result" : "result that passed";
  text += choice.branch.empty() ? "" : " of branch " + printable(choice.branch);
  return profile.empty() ? text : text + " under profile " + printable(profile);
}

bool fits(const PastGate& gate, const Choice& choice, const std::string& profile) {
  const bool good = choice.wanted == Wanted::blessed
                        ? gate.blessed
                        : gate.state == "passed" || gate.state == "warned";
  return good && gate.profile == profile && (choice.branch.empty() || gate.branch == choice.branch);
}

// The last result a person blessed with a reason; none where that is the present candidate or the
// baseline itself.
const PastGate* last_explicit(const std::vector<PastGate>& gates, const BaselineQuestion& question,
                              const std::string& branch) {
  for (const PastGate& gate : gates) {
    if (gate.explicit_blessing && gate.profile == question.profile &&
        (branch.empty() || gate.branch == branch)) {
      return gate.candidate == question.candidate ? nullptr : &gate;
    }
  }
  return nullptr;
}

Status add_blessing(const std::vector<PastGate>& gates, const BaselineQuestion& question,
                    const std::string& branch, const std::string& baseline_run, Found& found) {
  const PastGate* blessing = last_explicit(gates, question, branch);
  if (blessing == nullptr || blessing->run_id == baseline_run) {
    return {};
  }
  TRY(Json metrics,
      metrics_of_record(blessing->metrics, "the blessing in run " + blessing->run_id));
  found.blessing.emplace(fmt::format("run {} of {}", blessing->run_id, blessing->time),
                         std::move(metrics));
  return {};
}

Result<Baseline> from_records(const BaselineQuestion& question, const BaselineSources& sources,
                              const Choice& choice) {
  TRY(const std::vector<PastGate> gates, sources.gates(question.stage));
  bool own = false;
  for (const PastGate& gate : gates) {
    if (!fits(gate, choice, question.profile)) {
      continue;
    }
    if (gate.candidate == question.candidate) {
      own = true;
      continue;
    }
    Found found;
    found.source = choice.source;
    found.key = fmt::format("{}:{}", choice.branch, gate.run_id);
    found.name =
        fmt::format("{}, run {} of {}", describe(choice, question.profile), gate.run_id, gate.time);
    TRY(found.metrics, metrics_of_record(gate.metrics, "run " + gate.run_id));
    TRY_OK(add_blessing(gates, question, choice.branch, gate.run_id, found));
    return finished(std::move(found));
  }
  const std::string what = describe(choice, question.profile);
  return missing(
      own ? fmt::format("the only {} of {} is this candidate itself", what, question.stage)
          : fmt::format("no {} of {} is recorded here", what, question.stage));
}

// ---- git

// The metrics files that a commit holds, in the order of the candidate's.
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
          fmt::format("the baseline's {} (commit {}, {}) is not in this store; fetch it with "
                      "`mlpipe pull`, or make it again with `git checkout {} && mlpipe run`",
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

// Whether HEAD is on the branch that `ref` names. A commit, a tag or HEAD~1 is not a branch one can
// be on.
bool stands_on(const port::Head& head, const std::string& ref, const std::string& ref_commit) {
  if (ref == head.branch) {
    return true;
  }
  if (ref_commit != head.commit || ref.starts_with("HEAD") || ref_commit.starts_with(ref) ||
      std::find(head.tags.begin(), head.tags.end(), ref) != head.tags.end()) {
    return false;
  }
  return head.branch.empty() || ref.ends_with("/" + head.branch);
}

// "origin/main" is the branch main.
std::string local_branch(const std::string& ref) {
  constexpr std::string_view remote = "origin/";
  return ref.starts_with(remote) ? ref.substr(remote.size()) : ref;
}

Result<Baseline> from_git(const BaselineQuestion& question, const BaselineSources& sources) {
  const std::string& ref = question.ref.name;
  TRY(const port::Head head, sources.head());
  if (head.commit.empty()) {
    return missing("this repository has no commit yet");
  }
  auto ref_commit = sources.resolve(ref);
  if (!ref_commit) {
    const bool unknown = ref_commit.error().code == Code::not_found;
    return fail(
        unknown ? Code::unavailable : ref_commit.error().code,
        fmt::format("baseline git: {}: {}{}", printable(ref), ref_commit.error().message,
                    unknown
                        ? fmt::format("; fetch it with `git fetch origin {}`, or correct the name",
                                      printable(ref))
                        : ""));
  }
  if (stands_on(head, ref, *ref_commit)) {
    return from_records(
        question, sources,
        {"blessed", Wanted::blessed, head.branch.empty() ? local_branch(ref) : head.branch});
  }
  TRY(const std::string commit, sources.merge_base(head.commit, *ref_commit));
  TRY(const std::vector<plan::Metrics> files, AtCommit(question, sources, commit).read());
  if (files.empty()) {
    return missing(fmt::format(
        "commit {}, where this branch left {}, holds no {}: neither in git nor by way of {}",
        short_commit(commit), printable(ref),
        printable(question.candidate_files.empty() ? "metrics file"
                                                   : question.candidate_files.front()),
        question.lock_path.empty() ? "a lock file" : question.lock_path));
  }
  Found found;
  found.source = "git";
  found.key = commit;
  found.name = fmt::format("{} at {}", printable(ref), short_commit(commit));
  found.metrics = mean_json(files);
  if (files.size() != question.candidate_files.size()) {
    found.note = fmt::format("{} of {} metrics files are known at commit {}", files.size(),
                             question.candidate_files.size(), short_commit(commit));
  }
  TRY(const std::vector<PastGate> gates, sources.gates(question.stage));
  TRY_OK(add_blessing(gates, question, local_branch(ref), "", found));
  return finished(std::move(found));
}

// ---- path and deployment

Result<Baseline> from_path(const BaselineQuestion& question, const BaselineSources& sources) {
  const plan::BaselineRef& ref = question.ref;
  Found found;
  std::vector<plan::Metrics> files;
  for (const std::string& path : ref.paths.empty() ? std::vector{ref.name} : ref.paths) {
    TRY(const std::optional<std::string> bytes, sources.read_file(path));
    if (!bytes) {
      return missing(fmt::format("the file {} is not there", printable(path)));
    }
    TRY(plan::Metrics metrics, plan::read_metrics(path, *bytes));
    files.push_back(std::move(metrics));
    found.key += (found.key.empty() ? "" : ",") + path;
  }
  found.source = "path";
  found.name = found.key;
  found.metrics = mean_json(files);
  return finished(std::move(found));
}

Result<Baseline> from_deployments(const BaselineQuestion& question,
                                  const BaselineSources& sources) {
  const std::string target = printable(question.ref.name);
  TRY(const std::vector<PastDeployment> deployments, sources.deployments(question.ref.name));
  for (const PastDeployment& deployment : deployments) {
    if (deployment.candidate == question.candidate) {
      continue;
    }
    Found found;
    found.source = "deployed";
    found.key = question.ref.name + ":" + deployment.id;
    found.name = fmt::format("{}, deployed {}", target, deployment.time);
    TRY(found.metrics, metrics_of_record(deployment.metrics, "deployment " + deployment.id));
    TRY(const std::vector<PastGate> gates, sources.gates(question.stage));
    TRY_OK(add_blessing(gates, question, "", "", found));
    return finished(std::move(found));
  }
  return missing(deployments.empty()
                     ? fmt::format("nothing is deployed to {} yet", target)
                     : fmt::format("all that is deployed to {} is this candidate itself", target));
}

// Under a profile only its own results are like to like; they are never blessed, so the last that
// passed stands in.
Result<Baseline> from_profile(const BaselineQuestion& question, const BaselineSources& sources) {
  const Source source = question.ref.source;
  if (source == Source::deployed) {
    return missing(fmt::format(
        "a run under profile {} is compared only with the same profile, which never deploys",
        printable(question.profile)));
  }
  const std::string branch =
      source == Source::last_passed_run ? "" : local_branch(question.ref.name);
  return from_records(question, sources, {"run", Wanted::passed, branch});
}

}  // namespace

Result<Baseline> resolve_baseline(const BaselineQuestion& question,
                                  const BaselineSources& sources) {
  const Source source = question.ref.source;
  if (source == Source::path) {
    return from_path(question, sources);
  }
  if (!question.profile.empty()) {
    return from_profile(question, sources);
  }
  switch (source) {
    case Source::git:
      return from_git(question, sources);
    case Source::blessed:
      return from_records(question, sources, {"blessed", Wanted::blessed, question.ref.name});
    case Source::last_passed_run:
      return from_records(question, sources, {"run", Wanted::passed, ""});
    case Source::deployed:
      return from_deployments(question, sources);
    case Source::path:
      break;
  }
  return fail(Code::internal, "a baseline of an unknown kind");
}

}  // namespace mlpipe::engine
