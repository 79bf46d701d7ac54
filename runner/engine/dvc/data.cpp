#include "runner/engine/dvc/data.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "runner/base/text.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::engine::dvc {
namespace {

using cache::DvcContent;
using cache::DvcLayout;
using spec::dvc::Origin;
using spec::dvc::Out;
using spec::dvc::Place;
using spec::dvc::Stage;

bool is_below(const std::string& path, const std::string& folder) {
  return path.starts_with(folder + '/');
}

DvcLayout layout_of(const lock::DvcEntry& entry) {
  return entry.current ? DvcLayout::current : DvcLayout::legacy;
}

// The stage of a path that nobody tracks yet.
Stage new_stage(const std::string& root, const std::string& path) {
  Stage stage;
  stage.origin = Origin::dvc_file;
  stage.file = path + ".dvc";
  stage.wdir = spec::dvc::folder_of(path);
  stage.name = stage.file.substr(stage.wdir.empty() ? 0 : stage.wdir.size() + 1);
  stage.group = stage.name;
  Out out;
  out.path = stage.name.substr(0, stage.name.size() - 4);
  out.at = spec::dvc::place_of(root, stage.wdir, out.path);
  Value entry = Value::map();
  entry.set("path", Value::of_text(out.path));
  Value outs = Value::list();
  outs.items.push_back(std::move(entry));
  stage.document = Value::map();
  stage.document.set("outs", std::move(outs));
  stage.outs.push_back(std::move(out));
  return stage;
}

// The stage that tracks this path, or the folder it lies in.
Result<const Stage*> owner_of(const Tracker& tracker, const std::string& path) {
  for (const Stage& stage : tracker.repository().stages) {
    for (const Out& out : stage.outs) {
      if (out.at.kind != Place::Kind::inside) {
        continue;
      }
      const bool same = out.at.path == path || is_below(path, out.at.path);
      if (same && stage.origin == Origin::dvc_yaml) {
        return fail(
            Code::refused,
            fmt::format("`{}` is an output of stage `{}`; the run that writes it versions it",
                        printable(path), stage.label()));
      }
      if (same) {
        return &stage;
      }
      if (is_below(out.at.path, path)) {
        return fail(Code::refused,
                    fmt::format("`{}` holds `{}`, which `{}` tracks already; remove that first",
                                printable(path), printable(out.at.path), stage.label()));
      }
    }
  }
  return nullptr;
}

}  // namespace

Result<bool> make_project(const std::string& root) {
  if (spec::dvc::is_project(root)) {
    return false;
  }
  TRY_OK(make_folders(root + "/.dvc/tmp"));
  const bool git = stands(root + "/.git");
  TRY_OK(write_file(root + "/.dvc/config", git ? "" : "[core]\n    no_scm = True\n"));
  TRY_OK(write_file(root + "/.dvc/.gitignore", "/config.local\n/tmp\n/cache\n"));
  return true;
}

Result<Tracked> add_data(Tracker& tracker, const std::string& path) {
  if (path.empty() || path.ends_with(".dvc") || path == "dvc.yaml" || path.ends_with("/dvc.yaml") ||
      path.ends_with("dvc.lock")) {
    return fail(Code::usage, fmt::format("`{}` describes data, it is none",
                                         path.empty() ? "." : printable(path)));
  }
  TRY(const Stage* known, owner_of(tracker, path));
  const Stage stage = known == nullptr ? new_stage(tracker.repository().root, path) : *known;
  const std::string absolute = tracker.repository().root + '/' + path;
  if (!stands(absolute)) {
    return fail(Code::not_found, fmt::format("`{}` does not exist", printable(path)));
  }
  std::error_code ignored;
  if (std::filesystem::is_symlink(absolute, ignored) &&
      std::filesystem::is_directory(absolute, ignored)) {
    return fail(Code::refused,
                fmt::format("`{}` is a link to a folder; add the folder itself", printable(path)));
  }
  TRY(const Tracker::Saved saved, tracker.save(stage, Tracker::Outs::with));
  TRY_OK(tracker.commit(stage, saved));
  const lock::DvcEntry& entry = saved.entry.outs.front();
  return Tracked{stage.outs.front().at.path, stage.file, entry.oid, *entry.size,
                 entry.nfiles.value_or(1)};
}

Status remove_data(Tracker& tracker, const std::string& file) {
  const auto& stages = tracker.repository().stages;
  const auto stage = std::find_if(stages.begin(), stages.end(), [&](const Stage& one) {
    return one.origin == Origin::dvc_file && one.file == file;
  });
  if (stage == stages.end()) {
    return fail(
        Code::usage,
        fmt::format("`{}` is no .dvc file of this project; stages are removed by editing dvc.yaml",
                    printable(file)));
  }
  const std::string& root = tracker.repository().root;
  if (::unlink((root + '/' + file).c_str()) != 0) {
    return fail_errno("cannot remove " + printable(file), errno);
  }
  for (const Out& out : stage->outs) {
    const std::string ignore =
        root + '/' + spec::dvc::join_path(spec::dvc::folder_of(out.at.path), ".gitignore");
    const auto text = read_file(ignore);
    if (!tracker.repository().git || !text) {
      continue;
    }
    const std::string line = '/' + out.at.path.substr(out.at.path.rfind('/') + 1);
    std::string rest;
    for (const std::string_view one : split(*text, '\n')) {
      rest += one == line || one.empty() ? "" : std::string(one) + '\n';
    }
    TRY_OK(rest.empty() ? remove_all(ignore) : write_file(ignore, rest));
  }
  return {};
}

Result<CheckedOut> checkout_data(Tracker& tracker, const std::vector<bool>& wanted,
                                 Unsaved unsaved) {
  CheckedOut done;
  struct Job {
    std::size_t stage;
    std::size_t out;
    lock::DvcEntry entry;
  };
  std::vector<Job> jobs;
  // Everything is looked at before anything is written.
  for (std::size_t s = 0; s < tracker.repository().stages.size(); ++s) {
    const Stage& stage = tracker.stage(s);
    for (std::size_t i = 0; wanted[s] && i < stage.outs.size(); ++i) {
      const Out& out = stage.outs[i];
      const auto entry = tracker.recorded_out(stage, i);
      if (!entry || !out.cache || out.at.kind != Place::Kind::inside) {
        continue;
      }
      const auto hash = entry->current ? cache::DvcHash::md5 : cache::DvcHash::md5_dos2unix;
      TRY(const DvcContent now, tracker.look(out.at, hash));
      const bool folder = now.type == DvcContent::Type::folder;
      if (now.oid == entry->oid && (folder || now.executable == entry->executable)) {
        continue;
      }
      if (!tracker.cache().has_all(entry->oid, layout_of(*entry))) {
        done.missing.push_back(out.at.path);
        continue;
      }
      const bool kept = now.type == DvcContent::Type::missing || now.oid == entry->oid ||
                        tracker.cache().has_all(now.oid, DvcLayout::current) ||
                        tracker.cache().has_all(now.oid, DvcLayout::legacy);
      if (!kept && unsaved == Unsaved::refused) {
        return fail(
            Code::refused,
            fmt::format(
                "`{}` holds content that no cache has, and it would be lost; `mlpipe data add` "
                "it, or use --force",
                printable(out.at.path)));
      }
      jobs.push_back({s, i, *entry});
    }
  }
  for (const Job& job : jobs) {
    const Stage& stage = tracker.stage(job.stage);
    TRY_OK(tracker.checkout_out(stage, job.out, job.entry));
    done.written.push_back(stage.outs[job.out].at.path);
  }
  return done;
}

Result<std::vector<std::string>> commit_data(Tracker& tracker, const std::vector<bool>& wanted) {
  std::vector<std::string> taken;
  for (std::size_t s = 0; s < tracker.repository().stages.size(); ++s) {
    const Stage& stage = tracker.stage(s);
    if (!wanted[s]) {
      continue;
    }
    TRY(const StageStatus status, tracker.status(stage));
    const bool changed = status.command || status.checksum || !status.deps.empty() ||
                         !status.params.empty() || !status.outs.empty() || !status.gone.empty();
    if (changed) {
      TRY(const Tracker::Saved saved, tracker.save(stage, Tracker::Outs::with));
      TRY_OK(tracker.commit(stage, saved));
      taken.push_back(stage.label());
    }
  }
  TRY(const bool written, tracker.write_locks());
  (void)written;
  return taken;
}

std::vector<Used> used_objects(const Tracker& tracker, const std::vector<bool>& wanted) {
  std::vector<Used> used;
  for (std::size_t s = 0; s < tracker.repository().stages.size(); ++s) {
    const Stage& stage = tracker.stage(s);
    for (std::size_t i = 0; wanted[s] && i < stage.outs.size(); ++i) {
      const auto entry = tracker.recorded_out(stage, i);
      if (!entry || !stage.outs[i].cache) {
        continue;
      }
      const DvcLayout layout = layout_of(*entry);
      used.push_back({stage.outs[i].at.path, entry->oid, layout});
      if (entry->oid.ends_with(".dir")) {
        const auto entries = tracker.cache().folder_entries(entry->oid, layout);
        for (std::size_t k = 0; entries && k < entries->size(); ++k) {
          used.push_back(
              {stage.outs[i].at.path + '/' + (*entries)[k].relpath, (*entries)[k].md5, layout});
        }
      }
    }
  }
  return used;
}

Result<Collected> collect_garbage(Tracker& tracker, Sweep sweep) {
  std::set<std::pair<std::string, DvcLayout>> needed;
  for (Used& used :
       used_objects(tracker, std::vector<bool>(tracker.repository().stages.size(), true))) {
    needed.emplace(std::move(used.oid), used.layout);
  }
  Collected gone;
  for (const auto& object : tracker.cache().objects()) {
    if (needed.count(object) > 0) {
      continue;
    }
    const std::string path = tracker.cache().path_of(object.first, object.second);
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
      continue;
    }
    if (sweep == Sweep::remove && ::unlink(path.c_str()) != 0) {
      return fail_errno("cannot remove " + printable(path), errno);
    }
    ++gone.objects;
    gone.bytes += static_cast<std::uint64_t>(status.st_size);
  }
  return gone;
}

}  // namespace mlpipe::engine::dvc
