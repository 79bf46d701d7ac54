// From what stands on the disk to what is written down: lock entries, objects, the run cache, .dvc
// files. Source: dvc/stage/__init__.py (save, commit), stage/serialize.py, stage/cache.py.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"
#include "runner/engine/dvc/git_index.hpp"
#include "runner/engine/dvc/tracker.hpp"
#include "runner/engine/files.hpp"
#include "runner/lock/yaml_text.hpp"
#include "runner/spec/dvc/params.hpp"
#include "runner/spec/dvc/yaml.hpp"

namespace mlpipe::engine::dvc {
namespace {

using cache::DvcContent;
using cache::DvcHash;
using cache::DvcLayout;
using spec::dvc::Origin;
using spec::dvc::OutKind;
using spec::dvc::Place;

lock::DvcEntry entry_for(const std::string& path, const DvcContent& content) {
  lock::DvcEntry entry;
  entry.path = path;
  entry.oid = content.oid;
  entry.size = content.size;
  if (content.type == DvcContent::Type::folder) {
    entry.nfiles = content.entries.size();
  }
  entry.executable = content.type == DvcContent::Type::file && content.executable;
  return entry;
}

bool has_nul(const std::string& path) {
  const auto bytes = read_file(path);
  return bytes && std::string_view(*bytes).substr(0, 512).find('\0') != std::string_view::npos;
}

}  // namespace

Status Tracker::save_params(const spec::dvc::Stage& stage, lock::DvcStageEntry& entry) {
  for (const spec::dvc::ParamsDep& dep : stage.params) {
    const auto values = params_file(dep.at);
    if (!values) {
      return values.error().code == Code::not_found
                 ? fail(Code::not_found,
                        fmt::format("the parameters file `{}` of stage `{}` does not exist",
                                    printable(dep.file), stage.label()))
                 : Status(tl::make_unexpected(values.error()));
    }
    Value found = Value::map();
    std::string missing;
    for (const std::string& key : dep.keys) {
      if (const Value* value = spec::dvc::find_dotted(**values, key)) {
        found.set(key, *value);
      } else {
        missing += (missing.empty() ? "`" : ", `") + printable(key) + '`';
      }
    }
    if (!missing.empty()) {
      return fail(Code::not_found,
                  fmt::format("the parameters {} of stage `{}` are missing in `{}`", missing,
                              stage.label(), printable(dep.file)));
    }
    entry.params.emplace_back(dep.file, dep.keys.empty() ? **values : found);
  }
  return {};
}

Status Tracker::save_outs(const spec::dvc::Stage& stage, Saved& saved) {
  for (std::size_t i = 0; i < stage.outs.size(); ++i) {
    const spec::dvc::Out& out = stage.outs[i];
    if (out.at.kind == Place::Kind::outside && out.cache) {
      return fail(
          Code::refused,
          fmt::format("the out `{}` of stage `{}` lies outside the project and cannot be cached; "
                      "write inside it, or set `cache: false`",
                      printable(out.path), stage.label()));
    }
    if (repository_.git && out.cache && out.at.kind == Place::Kind::inside) {
      TRY(const bool tracked, tracked_by_git(absolute(out.at)));
      if (tracked) {
        return fail(Code::refused,
                    fmt::format("`{0}` is tracked by git already; `git rm -r --cached {0}` lets it "
                                "be versioned as data",
                                printable(out.at.path)));
      }
    }
    // An entry of DVC 2 keeps its form while its content does.
    const auto recorded = recorded_out(stage, i);
    const bool legacy = recorded && !recorded->current;
    DvcContent content;
    TRY(content, look(out.at, legacy ? DvcHash::md5_dos2unix : DvcHash::md5));
    const bool keeps = legacy && recorded->oid == content.oid;
    if (legacy && !keeps) {
      TRY(content, look(out.at));
    }
    if (content.type == DvcContent::Type::missing) {
      return fail(Code::not_found, fmt::format("the output `{}` of stage `{}` does not exist",
                                               printable(out.path), stage.label()));
    }
    if (out.kind == OutKind::metric && content.type == DvcContent::Type::file &&
        has_nul(absolute(out.at))) {
      return fail(Code::invalid,
                  fmt::format("`{}` is a metric but no text file", printable(out.path)));
    }
    lock::DvcEntry entry = entry_for(out.path, content);
    entry.current = !keeps;
    saved.entry.outs.push_back(std::move(entry));
    saved.outs.push_back(std::move(content));
  }
  return {};
}

Result<Tracker::Saved> Tracker::save(const spec::dvc::Stage& stage, Outs outs) {
  Saved saved;
  saved.entry.cmd = stage.cmd;
  for (const spec::dvc::Dep& dep : stage.deps) {
    if (stage.origin == Origin::dvc_file) {
      break;  // an import's deps are taken as recorded
    }
    TRY(const DvcContent content, look(dep.at));
    if (content.type == DvcContent::Type::missing) {
      return fail(Code::not_found, fmt::format("the dependency `{}` of stage `{}` does not exist",
                                               printable(dep.path), stage.label()));
    }
    saved.entry.deps.push_back(entry_for(dep.path, content));
  }
  TRY_OK(save_params(stage, saved.entry));
  if (outs == Outs::with) {
    TRY_OK(save_outs(stage, saved));
  }
  return saved;
}

bool Tracker::can_hash(const spec::dvc::Stage& stage) const {
  const bool has_deps = !stage.deps.empty() || !stage.params.empty();
  if (stage.always_changed || stage.cmd.is(Value::Kind::null) || !has_deps || stage.outs.empty()) {
    return false;
  }
  const bool local = std::all_of(stage.deps.begin(), stage.deps.end(), [](const auto& dep) {
    return dep.at.kind != Place::Kind::remote;
  });
  return local && std::all_of(stage.outs.begin(), stage.outs.end(), [](const auto& out) {
           return out.at.kind == Place::Kind::inside && !out.persist;
         });
}

Status Tracker::save_run(const spec::dvc::Stage& stage, const Saved& saved, const Value& entry) {
  const bool uncached_out = std::any_of(stage.outs.begin(), stage.outs.end(), [](const auto& out) {
    return !out.cache && out.kind == OutKind::out;
  });
  if (uncached_out || !can_hash(stage)) {
    return {};
  }
  const auto names = lock::run_names(entry);
  if (!names) {
    return {};  // a value that no key can hold, a date: the result cannot be found again, that is
                // all
  }
  for (std::size_t i = 0; i < stage.outs.size(); ++i) {
    if (!stage.outs[i].cache) {  // metrics and plots come back with the others
      TRY_OK(cache_->put(absolute(stage.outs[i].at), saved.outs[i], DvcLayout::current));
    }
  }
  const std::string path = cache_->run_path(names->key, names->value);
  return stands(path) ? Status{} : write_file(path, lock::to_yaml(entry));
}

Status Tracker::commit(const spec::dvc::Stage& stage, const Saved& saved) {
  for (std::size_t i = 0; i < stage.outs.size(); ++i) {
    const spec::dvc::Out& out = stage.outs[i];
    if (!out.cache || out.at.kind != Place::Kind::inside) {
      continue;
    }
    const lock::DvcEntry& entry = saved.entry.outs[i];
    const DvcLayout layout = entry.current ? DvcLayout::current : DvcLayout::legacy;
    TRY_OK(cache_->put(absolute(out.at), saved.outs[i], layout));
    const auto before = recorded_out(stage, i);
    if (stage.origin == Origin::dvc_file && before && !before->current && entry.current &&
        entry.nfiles) {
      // DVC leaves the folder's object in the old place as well.
      TRY(const std::string object, cache::dvc_folder_object(saved.outs[i].entries));
      TRY_OK(cache_->put_bytes(object, entry.oid, DvcLayout::legacy));
    }
    TRY_OK(cache_->relink(absolute(out.at), saved.outs[i], layout));
  }
  TRY_OK(ignore_outs(stage));
  if (stage.origin == Origin::dvc_file) {
    return write_dvc_file(stage, saved);
  }
  const Value entry = lock::to_value(saved.entry);
  TRY_OK(save_run(stage, saved, entry));
  if (locks_[stage.file].set_stage(stage.name, entry)) {
    dirty_[stage.file].push_back(stage.name);
  }
  return {};
}

// md5, size and nfiles replaced where they stand; everything else stays as it is.
Status Tracker::write_dvc_file(const spec::dvc::Stage& stage, const Saved& saved) {
  Value document = stage.document;
  Value& outs = *document.find("outs");
  for (std::size_t i = 0; i < outs.items.size(); ++i) {
    Value& out = outs.items[i];
    const lock::DvcEntry& entry = saved.entry.outs[i];
    const bool fresh = out.find("md5") == nullptr;
    Value made = Value::map();
    if (fresh) {  // a new entry: hashes first, the path last
      made.set("md5", Value{});
    }
    Value& target = fresh ? made : out;
    target.set("md5", Value::of_text(entry.oid));
    target.set("size", Value::of_integer(static_cast<std::int64_t>(*entry.size)));
    entry.nfiles
        ? void(target.set("nfiles", Value::of_integer(static_cast<std::int64_t>(*entry.nfiles))))
        : target.erase("nfiles");
    entry.executable ? void(target.set("isexec", Value::of_boolean(true))) : target.erase("isexec");
    entry.current ? void(target.set("hash", Value::of_text("md5"))) : target.erase("hash");
    if (fresh) {
      for (std::size_t k = 0; k < out.keys.size(); ++k) {
        made.set(out.keys[k].text, out.items[k]);
      }
      out = std::move(made);
    }
  }
  if (python_equal(document, stage.document)) {
    return {};
  }
  return write_file(repository_.root + '/' + stage.file, lock::to_yaml(document));
}

namespace {

// As it would stand in a .gitignore: characters that mean something are escaped.
std::string ignore_line(const std::string& name) {
  std::string line = "/";
  for (const char c : name) {
    line += std::string_view("\\*?[]#!").find(c) == std::string_view::npos ? std::string(1, c)
                                                                           : std::string("\\") + c;
  }
  return line;
}

}  // namespace

// Each cached out gets "/name" in the .gitignore beside it, as DVC does.
Status Tracker::ignore_outs(const spec::dvc::Stage& stage) {
  if (!repository_.git) {
    return {};
  }
  for (const spec::dvc::Out& out : stage.outs) {
    if (!out.cache || out.at.kind != Place::Kind::inside || out.at.path.empty()) {
      continue;
    }
    const std::string folder = spec::dvc::folder_of(out.at.path);
    const std::string name = out.at.path.substr(folder.empty() ? 0 : folder.size() + 1);
    const std::string path = repository_.root + '/' + spec::dvc::join_path(folder, ".gitignore");
    std::string text = read_file(path).value_or("");
    IgnoreRules rules;
    rules.add("", text);
    if (rules.ignores(name, IgnoreRules::Is::other)) {
      continue;
    }
    text += (text.empty() || text.ends_with('\n') ? "" : "\n") + ignore_line(name) + '\n';
    TRY_OK(write_file(path, text));
  }
  return {};
}

}  // namespace mlpipe::engine::dvc
