#include "runner/cache/delta_scope.hpp"

#include <algorithm>

namespace mlpipe::cache {

void DeltaScope::enter(int fd, const std::string& path, const std::vector<Name>& names) {
  if (std::none_of(names.begin(), names.end(), [](const Name& name) {
        return name.kind == Kind::folder && name.text == "_delta_log";
      })) {
    return;
  }
  auto counted = delta::Counted::read("/proc/self/fd/" + std::to_string(fd));
  if (counted) {
    own_ = std::move(*counted);
    counted_ = &*own_;
    prefix_ = path.empty() ? 0 : path.size() + 1;
  }
}

void DeltaScope::stay(const DeltaScope& outer) {
  counted_ = outer.counted_;
  prefix_ = outer.prefix_;
}

bool DeltaScope::counts(const std::string& path, const Name& name) const {
  if (counted_ == nullptr) {
    return true;
  }
  const auto inside = std::string_view(path).substr(prefix_);
  return name.kind == Kind::folder ? counted_->counts_folder(inside)
                                   : counted_->counts_file(inside);
}

}  // namespace mlpipe::cache
