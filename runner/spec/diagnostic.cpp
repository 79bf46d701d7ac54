#include "runner/spec/diagnostic.hpp"

#include <utility>

namespace mlpipe::spec {

std::uint32_t Sources::add(std::string path, std::string text) {
  files_.push_back({std::move(path), std::move(text)});
  return static_cast<std::uint32_t>(files_.size() - 1);
}

void Diagnostics::error(Mark mark, std::string message, std::string hint) {
  items_.push_back({Severity::error, mark, std::move(message), std::move(hint)});
  ++errors_;
}

void Diagnostics::warning(Mark mark, std::string message, std::string hint) {
  items_.push_back({Severity::warning, mark, std::move(message), std::move(hint)});
}

}  // namespace mlpipe::spec
