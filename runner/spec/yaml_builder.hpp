// From parser events to a Node. Knows YAML's rules for anchors, merge keys, tags and duplicate
// keys, not the library. First the document as written, aliases standing empty; then aliases are
// filled by copies, under a budget; then merge keys and duplicates are settled. So only aliases can
// cost more than the file's own size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "runner/spec/diagnostic.hpp"
#include "runner/spec/node.hpp"
#include "runner/spec/yaml_reader.hpp"

namespace mlpipe::spec {

class YamlBuilder {
 public:
  struct Place {
    std::size_t offset = 0;  // bytes after the byte order mark
    std::uint32_t line = 1;
    std::uint32_t column = 1;
  };
  using Anchor = std::size_t;  // 0: none

  YamlBuilder(std::uint32_t file, std::string_view text, const YamlLimits& limits,
              Diagnostics& diagnostics);

  // False: stop parsing, the error is reported.
  [[nodiscard]] bool start_document(Place place);
  [[nodiscard]] bool open(NodeKind kind, Place place, const std::string& tag, Anchor anchor);
  void close();
  void null(Place place, Anchor anchor);
  void scalar(Place place, const std::string& tag, Anchor anchor, const std::string& value);
  void alias(Place place, Anchor anchor);

  // The whole document; what was open when parsing stopped is closed.
  [[nodiscard]] Node finish();

  [[nodiscard]] Mark mark(Place place) const;
  // Whether the line's indentation before `place` holds a tab.
  [[nodiscard]] bool tab_indents(Place place) const;
  // Where the innermost `[` or `{` that is still open stands.
  [[nodiscard]] std::optional<Mark> open_flow() const;
  // Where a `${` without quotes stands between the outermost open bracket and `end`: its brace
  // breaks the syntax.
  [[nodiscard]] std::optional<Mark> bare_reference(Place end) const;

 private:
  struct Frame {
    Node node;
    Anchor anchor = 0;
    bool flow = false;
    std::size_t offset = 0;
    bool has_key = false;  // maps: keys.back() waits for its value
  };
  struct Scalar {
    std::string text;
    bool plain = false;
  };

  [[nodiscard]] bool wants_key() const;
  void add_key(Mark mark, std::string text, bool merge);
  void add_value(Node node);
  void count_value(Anchor anchor);
  [[nodiscard]] Place after_properties(Place place) const;
  [[nodiscard]] Mark empty_mark(Place place) const;
  void check_closed(Place place);
  [[nodiscard]] NodeKind tagged_kind(Mark mark, const std::string& tag, const std::string& value);
  void check_collection_tag(Mark mark, const std::string& tag, std::string_view right);

  // Phases two and three.
  void fill_aliases(Node& node, std::size_t depth);
  bool copy(const Node& from, Node& to, std::size_t depth, Mark at);
  void settle(Node& node);
  void drop_duplicates(Node& map);
  void merge(Node& map);
  void take(Node&& from, Mark at, std::vector<Node::Key>& keys, std::vector<Node>& items);

  std::uint32_t file_;
  std::string_view text_;
  YamlLimits limits_;
  Diagnostics& diagnostics_;
  std::vector<Frame> open_;
  Node root_;
  bool has_document_ = false;

  std::size_t ordinals_ = 0;                           // values so far, in document order
  std::unordered_map<std::size_t, Anchor> anchor_at_;  // ordinal -> anchor that it defines
  std::unordered_map<std::size_t, Anchor> alias_at_;   // ordinal -> anchor that it stands for
  std::unordered_map<Anchor, Scalar> scalars_;         // anchored scalars, for aliases as keys
  std::unordered_map<Anchor, const Node*> defined_;    // phase two: finished anchored values
  std::unordered_set<std::uint64_t> reported_;         // places of duplicates already told
  std::size_t walked_ = 0;
  std::size_t copied_nodes_ = 0;
  std::size_t copied_bytes_ = 0;
  bool exhausted_ = false;  // the budget is spent and that is reported
};

}  // namespace mlpipe::spec
