#include "runner/spec/dvc/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <span>
#include <vector>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"

namespace mlpipe::spec::dvc {
namespace {

using Kind = Value::Kind;

// What may stand under a key.
enum class Type : std::uint8_t {
  text,
  boolean,
  integer,
  texts,        // a list of texts
  command,      // a text or a list of texts
  text_or_map,  // items of vars
  params,       // a list of texts and of maps file -> keys
  outs,         // a list of texts and of maps path -> flags
  plots,        // the same with plot properties
  top_plots,    // a list of texts and maps id -> properties
  artifacts,
  stages,
  map,
  list,
  anything,
  foreach_data,  // a list, a map or a text
  stage_body,
  matrix,
  file_outs,  // of a .dvc file
  file_deps
};

struct Key {
  std::string_view name;
  Type type;
};

constexpr Key top_keys[] = {{"stages", Type::stages},   {"vars", Type::text_or_map},
                            {"params", Type::texts},    {"metrics", Type::texts},
                            {"plots", Type::top_plots}, {"artifacts", Type::artifacts},
                            {"datasets", Type::list}};
constexpr Key body_keys[] = {{"cmd", Type::command},   {"wdir", Type::text},
                             {"deps", Type::texts},    {"params", Type::params},
                             {"outs", Type::outs},     {"metrics", Type::outs},
                             {"plots", Type::plots},   {"frozen", Type::boolean},
                             {"desc", Type::text},     {"always_changed", Type::boolean},
                             {"meta", Type::anything}, {"vars", Type::text_or_map},
                             {"matrix", Type::matrix}};
constexpr Key foreach_keys[] = {{"foreach", Type::foreach_data}, {"do", Type::stage_body}};
constexpr Key out_keys[] = {
    {"cache", Type::boolean}, {"persist", Type::boolean}, {"remote", Type::text},
    {"push", Type::boolean},  {"desc", Type::text},       {"type", Type::text},
    {"labels", Type::texts},  {"meta", Type::anything},   {"checkpoint", Type::boolean}};
constexpr Key plot_keys[] = {
    {"cache", Type::boolean},     {"persist", Type::boolean}, {"remote", Type::text},
    {"push", Type::boolean},      {"desc", Type::text},       {"type", Type::text},
    {"labels", Type::texts},      {"meta", Type::anything},   {"x", Type::anything},
    {"y", Type::anything},        {"x_label", Type::text},    {"y_label", Type::text},
    {"title", Type::text},        {"header", Type::boolean},  {"template", Type::text},
    {"checkpoint", Type::boolean}};
constexpr Key artifact_keys[] = {{"path", Type::text},
                                 {"type", Type::text},
                                 {"desc", Type::text},
                                 {"labels", Type::texts},
                                 {"meta", Type::anything}};
constexpr Key file_keys[] = {
    {"outs", Type::file_outs}, {"deps", Type::file_deps}, {"wdir", Type::text},
    {"md5", Type::text},       {"frozen", Type::boolean}, {"locked", Type::boolean},
    {"desc", Type::text},      {"meta", Type::anything},  {"always_changed", Type::boolean}};
constexpr Key file_out_keys[] = {
    {"path", Type::text},      {"md5", Type::text},        {"etag", Type::text},
    {"checksum", Type::text},  {"version_id", Type::text}, {"size", Type::integer},
    {"nfiles", Type::integer}, {"isexec", Type::boolean},  {"hash", Type::text},
    {"cache", Type::boolean},  {"persist", Type::boolean}, {"remote", Type::text},
    {"push", Type::boolean},   {"desc", Type::text},       {"type", Type::text},
    {"labels", Type::texts},   {"meta", Type::anything},   {"metric", Type::anything},
    {"plot", Type::anything},  {"files", Type::list},      {"cloud", Type::map},
    {"fs_config", Type::map}};
constexpr Key file_dep_keys[] = {
    {"path", Type::text},      {"md5", Type::text},        {"etag", Type::text},
    {"checksum", Type::text},  {"version_id", Type::text}, {"size", Type::integer},
    {"nfiles", Type::integer}, {"isexec", Type::boolean},  {"hash", Type::text},
    {"repo", Type::map},       {"files", Type::list},      {"cloud", Type::map},
    {"fs_config", Type::map},  {"db", Type::map}};

class Checker {
 public:
  Checker(std::uint32_t file, const std::string& path, Diagnostics& diagnostics)
      : file_(file), path_(path), diagnostics_(diagnostics) {}

  void map(const Value& value, const std::string& where, std::span<const Key> keys) {
    if (!value.is_map()) {
      return wrong(value, where, "a map");
    }
    for (std::size_t i = 0; i < value.keys.size(); ++i) {
      const Value& key = value.keys[i];
      const auto known = std::find_if(keys.begin(), keys.end(), [&](const Key& one) {
        return key.is_text() && one.name == key.text;
      });
      if (known == keys.end()) {
        unknown(key, where, keys);
      } else {
        check(value.items[i], join(where, known->name), known->type);
      }
    }
  }

  [[nodiscard]] bool good() const { return good_; }

 private:
  static std::string join(const std::string& where, std::string_view name) {
    return where.empty() ? std::string(name) : where + '.' + std::string(name);
  }
  static std::string at(const std::string& where, std::size_t index) {
    return fmt::format("{}[{}]", where, index);
  }

  void report(const Value& value, std::string message, std::string hint = {}) {
    good_ = false;
    diagnostics_.error(mark_of(file_, value), std::move(message), std::move(hint));
  }
  void wrong(const Value& value, const std::string& where, std::string_view wanted) {
    std::string hint;
    if (value.is_text() && has_brace(value.text) && wanted != "a text") {
      hint = "templates are filled in only after this check: write the value itself";
    } else if (wanted == "a text" && !value.is_composite() && !value.is(Kind::null)) {
      hint = "put quotes around it";
    }
    report(value,
           fmt::format("`{}` must be {}, not {}", where.empty() ? path_ : where, wanted,
                       noun(value.kind)),
           std::move(hint));
  }
  static bool has_brace(std::string_view text) { return text.find("${") != std::string_view::npos; }

  void unknown(const Value& key, const std::string& where, std::span<const Key> keys) {
    std::vector<std::string> names;
    for (const Key& one : keys) {
      names.emplace_back(one.name);
    }
    const std::string shown = printable(template_text(key));
    const auto near = nearest(shown, names);
    report(key,
           fmt::format("unknown key `{}`{}", shown,
                       where.empty() ? std::string() : fmt::format(" in `{}`", where)),
           near ? fmt::format("did you mean `{}`?", *near)
                : fmt::format("known here: {}; what only mlpipe knows stands under `meta: "
                              "{{mlpipe: ...}}` of a stage",
                              fmt::join(names, ", ")));
  }

  void scalar(const Value& value, const std::string& where, Kind kind, std::string_view wanted) {
    if (!value.is(kind)) {
      wrong(value, where, wanted);
    }
  }

  template <class Each>
  void each(const Value& value, const std::string& where, std::string_view wanted, Each&& visit) {
    if (!value.is_list()) {
      return wrong(value, where, wanted);
    }
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      visit(value.items[i], at(where, i));
    }
  }

  void texts(const Value& value, const std::string& where) {
    each(value, where, "a list of texts", [&](const Value& item, const std::string& place) {
      scalar(item, place, Kind::string, "a text");
    });
  }

  // Items are texts, or maps whose values `visit` checks.
  template <class Each>
  void named(const Value& value, const std::string& where, std::string_view wanted, Each&& visit) {
    each(value, where, wanted, [&](const Value& item, const std::string& place) {
      if (item.is_text()) {
        return;
      }
      if (!item.is_map()) {
        return wrong(item, place, "a text or a map");
      }
      for (std::size_t i = 0; i < item.keys.size(); ++i) {
        if (!item.keys[i].is_text()) {
          wrong(item.keys[i], place, "a text");
        } else {
          visit(item.items[i], join(place, item.keys[i].text));
        }
      }
    });
  }

  void plot_props(const Value& value, const std::string& where) {
    if (value.is_list()) {
      return each(value, where, "a list", [&](const Value& item, const std::string& place) {
        map(item, place, plot_keys);
      });
    }
    map(value, where, plot_keys);
  }

  void stages(const Value& value, const std::string& where) {
    if (!value.is_map()) {
      return wrong(value, where, "a map of stages");
    }
    for (std::size_t i = 0; i < value.keys.size(); ++i) {
      const Value& key = value.keys[i];
      if (!key.is_text()) {
        report(key,
               fmt::format("unknown key `{}` in `stages`: the name of a stage must be a text",
                           printable(template_text(key))),
               "put quotes around it");
      } else {
        stage(key, value.items[i], join(where, key.text));
      }
    }
  }

  void stage(const Value& key, const Value& value, const std::string& where) {
    if (key.text.find('@') != std::string::npos || key.text.empty()) {
      report(key,
             fmt::format(
                 "`{}` is no name for a stage: `@` stands between a group and its instance only",
                 printable(key.text)),
             "rename the stage");
    }
    if (value.is_map() && value.find("foreach") != nullptr) {
      map(value, where, foreach_keys);
      if (value.find("do") == nullptr) {
        report(key, fmt::format("`{}` has `foreach` but no `do` in {}", where, path_),
               "put the stage's keys under `do`");
      }
      return;
    }
    body(key, value, where);
  }

  void body(const Value& key, const Value& value, const std::string& where) {
    map(value, where, body_keys);
    if (value.is_map() && value.find("cmd") == nullptr) {
      report(key, fmt::format("`{}` has no `cmd` in {}", where, path_),
             "add the command that makes its outs");
    }
  }

  void check(const Value& value, const std::string& where, Type type);
  void check_more(const Value& value, const std::string& where, Type type);

  std::uint32_t file_;
  const std::string& path_;
  Diagnostics& diagnostics_;
  bool good_ = true;
};

void Checker::check(const Value& value, const std::string& where, Type type) {
  switch (type) {
    case Type::text:
      return scalar(value, where, Kind::string, "a text");
    case Type::boolean:
      return scalar(value, where, Kind::boolean, "true or false");
    case Type::integer:
      return scalar(value, where, Kind::integer, "an integer");
    case Type::texts:
      return texts(value, where);
    case Type::command:
      return value.is_list() ? texts(value, where)
                             : scalar(value, where, Kind::string, "a text or a list of texts");
    case Type::text_or_map:
      return each(value, where, "a list of files and maps",
                  [&](const Value& item, const std::string& place) {
                    if (!item.is_text() && !item.is_map()) {
                      wrong(item, place, "a text or a map");
                    }
                  });
    case Type::params:
      return named(value, where, "a list of keys and of maps",
                   [&](const Value& keys, const std::string& place) {
                     if (!keys.is(Kind::null)) {
                       texts(keys, place);
                     }
                   });
    case Type::outs:
      return named(
          value, where, "a list of paths",
          [&](const Value& flags, const std::string& place) { map(flags, place, out_keys); });
    case Type::plots:
      return named(value, where, "a list of paths",
                   [&](const Value& flags, const std::string& place) { plot_props(flags, place); });
    default:
      return check_more(value, where, type);
  }
}

void Checker::check_more(const Value& value, const std::string& where, Type type) {
  switch (type) {
    case Type::top_plots:
      return named(value, where, "a list of plots",
                   [&](const Value& props, const std::string& place) {
                     if (!props.is(Kind::null)) {
                       plot_props(props, place);
                     }
                   });
    case Type::artifacts:
      if (!value.is_map()) {
        return wrong(value, where, "a map of artifacts");
      }
      for (std::size_t i = 0; i < value.keys.size(); ++i) {
        const std::string place = join(where, template_text(value.keys[i]));
        map(value.items[i], place, artifact_keys);
        if (value.items[i].is_map() && value.items[i].find("path") == nullptr) {
          report(value.keys[i], fmt::format("`{}` has no `path`", place),
                 "add the path of the artifact");
        }
      }
      return;
    case Type::stages:
      return stages(value, where);
    case Type::map:
      return value.is_map() ? void() : wrong(value, where, "a map");
    case Type::list:
      return value.is_list() ? void() : wrong(value, where, "a list");
    case Type::foreach_data:
      // What is neither a list nor a map is refused when it is resolved, by the name of its stage.
      return;
    case Type::stage_body:
      return body(value, value, where);
    case Type::matrix:
      if (!value.is_map()) {
        return wrong(value, where, "a map of axes");
      }
      for (std::size_t i = 0; i < value.keys.size(); ++i) {
        const std::string place = join(where, template_text(value.keys[i]));
        const Value& axis = value.items[i];
        if (!axis.is_list() && !axis.is_text()) {
          wrong(axis, place, "a list");
        }
      }
      return;
    case Type::file_outs:
    case Type::file_deps:
      return each(value, where, "a list", [&](const Value& item, const std::string& place) {
        const bool out = type == Type::file_outs;
        map(item, place,
            out ? std::span<const Key>(file_out_keys) : std::span<const Key>(file_dep_keys));
        if (item.is_map() && item.find("path") == nullptr && item.find("db") == nullptr) {
          report(item, fmt::format("`{}` has no `path` in {}", place, path_));
        }
      });
    default:
      return;
  }
}

}  // namespace

bool check_dvc_yaml(const Value& document, std::uint32_t file, const std::string& path,
                    Diagnostics& diagnostics) {
  if (document.is(Kind::null)) {
    return true;
  }
  Checker checker(file, path, diagnostics);
  checker.map(document, "", top_keys);
  return checker.good();
}

bool check_dvc_file(const Value& document, std::uint32_t file, const std::string& path,
                    Diagnostics& diagnostics) {
  Checker checker(file, path, diagnostics);
  checker.map(document, "", file_keys);
  if (checker.good() && document.find("outs") == nullptr) {
    diagnostics.error(mark_of(file, document), fmt::format("{} names no `outs`", path));
    return false;
  }
  return checker.good();
}

}  // namespace mlpipe::spec::dvc
