#include "runner/spec/node.hpp"

namespace mlpipe::spec {

const Node* Node::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].text == key) {
      return &items[i];
    }
  }
  return nullptr;
}

}  // namespace mlpipe::spec
