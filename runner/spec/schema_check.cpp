#include "runner/spec/schema_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runner/base/text.hpp"
#include "runner/spec/scalar.hpp"
#include "runner/spec/schema_rules.hpp"

namespace mlpipe::spec {
namespace {

bool only_requires(const Schema& schema) {
  return !schema.required.empty() && schema.types.empty() && schema.properties.empty();
}

// What may stand at a node: the parts of nested anyOf, flattened.
void alternatives(const Schema& schema, std::vector<const Schema*>& out) {
  if (schema.any_of.empty() || !schema.types.empty()) {
    out.push_back(&schema);
    return;
  }
  for (const Schema* part : schema.any_of) {
    alternatives(*part, out);
  }
}

std::size_t resemblance(const Schema& schema, const Node& map) {
  std::size_t score = 0;
  for (const Node::Key& key : map.keys) {
    const bool needed = std::find(schema.required.begin(), schema.required.end(), key.text) !=
                        schema.required.end();
    score += needed ? 10 : schema.property(key.text) != nullptr ? 1 : 0;
  }
  return score;
}

std::string limits(const Schema& schema, const Node& node) {
  if (!std::isfinite(number(node.text).value_or(0))) {
    return "a finite number";
  }
  const auto text = [](double value) { return fmt::format("{}", value); };
  if (schema.minimum && schema.maximum) {
    return fmt::format("from {} to {}", text(*schema.minimum), text(*schema.maximum));
  }
  if (schema.minimum) {
    return fmt::format("{} or more", text(*schema.minimum));
  }
  if (schema.above) {
    return fmt::format("more than {}", text(*schema.above));
  }
  return schema.maximum ? fmt::format("{} or less", text(*schema.maximum)) : "finite";
}

// {build/x: {cache: false}}: how DVC writes a path with options.
bool is_dvc_path(const Schema& schema, const Node& node) {
  return schema.property("path") != nullptr && node.keys.size() == 1 &&
         schema.property(node.keys[0].text) == nullptr && node.items[0].kind == NodeKind::map;
}

std::string rewritten_dvc_path(const Node& node) {
  std::string text = fmt::format("write `{{path: {}", printable(node.keys[0].text));
  const Node& options = node.items[0];
  for (std::size_t i = 0; i < options.keys.size(); ++i) {
    const bool scalar = options.items[i].is_scalar();
    text += fmt::format(", {}: {}", printable(options.keys[i].text),
                        scalar ? printable(options.items[i].text) : "...");
  }
  return text + "}`";
}

}  // namespace

std::string SchemaCheck::shown(const Place& place) {
  if (place.at == At::document) {
    return "the file";
  }
  const std::string name = printable(place.key.substr(0, 80));
  return place.at == At::entry ? fmt::format("an entry of `{}`", name) : fmt::format("`{}`", name);
}

void SchemaCheck::document(const Schema& schema, const Node& node) {
  visit(schema, node, {{}, At::document, node.mark});
}

void SchemaCheck::value(const Schema& schema, const Node& node, std::string_view key) {
  visit(schema, node, {key, At::key, node.mark});
}

void SchemaCheck::visit(const Schema& schema, const Node& node, const Place& place) {
  if (!schema.takes(node.kind)) {
    wrong_type(schema, node, place);
    return;
  }
  if (!among(schema, node)) {
    wrong_constant(schema, schema, node, place);
    return;
  }
  if (node.kind == NodeKind::list) {
    list(schema, node, place);
  } else if (node.kind == NodeKind::map) {
    map(schema, node, place);
  } else {
    scalar(schema, node, place);
  }
  if (schema.if_schema != nullptr) {
    const bool then = matches(*schema.if_schema, node);
    if (const Schema* branch = then ? schema.then_schema : schema.else_schema) {
      visit(*branch, node, place);
    }
  }
  for (const Schema* part : schema.all_of) {
    visit(*part, node, place);
  }
  if (!schema.any_of.empty()) {
    any_of(schema, node, place);
  }
}

void SchemaCheck::scalar(const Schema& schema, const Node& node, const Place& place) {
  if (!within(schema, node)) {
    diagnostics_.error(node.mark,
                       fmt::format("{} must be {}, but is {}", shown(place), limits(schema, node),
                                   printable(node.text.substr(0, 40))));
  } else if (!long_enough(schema, node)) {
    diagnostics_.error(node.mark, fmt::format("{} is an empty text", shown(place)),
                       "write a value or remove it");
  } else if (!fits_pattern(schema, node)) {
    diagnostics_.error(node.mark, fmt::format("{} must be {}, but is {}", shown(place),
                                              noun(schema), described(node)));
  }
}

void SchemaCheck::list(const Schema& schema, const Node& node, const Place& place) {
  if (node.items.size() < schema.min_items) {
    diagnostics_.error(
        node.mark,
        node.items.empty()
            ? fmt::format("{} is an empty list", shown(place))
            : fmt::format("{} needs {} entries or more", shown(place), schema.min_items),
        node.items.empty() ? "add an entry or remove the key" : "add what is missing");
  }
  for (std::size_t i = 0; schema.items != nullptr && i < node.items.size(); ++i) {
    visit(*schema.items, node.items[i], {place.key, At::entry, node.items[i].mark});
  }
}

void SchemaCheck::map(const Schema& schema, const Node& node, const Place& place) {
  const std::size_t count = node.keys.size();
  if (count < schema.min_keys) {
    diagnostics_.error(node.mark, fmt::format("{} is an empty map", shown(place)),
                       schema.title.empty() ? "" : fmt::format("it must be {}", schema.title));
    return;
  }
  if (count > schema.max_keys.value_or(SIZE_MAX)) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < std::min<std::size_t>(count, 6); ++i) {
      words.push_back(fmt::format("`{}`", printable(node.keys[i].text)));
    }
    diagnostics_.error(
        node.keys[1].mark,
        fmt::format("{} must be {}, but has {} keys: {}{}", shown(place), noun(schema), count,
                    fmt::join(words, ", "), count > words.size() ? ", ..." : ""),
        schema.title.find("one of") == std::string::npos
            ? "indent the options below the name they belong to"
            : "keep one of them");
    return;
  }
  if (is_dvc_path(schema, node) && !schema.required.empty()) {
    diagnostics_.error(node.keys[0].mark,
                       fmt::format("options of a path stand beside `path`, not below it"),
                       rewritten_dvc_path(node));
    return;
  }
  for (const std::string& key : schema.required) {
    if (node.find(key) == nullptr) {
      const Schema* property = schema.property(key);
      diagnostics_.error(place.mark, fmt::format("{} has no `{}`", shown(place), key),
                         property == nullptr || property->description.empty()
                             ? fmt::format("add `{}:`", key)
                             : fmt::format("add `{}:` {}", key, property->description));
    }
  }
  keys(schema, node, place);
}

void SchemaCheck::keys(const Schema& schema, const Node& node, const Place& place) {
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const Node::Key& key = node.keys[i];
    if (schema.key_schema != nullptr) {
      const Node text = key_node(key);
      if (!matches(*schema.key_schema, text)) {
        diagnostics_.error(key.mark,
                           fmt::format("`{}` must be {}", printable(key.text.substr(0, 80)),
                                       noun(*schema.key_schema)));
      }
    }
    const Schema* property = schema.property(key.text);
    if (property == nullptr && schema.additional == Schema::Additional::none) {
      unknown_key(schema, node, i, place);
      continue;
    }
    property = property == nullptr ? schema.additional_schema : property;
    if (property != nullptr) {
      visit(*property, node.items[i], {key.text, At::key, key.mark});
    }
  }
}

void SchemaCheck::unknown_key(const Schema& schema, const Node& node, std::size_t index,
                              const Place& place) {
  const Node::Key& key = node.keys[index];
  diagnostics_.error(
      key.mark,
      fmt::format("unknown key `{}` in {}", printable(key.text.substr(0, 80)), shown(place)),
      key_hint(set_, schema, node, index));
}

void SchemaCheck::any_of(const Schema& schema, const Node& node, const Place& place) {
  if (std::any_of(schema.any_of.begin(), schema.any_of.end(),
                  [&node](const Schema* part) { return matches(*part, node); })) {
    return;
  }
  if (std::all_of(schema.any_of.begin(), schema.any_of.end(),
                  [](const Schema* part) { return only_requires(*part); })) {
    std::vector<std::string> words;
    for (const Schema* part : schema.any_of) {
      words.push_back(fmt::format("`{}`", fmt::join(part->required, "` and `")));
    }
    diagnostics_.error(place.mark, fmt::format("{} has no {}", shown(place), choice(words)),
                       fmt::format("add {}", choice(words)));
    return;
  }
  std::vector<const Schema*> parts;
  alternatives(schema, parts);
  const Schema* best = nullptr;
  for (const Schema* part : parts) {
    if (part->name == "reference" || !part->takes(node.kind)) {
      continue;
    }
    if (best == nullptr ||
        (node.kind == NodeKind::map && resemblance(*part, node) > resemblance(*best, node))) {
      best = part;
    }
  }
  if (best == nullptr) {
    wrong_type(schema, node, place);
    return;
  }
  if (!among(*best, node)) {
    wrong_constant(schema, *best, node, place);
    return;
  }
  const bool guess = node.kind == NodeKind::map && resemblance(*best, node) == 0 &&
                     std::count_if(parts.begin(), parts.end(), [](const Schema* part) {
                       return part->takes(NodeKind::map);
                     }) > 1;
  if (guess && !is_dvc_path(*best, node)) {
    wrong_type(schema, node, place);
    return;
  }
  visit(*best, node, place);
}

void SchemaCheck::wrong_type(const Schema& schema, const Node& node, const Place& place) {
  diagnostics_.error(
      node.mark,
      fmt::format("{} must be {}, but is {}", shown(place), noun(schema), described(node)),
      type_hint(schema, node, place.key));
}

void SchemaCheck::wrong_constant(const Schema& schema, const Schema& constants, const Node& node,
                                 const Place& place) {
  std::vector<std::string> names;
  for (const Schema::Constant& constant : constants.allowed) {
    if (constant.kind == NodeKind::string) {
      names.push_back(constant.text);
    }
  }
  const auto meant = node.is_scalar() ? nearest(node.text, names) : std::nullopt;
  diagnostics_.error(
      node.mark,
      fmt::format("{} must be {}, but is {}", shown(place), noun(schema), described(node)),
      meant ? fmt::format("did you mean `{}`?", *meant) : type_hint(schema, node, place.key));
}

}  // namespace mlpipe::spec
