// Data put back from the cache: a stage's outs as the lock or the run cache knows them. Source:
// dvc/stage/cache.py (restore, _can_hash), dvc/output.py (checkout).
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"
#include "runner/engine/dvc/tracker.hpp"
#include "runner/engine/files.hpp"
#include "runner/spec/dvc/yaml.hpp"

namespace mlpipe::engine::dvc {
namespace {

using cache::DvcLayout;

DvcLayout layout_of(const lock::DvcEntry& entry) {
  return entry.current ? DvcLayout::current : DvcLayout::legacy;
}

std::optional<lock::DvcEntry> out_entry(const Value& entry, const std::string& path) {
  const Value* outs = entry.find("outs");
  for (std::size_t i = 0; outs != nullptr && outs->is_list() && i < outs->items.size(); ++i) {
    lock::DvcEntry read = lock::read_entry(outs->items[i]);
    if (read.path == path && !read.oid.empty()) {
      return read;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<Value>> Tracker::restorable(const spec::dvc::Stage& stage,
                                                 const StageStatus& status, bool use_run_cache) {
  if (!can_hash(stage)) {
    return std::nullopt;
  }
  const auto all_here = [&](const Value& entry) {
    return std::all_of(stage.outs.begin(), stage.outs.end(), [&](const auto& out) {
      const auto known = out_entry(entry, out.path);
      return known && cache_->has_all(known->oid, layout_of(*known));
    });
  };
  const Value* own = locked(stage);
  const bool inputs_same = own != nullptr && !status.command && status.deps.empty() &&
                           status.params.empty() &&
                           (compat_ == Compat::strict || status.gone.empty());
  if (inputs_same) {
    const bool all_known = std::all_of(stage.outs.begin(), stage.outs.end(), [&](const auto& out) {
      return out_entry(*own, out.path).has_value();
    });
    if (all_known) {
      return all_here(*own) ? std::optional(*own) : std::nullopt;
    }
  }
  if (!use_run_cache) {
    return std::nullopt;
  }
  TRY(Saved saved, save(stage, Outs::without));
  const Value inputs = lock::to_value(saved.entry);
  for (const spec::dvc::Out& out : stage.outs) {
    saved.entry.outs.push_back({out.path, "", "md5", true, {}, {}, false});
  }
  const auto names = lock::run_names(lock::to_value(saved.entry));
  if (!names) {
    return std::nullopt;
  }
  for (const std::string& value : cache_->run_values(names->key)) {
    const std::string path = cache_->run_path(names->key, value);
    const auto text = read_file(path);
    auto entry = spec::dvc::read_yaml(text.value_or(""));
    if (!text || !entry || !entry->is_map()) {
      (void)::unlink(path.c_str());  // it cannot be read: dropped, as DVC does
      continue;
    }
    // The key leaves out what is named size or nfiles, in params too: those are compared here.
    const Value* params = entry->find("params");
    const Value* wanted = inputs.find("params");
    const bool same_params = (params == nullptr) == (wanted == nullptr) &&
                             (params == nullptr || python_equal(*params, *wanted));
    if (same_params) {
      return all_here(*entry) ? std::optional(std::move(*entry)) : std::nullopt;
    }
  }
  return std::nullopt;
}

Status Tracker::checkout_out(const spec::dvc::Stage& stage, std::size_t index,
                             const lock::DvcEntry& entry) {
  const spec::dvc::Out& out = stage.outs[index];
  const cache::DvcHash hash = entry.current ? cache::DvcHash::md5 : cache::DvcHash::md5_dos2unix;
  TRY(const cache::DvcContent now, look(out.at, hash));
  if (now.oid == entry.oid && now.executable == entry.executable) {
    return {};
  }
  const Status done =
      cache_->checkout(absolute(out.at), {entry.oid, layout_of(entry), entry.executable});
  forget();
  return done ? done
              : fail(done.error().code, fmt::format("`{}` cannot be put back: {}",
                                                    printable(out.path), done.error().message));
}

Status Tracker::put_back(const spec::dvc::Stage& stage, const Value& entry) {
  for (std::size_t i = 0; i < stage.outs.size(); ++i) {
    const auto known = out_entry(entry, stage.outs[i].path);
    if (!known) {
      return fail(Code::internal,
                  fmt::format("nothing is recorded of `{}`", printable(stage.outs[i].path)));
    }
    TRY_OK(checkout_out(stage, i, *known));
  }
  return {};
}

}  // namespace mlpipe::engine::dvc
