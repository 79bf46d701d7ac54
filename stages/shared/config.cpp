#include "stages/shared/config.hpp"

namespace mlpipe::stages {

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
