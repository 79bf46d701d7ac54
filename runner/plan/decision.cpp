#include "runner/plan/decision.hpp"

namespace mlpipe::plan {

std::string_view name(ItemKind kind) {
  switch (kind) {
    case ItemKind::record:
      return "record";
    case ItemKind::kind:
      return "kind";
    case ItemKind::config:
      return "config";
    case ItemKind::command:
      return "command";
    case ItemKind::dep:
      return "dep";
    case ItemKind::out:
      return "out";
    case ItemKind::param:
      return "param";
    case ItemKind::env:
      return "env";
    case ItemKind::environment:
      return "environment";
    case ItemKind::platform:
      return "platform";
    case ItemKind::baseline:
      return "baseline";
    case ItemKind::force:
      return "force";
    case ItemKind::age:
      return "age";
    case ItemKind::upstream:
      return "upstream";
  }
  return "unknown";
}

std::string_view name(ChangeKind change) {
  switch (change) {
    case ChangeKind::added:
      return "added";
    case ChangeKind::removed:
      return "removed";
    case ChangeKind::modified:
      return "modified";
    case ChangeKind::missing:
      return "missing";
    case ChangeKind::aged:
      return "aged";
  }
  return "unknown";
}

}  // namespace mlpipe::plan
