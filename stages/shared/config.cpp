#include "stages/shared/config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/base/text.hpp"

namespace mlpipe::stages {
namespace {

std::string joined(std::span<const std::string> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace

void only_keys(const spec::Node& map, std::span<const std::string> known,
               spec::Diagnostics& diagnostics) {
  for (const spec::Node::Key& key : map.keys) {
    if (std::find(known.begin(), known.end(), key.text) != known.end()) {
      continue;
    }
    const auto near = nearest(key.text, known);
    diagnostics.error(key.mark, fmt::format("unknown key `{}`", printable(key.text)),
                      near ? fmt::format("did you mean `{}`?", *near)
                           : fmt::format("known here: {}", joined(known)));
  }
}

void one_of(const spec::Node& map, std::string_view key, std::span<const std::string> allowed,
            spec::Diagnostics& diagnostics) {
  const spec::Node* node = map.find(key);
  if (node == nullptr) {
    return;
  }
  if (!node->is_scalar() ||
      std::find(allowed.begin(), allowed.end(), node->text) == allowed.end()) {
    const auto near = node->is_scalar() ? nearest(node->text, allowed) : std::nullopt;
    diagnostics.error(node->mark, fmt::format("`{}` must be {}", key, joined(allowed)),
                      near ? fmt::format("did you mean `{}`?", *near) : "");
  }
}

std::optional<std::string> text_at(const spec::Node& map, std::string_view key) {
  const spec::Node* node = map.find(key);
  return node != nullptr && node->kind == spec::NodeKind::string ? std::optional(node->text)
                                                                 : std::nullopt;
}

std::vector<std::string> texts_of(const spec::Node* node) {
  std::vector<std::string> texts;
  if (node != nullptr && node->kind == spec::NodeKind::string) {
    texts.push_back(node->text);
  } else if (node != nullptr && node->kind == spec::NodeKind::list) {
    for (const spec::Node& item : node->items) {
      if (item.kind == spec::NodeKind::string) {
        texts.push_back(item.text);
      }
    }
  }
  return texts;
}

}  // namespace mlpipe::stages
