// `mlpipe data`: versioned data in DVC's own format, with and without DVC.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "runner/cli/data_arguments.hpp"
#include "runner/engine/dvc/data.hpp"
#include "runner/engine/dvc/dvc_book.hpp"
#include "runner/engine/dvc/open.hpp"
#include "runner/engine/dvc/remote.hpp"
#include "runner/engine/dvc/status_json.hpp"
#include "runner/engine/files.hpp"

namespace mlpipe::cli {
namespace {

using engine::dvc::Tracker;
using Json = nlohmann::ordered_json;

void print(const Json& json) {
  std::puts(json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

std::string plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

class Data {
 public:
  explicit Data(const DataArguments& arguments)
      : arguments_(arguments), session_(common_of(arguments)) {}

  int run() {
    const bool adds = arguments_.action == DataArguments::Action::add;
    if (adds) {
      const auto made = engine::dvc::make_project(session_.root());
      if (!made) {
        return show(made.error());
      }
      if (*made) {
        std::fputs("made .dvc/, where versioned data is kept\n", stderr);
      }
    }
    if (const auto failed = session_.open_pipelines()) {
      return *failed;
    }
    auto* book = engine::dvc::book_of(session_.workspace());
    if (book == nullptr) {
      return show({Code::not_found, "no data is tracked here; `mlpipe data add PATH` begins"});
    }
    tracker_ = &book->tracker();
    const Status done = act();
    if (!done) {
      return show(done.error());
    }
    if (engine::stands(session_.workspace().state_dir) || adds) {
      if (const Status made = engine::make_state_dir(session_.workspace().state_dir); made) {
        (void)tracker_->save_index();  // a memory: without it files are hashed once more
      }
    }
    return code_;
  }

 private:
  static Common common_of(const DataArguments& arguments) {
    Common common = arguments.common;
    common.dvc.compat = true;  // data is versioned beside any pipeline
    const bool paths = arguments.action == DataArguments::Action::add ||
                       arguments.action == DataArguments::Action::remove ||
                       arguments.action == DataArguments::Action::unprotect ||
                       arguments.action == DataArguments::Action::gc;
    common.targets = paths ? std::vector<std::string>() : arguments.targets;
    common.only = true;
    return common;
  }

  [[nodiscard]] std::string path_of(const std::string& target) const {
    const auto place = spec::dvc::place_of(session_.root(), session_.folder(), target);
    return place.kind == spec::dvc::Place::Kind::inside ? place.path : std::string();
  }

  Status act() {
    switch (arguments_.action) {
      case DataArguments::Action::add:
        return add();
      case DataArguments::Action::status:
        return status();
      case DataArguments::Action::checkout:
        return checkout();
      case DataArguments::Action::remove:
        return remove();
      case DataArguments::Action::commit:
        return commit();
      case DataArguments::Action::unprotect:
        return unprotect();
      case DataArguments::Action::gc:
        return gc();
      case DataArguments::Action::push:
      case DataArguments::Action::fetch:
      case DataArguments::Action::pull:
        return transfer();
    }
    return {};
  }

  Status add() {
    Json all = Json::array();
    for (const std::string& target : arguments_.targets) {
      const std::string path = path_of(target);
      if (path.empty()) {
        return fail(Code::usage, fmt::format("`{}` lies outside the project", printable(target)));
      }
      TRY(const auto tracked, engine::dvc::add_data(*tracker_, path));
      all.push_back({{"path", tracked.path},
                     {"file", tracked.file},
                     {"md5", tracked.oid},
                     {"size", tracked.size},
                     {"nfiles", tracked.files}});
      if (!arguments_.common.json) {
        std::fputs(fmt::format("{}  {}, {}  ->  {}\n", printable(tracked.path),
                               plural(tracked.files, "file"), format_size(tracked.size),
                               printable(tracked.file))
                       .c_str(),
                   stdout);
      }
    }
    if (arguments_.common.json) {
      print({{"added", std::move(all)}});
    }
    return {};
  }

  // The stages named; everything where none is. `tracked`: .dvc files alone.
  [[nodiscard]] std::vector<bool> wanted(bool tracked_only) {
    std::vector<bool> flags = session_.named();
    for (std::size_t i = 0; tracked_only && i < flags.size(); ++i) {
      flags[i] = flags[i] && tracker_->stage(i).origin == spec::dvc::Origin::dvc_file;
    }
    return flags;
  }

  Status status() {
    TRY(const std::string text,
        engine::dvc::status_json(*tracker_, wanted(true), session_.folder()));
    if (arguments_.common.json) {
      std::puts(text.c_str());
      return {};
    }
    const auto all = Json::parse(text);
    if (all.empty()) {
      std::puts("tracked data is as recorded");
    }
    for (const auto& [file, changes] : all.items()) {
      for (const auto& change : changes) {
        if (!change.is_object()) {
          continue;
        }
        for (const auto& [path, state] : change.begin()->items()) {
          std::fputs(
              fmt::format("{:<14}{}\n", state.is_string() ? state.get<std::string>() : "changed",
                          printable(path))
                  .c_str(),
              stdout);
        }
      }
    }
    return {};
  }

  Status checkout() {
    const auto unsaved =
        arguments_.force ? engine::dvc::Unsaved::overwritten : engine::dvc::Unsaved::refused;
    TRY(const auto done, engine::dvc::checkout_data(*tracker_, wanted(false), unsaved));
    if (arguments_.common.json) {
      print({{"written", done.written}, {"missing", done.missing}});
    } else {
      for (const std::string& path : done.written) {
        std::fputs(fmt::format("wrote {}\n", printable(path)).c_str(), stdout);
      }
      if (done.written.empty() && done.missing.empty()) {
        std::puts("everything is in place");
      }
    }
    return tell_missing(done.missing);
  }

  Status tell_missing(const std::vector<std::string>& missing) {
    if (missing.empty() || arguments_.allow_missing) {
      return {};
    }
    code_ = 6;
    std::fputs(fmt::format("mlpipe: not in the cache, so not put back: {}; `mlpipe data pull` "
                           "fetches from a remote\n",
                           printable(fmt::format("{}", fmt::join(missing, ", "))))
                   .c_str(),
               stderr);
    return {};
  }

  Status remove() {
    for (const std::string& target : arguments_.targets) {
      TRY_OK(engine::dvc::remove_data(*tracker_, path_of(target)));
      if (!arguments_.common.json) {
        std::fputs(fmt::format("{} is gone; the data stays\n", printable(target)).c_str(), stdout);
      }
    }
    if (arguments_.common.json) {
      print({{"removed", arguments_.targets}});
    }
    return {};
  }

  Status commit() {
    TRY(const auto taken, engine::dvc::commit_data(*tracker_, wanted(false)));
    if (arguments_.common.json) {
      print({{"committed", taken}});
    } else {
      std::fputs(fmt::format("{}\n", taken.empty() ? std::string("nothing changed")
                                                   : fmt::format("took as they stand: {}",
                                                                 fmt::join(taken, ", ")))
                     .c_str(),
                 stdout);
    }
    return {};
  }

  Status unprotect() {
    for (const std::string& target : arguments_.targets) {
      const std::string path = session_.root() + '/' + path_of(target);
      if (!engine::stands(path)) {
        return fail(Code::not_found, fmt::format("`{}` does not exist", printable(target)));
      }
      TRY_OK(cache::unshare_path(path));
    }
    if (arguments_.common.json) {
      print({{"unprotected", arguments_.targets}});
    }
    return {};
  }

  Status gc() {
    if (!arguments_.workspace) {
      return fail(Code::usage,
                  "say what is kept: --workspace keeps what the files of this checkout name; other "
                  "commits' data goes");
    }
    const auto sweep = arguments_.force ? engine::dvc::Sweep::remove : engine::dvc::Sweep::look;
    TRY(const auto gone, engine::dvc::collect_garbage(*tracker_, sweep));
    if (arguments_.common.json) {
      print({{"removed", arguments_.force}, {"objects", gone.objects}, {"bytes", gone.bytes}});
    } else {
      std::fputs(
          fmt::format("{}, {}, {}\n", plural(gone.objects, "object"), format_size(gone.bytes),
                      arguments_.force ? "removed" : "would go; --force removes them")
              .c_str(),
          stdout);
    }
    return {};
  }

  Status transfer() {
    TRY(const auto remote, engine::dvc::Remote::open(tracker_->repository(), arguments_.remote));
    const std::vector<bool> flags = wanted(false);
    const auto run_cache =
        arguments_.run_cache ? engine::dvc::RunCache::with : engine::dvc::RunCache::without;
    if (arguments_.action == DataArguments::Action::push) {
      TRY(const auto sent, remote.push(*tracker_, flags, run_cache));
      return tell_moved("pushed", sent);
    }
    TRY(const auto got, remote.fetch(*tracker_, flags, run_cache));
    if (arguments_.action == DataArguments::Action::pull) {
      return checkout();
    }
    TRY_OK(tell_moved("fetched", got));
    return tell_missing(got.missing);
  }

  Status tell_moved(const char* word, const engine::dvc::Moved& moved) {
    if (arguments_.common.json) {
      print({{word, moved.objects}, {"missing", moved.missing}});
    } else {
      std::fputs(fmt::format("{} {}\n", plural(moved.objects, "object"), word).c_str(), stdout);
    }
    return std::string_view(word) == "pushed" ? tell_missing(moved.missing) : Status{};
  }

  DataArguments arguments_;
  Session session_;
  Tracker* tracker_ = nullptr;
  int code_ = 0;
};

}  // namespace

int data(const DataArguments& arguments) {
  return Data(arguments).run();
}

}  // namespace mlpipe::cli
