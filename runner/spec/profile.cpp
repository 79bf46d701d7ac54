#include "runner/spec/profile.hpp"

#include <fmt/format.h>

#include <functional>
#include <unordered_set>

#include "runner/base/text.hpp"
#include "runner/spec/interpolate.hpp"
#include "runner/spec/params_file.hpp"
#include "runner/spec/values.hpp"

namespace mlpipe::spec {
namespace {

using OnLeaf = std::function<void(const std::string& key, Mark mark, const Node& value)>;

// A map in the patch goes down only where there is a map to go down into.
void walk_patch(const Node& patch, const std::string& prefix, Node& params, const OnLeaf& leaf) {
  for (std::size_t i = 0; i < patch.items.size() && patch.kind == NodeKind::map; ++i) {
    const std::string key = prefix.empty() ? patch.keys[i].text : prefix + '.' + patch.keys[i].text;
    const Node* known = find_dotted(params, key);
    if (patch.items[i].kind == NodeKind::map && known != nullptr && known->kind == NodeKind::map) {
      walk_patch(patch.items[i], key, params, leaf);
    } else {
      leaf(key, patch.keys[i].mark, patch.items[i]);
    }
  }
}

void check_params(const Node& patch, const Node& params, Report& report) {
  Node copy = params;
  walk_patch(patch, "", copy, [&](const std::string& key, Mark mark, const Node&) {
    if (find_dotted(copy, key) == nullptr) {
      report.error(mark, fmt::format("`{}` is no key of the parameter file", printable(key)),
                   report.suggest("param", key,
                                  [&] {
                                    Names names;
                                    names.add("", params);
                                    return names.paths();
                                  },
                                  "a profile changes what is there; add the key to the file first"));
    }
  });
}

}  // namespace

void check_profiles(const Node& document, const Node* params, Report& report) {
  const Node* profiles = given(document, "profiles");
  const Node* stages = given(document, "stages");
  if (profiles == nullptr) {
    return;
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; stages != nullptr && i < stages->keys.size(); ++i) {
    names.push_back(stages->keys[i].text);
  }
  const std::unordered_set<std::string> known(names.begin(), names.end());
  for (const Node& profile : profiles->items) {
    const Node* patched = given(profile, "stages");
    for (std::size_t i = 0; patched != nullptr && i < patched->keys.size(); ++i) {
      const Node::Key& key = patched->keys[i];
      if (known.count(key.text) == 0) {
        report.error(key.mark, fmt::format("there is no stage `{}`", printable(key.text)),
                     report.suggest("profile stage", key.text, [&] { return names; },
                                    "a profile changes stages of this file, by the name they have there"));
      }
    }
    const Node* values = given(profile, "params");
    if (values != nullptr && params != nullptr) {
      check_params(*values, *params, report);
    }
  }
}

void patch_params(const Node& profile, Node& params) {
  if (const Node* values = given(profile, "params")) {
    walk_patch(*values, "", params, [&](const std::string& key, Mark, const Node& value) {
      if (Node* place = find_dotted(params, key)) {
        *place = value;
      }
    });
  }
}

}  // namespace mlpipe::spec
