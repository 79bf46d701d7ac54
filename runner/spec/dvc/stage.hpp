// What dvc.yaml and .dvc files say, resolved: templates filled in, foreach and matrix expanded,
// paths placed. Plain values; knows nothing of locks, caches or what stands on the disk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/value.hpp"
#include "runner/spec/node.hpp"

namespace mlpipe::spec::dvc {

// Where a written path leads.
struct Place {
  enum class Kind : std::uint8_t {
    inside,   // path is normal and relative to the project's root ("" for the root itself)
    outside,  // path is absolute
    remote    // path is a URL
  };
  Kind kind = Kind::inside;
  std::string path;
};
// `folder`: normal and relative to the root, "" for the root itself.
[[nodiscard]] Place place_of(const std::string& root, std::string_view folder,
                             std::string_view written);

enum class OutKind : std::uint8_t { out, metric, plot };
[[nodiscard]] std::string_view name(OutKind kind);

struct Out {
  std::string path;  // as written, relative to the stage's wdir
  Place at;
  OutKind kind = OutKind::out;
  bool cache = true;
  bool persist = false;
  bool push = true;
  std::string remote;
  Mark mark;
};

struct Dep {
  std::string path;  // as written
  Place at;
  Mark mark;
};

struct ParamsDep {
  std::string file;  // as written
  Place at;
  std::vector<std::string> keys;  // dotted; empty: the whole file
  Mark mark;
};

enum class Origin : std::uint8_t { dvc_yaml, dvc_file };

struct Stage {
  Origin origin = Origin::dvc_yaml;
  std::string name;   // "train@1"; of a .dvc file its file name
  std::string group;  // the name it was expanded from, else equal to name
  std::string file;   // relative to the root: "sub/dvc.yaml", "data/x.csv.dvc"
  std::string wdir;   // relative to the root, "" for the root itself
  Value cmd;          // a text, a list of texts, or null
  std::vector<Dep> deps;
  std::vector<ParamsDep> params;
  std::vector<Out> outs;
  bool frozen = false;
  bool always_changed = false;
  std::string desc;
  Value meta;
  Value document;  // of a .dvc file: as read
  Mark mark;

  [[nodiscard]] bool is_callback() const {
    return !cmd.is(Value::Kind::null) && deps.empty() && params.empty() && outs.empty();
  }
  [[nodiscard]] bool is_import() const { return origin == Origin::dvc_file && !deps.empty(); }
  // As DVC addresses it: "train", "sub/dvc.yaml:train", "data/x.csv.dvc".
  [[nodiscard]] std::string label() const;
};

// The top-level sections of one dvc.yaml besides its stages, resolved.
struct TopLevel {
  std::string file;
  Value sections =
      Value::map();  // params, metrics, plots, artifacts, datasets: those that are there
};

// The folder of a path: "" for what lies in the root.
[[nodiscard]] std::string folder_of(std::string_view path);
// "a" + "b" -> "a/b"; an empty folder adds nothing.
[[nodiscard]] std::string join_path(std::string_view folder, std::string_view name);

}  // namespace mlpipe::spec::dvc
