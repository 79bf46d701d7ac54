#include "runner/spec/not_built.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "runner/base/text.hpp"

namespace mlpipe::spec {
namespace {

constexpr std::string_view more =
    "docs/not-yet.md lists what is planned and what to use until then";

// A place in a stage: dotted keys, `*` for every entry. With `built`, only values other than that
// are refused; the value then belongs to the name.
struct Entry {
  std::string_view place;
  std::string_view name;
  std::string_view built;
};
constexpr Entry in_stage[] = {
    {"deps.*.url", "a dependency on a URL", ""},
    {"deps.*.delta", "a dependency on a Delta table's version", ""},
    {"deps.*.store", "storing an input by `store`", ""},
    {"plots.*.template", "a plot's template", ""},
    {"plots.*.x", "a plot's axis", ""},
    {"plots.*.y", "a plot's axis", ""},
    {"plots.*.title", "a plot's title", ""},
    {"plots.*.x_label", "a plot's label", ""},
    {"plots.*.y_label", "a plot's label", ""},
    {"executor", "executor", "local"},
    {"target.type", "deploying to a target of type", "directory"},
};
constexpr Entry in_file[] = {
    {"triggers", "starting runs by `triggers`", ""},
};
// The kinds that the grammar names; the schema refuses others.
constexpr std::string_view known_kinds[] = {"command", "data_check", "unit_test",
                                            "train",   "regression", "deploy",
                                            "drift",   "monitor",    "feedback"};

void refuse(const Node& node, Mark key, const Entry& entry, Diagnostics& diagnostics) {
  if (entry.built.empty()) {
    diagnostics.error(key, fmt::format("{} is not built yet", entry.name), std::string(more));
  } else if (node.kind == NodeKind::string && node.text != entry.built) {
    diagnostics.error(node.mark,
                      fmt::format("{} `{}` is not built yet", entry.name, printable(node.text)),
                      fmt::format("use `{}`; {}", entry.built, more));
  }
}

void search(const Node& node, std::string_view place, Mark key, const Entry& entry,
            Diagnostics& diagnostics) {
  if (place.empty()) {
    refuse(node, key, entry, diagnostics);
    return;
  }
  const std::size_t dot = place.find('.');
  const std::string_view head = place.substr(0, dot);
  const std::string_view rest =
      dot == std::string_view::npos ? std::string_view() : place.substr(dot + 1);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const bool in_map = node.kind == NodeKind::map;
    if (head == "*" ? !in_map : in_map && node.keys[i].text == head) {
      search(node.items[i], rest, in_map ? node.keys[i].mark : node.items[i].mark, entry,
             diagnostics);
    }
  }
}

void refuse_kind(const Node& stage, std::span<const std::string> kinds, Diagnostics& diagnostics) {
  const Node* kind = stage.find("kind");
  if (kind == nullptr || std::find(kinds.begin(), kinds.end(), kind->text) != kinds.end()) {
    return;
  }
  if (std::find(std::begin(known_kinds), std::end(known_kinds), kind->text) !=
      std::end(known_kinds)) {
    diagnostics.error(kind->mark, fmt::format("kind `{}` is not built yet", kind->text),
                      std::string(more));
  }
}

void each_stage(const Node* stages, std::span<const std::string> kinds, Diagnostics& diagnostics) {
  if (stages == nullptr || stages->kind != NodeKind::map) {
    return;
  }
  for (const Node& stage : stages->items) {
    refuse_not_built_in_stage(stage, kinds, diagnostics);
  }
}

}  // namespace

void refuse_not_built_in_stage(const Node& stage, std::span<const std::string> kinds,
                               Diagnostics& diagnostics) {
  refuse_kind(stage, kinds, diagnostics);
  for (const Entry& entry : in_stage) {
    search(stage, entry.place, stage.mark, entry, diagnostics);
  }
}

void refuse_not_built(const Node& document, std::span<const std::string> kinds,
                      Diagnostics& diagnostics) {
  for (const Entry& entry : in_file) {
    search(document, entry.place, document.mark, entry, diagnostics);
  }
  each_stage(document.find("stages"), kinds, diagnostics);
  each_stage(document.find("templates"), kinds, diagnostics);
  if (const Node* defaults = document.find("defaults")) {
    refuse_not_built_in_stage(*defaults, kinds, diagnostics);
  }
  if (const Node* profiles = document.find("profiles");
      profiles != nullptr && profiles->kind == NodeKind::map) {
    for (const Node& profile : profiles->items) {
      each_stage(profile.find("stages"), kinds, diagnostics);
    }
  }
}

}  // namespace mlpipe::spec
