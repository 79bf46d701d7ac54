// The committed lock file: a sorted index of stage -> fingerprint and output digests. Text <->
// values, nothing else.
//
//   # mlpipe lock 1
//   stage <name>
//     key <64 hex>
//     out <content text> <path>      (content text as in port/content.hpp; path percent-encoded for
//     blanks, %, control) result <64 hex>                (optional)
//
// Blocks stand in bytewise order of name, each followed by an empty line: a merge conflict touches
// one stage. Conflict markers read as the union of both sides; of two blocks with one name both are
// kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/digest.hpp"
#include "runner/base/error.hpp"

namespace mlpipe::lock {

struct LockedOut {
  std::string path;
  std::string content;  // "file:<hex>" …, as text: lock knows nothing of ports
  friend bool operator==(const LockedOut&, const LockedOut&) = default;
};
struct LockedStage {
  std::string name;
  Digest fingerprint;
  std::vector<LockedOut> outs;  // sorted by path
  std::optional<Digest> result;
  friend bool operator==(const LockedStage&, const LockedStage&) = default;
};

// invalid: message with line number and what was expected.
[[nodiscard]] Result<std::vector<LockedStage>> read(std::string_view text);
[[nodiscard]] std::string write(std::vector<LockedStage> stages);

}  // namespace mlpipe::lock
