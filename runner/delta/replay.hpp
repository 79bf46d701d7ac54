// Actions folded into the state of a table, in the order of the log.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/delta/action.hpp"

namespace mlpipe::delta {

class Replay {
 public:
  void apply(Action action);

  [[nodiscard]] const std::optional<Protocol>& protocol() const { return protocol_; }
  [[nodiscard]] const std::optional<Metadata>& metadata() const { return metadata_; }
  [[nodiscard]] std::vector<Add> files() &&;

 private:
  std::optional<Protocol> protocol_;
  std::optional<Metadata> metadata_;
  std::map<std::string, Add> files_;
};

// Hands over every action of a commit (or of a JSON checkpoint), line by line; `take` returns
// whether it wants more.
enum class More : std::uint8_t { no, yes };
Status read_commit(const std::string& path, const std::function<More(Action)>& take);

}  // namespace mlpipe::delta
