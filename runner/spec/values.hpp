// Typed readings of nodes: each says at the node what is wrong with it, in the words of the key it stands under.
// Knows nothing of which keys exist. A null node reads as "not given" everywhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/spec/node.hpp"
#include "runner/spec/report.hpp"

namespace mlpipe::spec {

struct Text {
  std::string text;
  Mark mark;
};

// "a list", "a map", "nothing", "the number 3", "the text `x`".
[[nodiscard]] std::string describe(const Node& node);

// nullptr also where null stands there.
[[nodiscard]] const Node* given(const Node& map, std::string_view key);

// `what` names the key in messages: "timeout", "resources.cpus".
class Values {
 public:
  explicit Values(Report& report) : report_(report) {}

  // Any scalar, as written; empty text is refused.
  std::optional<std::string> text(const Node& node, std::string_view what);
  std::optional<bool> boolean(const Node& node, std::string_view what);
  std::optional<std::uint64_t> integer(const Node& node, std::string_view what, std::uint64_t min, std::uint64_t max);
  std::optional<double> number(const Node& node, std::string_view what, double min);
  std::optional<std::chrono::milliseconds> duration(const Node& node, std::string_view what);
  std::optional<std::uint64_t> size(const Node& node, std::string_view what);
  std::optional<std::string> one_of(const Node& node, std::string_view what,
                                    std::initializer_list<std::string_view> words);
  // One scalar or a list of them.
  std::vector<Text> texts(const Node& node, std::string_view what);
  // Whether it is a map; reports what is not, and keys other than these (no check where none are named).
  bool map(const Node& node, std::string_view what, std::initializer_list<std::string_view> keys = {});
  // Calls `each` for the items of a list, or for the node itself where it is none.
  static void each(const Node& node, const std::function<void(const Node&)>& each);

  [[nodiscard]] Report& report() { return report_; }

 private:
  void wrong(const Node& node, std::string_view what, std::string_view wanted, std::string hint = {});

  Report& report_;
};

// `over` laid onto `under`: maps key by key, anything else replaced. Keys of `under` keep their order.
[[nodiscard]] Node merged(Node under, const Node& over);
// Sets or replaces a key of a map.
void put(Node& map, const std::string& key, Mark mark, Node value);

}  // namespace mlpipe::spec
