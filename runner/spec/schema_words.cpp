// What schemas and nodes are called, and what to do about a mismatch.
#include <fmt/format.h>

#include <algorithm>

#include "runner/base/text.hpp"
#include "runner/spec/scalar.hpp"
#include "runner/spec/schema_rules.hpp"

namespace mlpipe::spec {
namespace {

std::string_view noun_of_kind(NodeKind kind) {
  switch (kind) {
    case NodeKind::null:
      return "empty";
    case NodeKind::boolean:
      return "true or false";
    case NodeKind::integer:
      return "an integer";
    case NodeKind::real:
      return "a number";
    case NodeKind::string:
      return "a text";
    case NodeKind::list:
      return "a list";
    case NodeKind::map:
      return "a map";
  }
  return "a value";
}

std::string quoted_words(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  for (const std::string& word : words) {
    quoted.push_back(fmt::format("`{}`", word));
  }
  return choice(quoted);
}

std::string single_noun(const Schema& schema) {
  if (!schema.title.empty()) {
    return schema.title;
  }
  if (!schema.allowed.empty()) {
    std::vector<std::string> words;
    for (const Schema::Constant& constant : schema.allowed) {
      words.push_back(constant.text);
    }
    return quoted_words(words);
  }
  if (schema.types.size() == 1 && schema.types[0] == NodeKind::list && schema.items != nullptr &&
      schema.items->any_of.empty() && schema.items->takes(NodeKind::string)) {
    return "a list of texts";
  }
  if (schema.types.size() == 1 && schema.types[0] == NodeKind::map && !schema.required.empty()) {
    return fmt::format("a map with `{}`", fmt::join(schema.required, "` and `"));
  }
  std::vector<std::string> words;
  for (const NodeKind type : schema.types) {
    words.emplace_back(noun_of_kind(type));
  }
  return words.empty() ? "something else" : choice(words);
}

void collect_nouns(const Schema& schema, std::vector<std::string>& nouns) {
  if (schema.any_of.empty() || !schema.title.empty() || !schema.types.empty()) {
    if (schema.name == "reference") {
      return;  // allowed nearly everywhere: not worth saying each time
    }
    std::string words = single_noun(schema);
    if (std::find(nouns.begin(), nouns.end(), words) == nouns.end()) {
      nouns.push_back(std::move(words));
    }
    return;
  }
  for (const Schema* part : schema.any_of) {
    collect_nouns(*part, nouns);
  }
}

bool wants(const Schema& schema, NodeKind kind) {
  if (schema.name == "reference") {
    return false;
  }
  if (!schema.any_of.empty() && schema.types.empty()) {
    return std::any_of(schema.any_of.begin(), schema.any_of.end(),
                       [kind](const Schema* part) { return wants(*part, kind); });
  }
  return std::find(schema.types.begin(), schema.types.end(), kind) != schema.types.end();
}

std::string boolean_hint(const Node& node) {
  static constexpr std::string_view yes[] = {"yes", "on", "y", "true"};
  static constexpr std::string_view no[] = {"no", "off", "n", "false"};
  std::string word = node.text;
  std::transform(word.begin(), word.end(), word.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const bool is_yes = std::find(std::begin(yes), std::end(yes), word) != std::end(yes);
  const bool is_no = std::find(std::begin(no), std::end(no), word) != std::end(no);
  if (!is_yes && !is_no) {
    return "";
  }
  return node.quoted && (word == "true" || word == "false")
             ? "remove the quotes"
             : fmt::format("write `{}`; in YAML 1.2 `yes`, `no`, `on` and `off` are texts",
                           is_yes ? "true" : "false");
}

}  // namespace

std::string choice(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string noun(const Schema& schema) {
  std::vector<std::string> nouns;
  collect_nouns(schema, nouns);
  return nouns.empty() ? std::string("a `${...}` reference") : choice(nouns);
}

std::string described(const Node& node) {
  constexpr std::size_t longest = 40;
  const std::string text =
      printable(node.text.substr(0, longest)) + (node.text.size() > longest ? "..." : "");
  switch (node.kind) {
    case NodeKind::null:
      return "empty";
    case NodeKind::list:
      return "a list";
    case NodeKind::map:
      return node.keys.empty()
                 ? "an empty map"
                 : fmt::format("a map with `{}`", printable(node.keys[0].text.substr(0, longest)));
    case NodeKind::string:
      return node.text.empty() ? "an empty text" : fmt::format("the text `{}`", text);
    default:
      return text;
  }
}

std::string type_hint(const Schema& schema, const Node& node, std::string_view key) {
  const bool boolean = wants(schema, NodeKind::boolean);
  const bool number_wanted = wants(schema, NodeKind::integer) || wants(schema, NodeKind::real);
  if (node.kind == NodeKind::string && boolean) {
    if (std::string hint = boolean_hint(node); !hint.empty()) {
      return hint;
    }
  }
  if (node.kind == NodeKind::string && node.quoted && number_wanted && number(node.text)) {
    return "remove the quotes";
  }
  if (node.is_scalar() && node.kind != NodeKind::null && wants(schema, NodeKind::string) &&
      node.kind != NodeKind::string) {
    return fmt::format("put quotes around it: `\"{}\"`", printable(node.text.substr(0, 40)));
  }
  if (node.is_scalar() && node.kind != NodeKind::null && wants(schema, NodeKind::list)) {
    return fmt::format("write a list: `{}: [{}]`", printable(key.substr(0, 40)),
                       printable(node.text.substr(0, 40)));
  }
  const bool list_wanted = wants(schema, NodeKind::list);
  const bool map_wanted = wants(schema, NodeKind::map);
  if (node.kind == NodeKind::map && list_wanted && !map_wanted) {
    return "write a list: start each entry with `- `";
  }
  if (node.kind == NodeKind::list && map_wanted && !list_wanted) {
    return "write a map: `name: value` instead of `- value`";
  }
  if (node.kind == NodeKind::null) {
    return fmt::format("give `{}` a value or remove it", printable(key.substr(0, 40)));
  }
  return "";
}

}  // namespace mlpipe::spec
