#include "runner/spec/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "runner/base/text.hpp"
#include "runner/spec/codeowners.hpp"
#include "runner/spec/expand.hpp"
#include "runner/spec/pipeline_reader.hpp"
#include "runner/spec/source_files.hpp"
#include "runner/spec/validator.hpp"
#include "runner/spec/yaml_reader.hpp"

namespace mlpipe::spec {
namespace {

struct Document {
  std::string path;
  std::uint32_t file;
  Node node;
};

std::vector<Document> read_documents(std::vector<PipelineFile> files,
                                     const std::vector<std::string>& kinds, Loaded& loaded) {
  std::vector<Document> documents;
  for (PipelineFile& file : files) {
    const std::uint32_t index =
        loaded.sources.add(file.path, file.text ? std::move(*file.text) : std::string());
    if (!file.text) {
      loaded.diagnostics.error(
          {index, 0, 0},
          fmt::format("{} cannot be read: {}", printable(file.path), file.text.error().message));
      continue;
    }
    loaded.files_read.push_back(file.path);
    Diagnostics found;
    Node node = read_yaml(index, loaded.sources.at(index).text, found);
    const bool readable = !found.has_errors();
    for (const Diagnostic& item : found.items()) {
      item.severity == Severity::error
          ? loaded.diagnostics.error(item.mark, item.message, item.hint)
          : loaded.diagnostics.warning(item.mark, item.message, item.hint);
    }
    // A document that broke off gives only misleading answers about what is missing.
    if (readable || node.kind == NodeKind::map) {
      validate_pipeline(node, kinds, loaded.diagnostics);
    }
    if (node.kind == NodeKind::map) {
      documents.push_back({file.path, index, std::move(node)});
    }
  }
  return documents;
}

// CODEOWNERS, read when the first pipeline without owners asks.
class LazyOwners {
 public:
  LazyOwners(std::string root, Loaded& loaded) : root_(std::move(root)), loaded_(loaded) {}

  std::vector<std::string> of(const std::string& path) {
    if (!owners_) {
      owners_ = read();
    }
    return owners_->of(path);
  }

 private:
  CodeOwners read() {
    for (const std::string& place : codeowners_places()) {
      if (const auto text = read_source(root_, place)) {
        loaded_.files_read.push_back(place);
        return CodeOwners::parse(*text);
      }
      loaded_.files_absent.push_back(place);
    }
    return {};
  }

  std::string root_;
  Loaded& loaded_;
  std::optional<CodeOwners> owners_;
};

Mark name_mark(const Document& document) {
  const Node* name = document.node.find("name");
  return name != nullptr ? name->mark : Mark{document.file, 1, 1};
}

void refuse_collisions(const std::vector<Document>& documents, const Project& project,
                       Report& report) {
  std::unordered_map<std::string, std::size_t> names;
  std::unordered_map<std::string, std::size_t> locks;
  for (std::size_t i = 0; i < project.pipelines.size(); ++i) {
    const Pipeline& pipeline = project.pipelines[i];
    const auto name = names.emplace(pipeline.name, i);
    const auto lock = locks.emplace(pipeline.lock_path, i);
    if (!name.second) {
      report.error(name_mark(documents[i]),
                   fmt::format("two pipelines are named `{}`: {} and {}", pipeline.name,
                               project.pipelines[name.first->second].path, pipeline.path),
                   "give one of them another `name`");
    } else if (!lock.second) {
      report.error({documents[i].file, 1, 1},
                   fmt::format("{} and {} would share the lock file {}", pipeline.path,
                               project.pipelines[lock.first->second].path, pipeline.lock_path),
                   "rename one of the files");
    }
  }
}

bool is_wrong_within(const Node& node, const std::unordered_set<Mark, MarkHash>& wrong) {
  return wrong.count(node.mark) > 0 ||
         std::any_of(node.keys.begin(), node.keys.end(),
                     [&](const Node::Key& key) { return wrong.count(key.mark) > 0; }) ||
         std::any_of(node.items.begin(), node.items.end(),
                     [&](const Node& item) { return is_wrong_within(item, wrong); });
}

// Whether every declared stage was read, and nothing that says what stages write is wrong.
bool outs_known(const std::vector<Document>& documents, const LoadState& state,
                const Diagnostics& diagnostics) {
  std::unordered_set<Mark, MarkHash> wrong;
  for (const Diagnostic& item : diagnostics.items()) {
    wrong.insert(item.mark);
  }
  std::set<std::pair<std::size_t, std::string_view>> read;
  for (const Draft& draft : state.drafts) {
    read.emplace(draft.stage.pipeline.index(), draft.stage.group);
  }
  for (std::size_t i = 0; i < documents.size(); ++i) {
    for (const char* const shared : {"templates", "defaults", "profiles"}) {
      const Node* node = given(documents[i].node, shared);
      if (node != nullptr && is_wrong_within(*node, wrong)) {
        return false;
      }
    }
    const Node* stages = given(documents[i].node, "stages");
    for (std::size_t j = 0; stages != nullptr && j < stages->keys.size(); ++j) {
      if (read.count({i, stages->keys[j].text}) == 0) {
        return false;
      }
      for (const char* const writes : {"outs", "metrics", "plots", "junit", "foreach", "matrix"}) {
        const Node* node = given(stages->items[j], writes);
        if (node != nullptr && is_wrong_within(*node, wrong)) {
          return false;
        }
      }
    }
  }
  return true;
}

// A profile that no file knows is a mistake; one that only some know patches those.
void check_profile_name(const std::string& profile, const std::vector<Document>& documents,
                        Report& report) {
  std::vector<std::string> known;
  for (const Document& document : documents) {
    const Node* profiles = given(document.node, "profiles");
    for (std::size_t i = 0; profiles != nullptr && i < profiles->keys.size(); ++i) {
      known.push_back(profiles->keys[i].text);
    }
  }
  const bool found = std::find(known.begin(), known.end(), profile) != known.end();
  if (!profile.empty() && !found && !documents.empty()) {
    report.error({documents.front().file, 1, 1},
                 fmt::format("there is no profile `{}`", printable(profile)),
                 report.suggest(
                     "profile", profile, [&] { return known; },
                     known.empty() ? "profiles stand under `profiles`"
                                   : fmt::format("the profiles are {}", fmt::join(known, ", "))));
  }
}

}  // namespace

Result<Loaded> load(const LoadOptions& options) {
  Loaded loaded;
  TRY(auto files, find_pipelines(options.root, options.files));
  std::vector<std::string> kinds;
  for (const KindRules& rules : options.kinds) {
    kinds.push_back(rules.name);
  }
  const std::size_t count = files.size();
  const std::vector<Document> documents = read_documents(std::move(files), kinds, loaded);
  if (options.files.empty() && std::find(loaded.files_read.begin(), loaded.files_read.end(),
                                         "mlpipe.yaml") == loaded.files_read.end()) {
    loaded.files_absent.emplace_back("mlpipe.yaml");
  }
  Report report(loaded.diagnostics);
  ParamStore params(options.root, loaded.sources, loaded.files_read);
  LazyOwners owners(options.root, loaded);
  LoadState state{
      options,     kinds, params, report, [&](const std::string& path) { return owners.of(path); },
      most_stages, {},    {}};
  check_profile_name(options.profile, documents, report);
  for (std::size_t i = 0; i < documents.size(); ++i) {
    loaded.project.pipelines.push_back(
        read_pipeline(documents[i].node, documents[i].path, documents[i].file,
                      PipelineId{static_cast<std::uint32_t>(i)}, state));
  }
  refuse_collisions(documents, loaded.project, report);
  link_stages(state.drafts, loaded.project.pipelines, state.declared, options.root, report);
  loaded.outs_known =
      !loaded.diagnostics.has_errors() ||
      (documents.size() == count && outs_known(documents, state, loaded.diagnostics));
  loaded.project.stages.reserve(state.drafts.size());
  for (Draft& draft : state.drafts) {
    loaded.project.stages.push_back(std::move(draft.stage));
  }
  const auto& texts = loaded.sources.files();
  loaded.reads_clock = std::any_of(texts.begin(), texts.end(), [](const Sources::File& file) {
    return file.text.find("run.date") != std::string::npos;
  });
  return loaded;
}

}  // namespace mlpipe::spec
