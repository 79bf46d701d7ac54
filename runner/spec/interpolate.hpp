// ${NAME} in values: names by dotted path, in layers, the nearest first. Knows nothing of where the names come from.
//
//   text   = ( literal | "$${" | "\${" | "${" blank* name blank* "}" )*
//   name   = part ("." part)*          list items by number: steps.0.name
//
// `$${` and `\${` are a literal `${`; `$X` is left to the shell. A value that is one `${NAME}` and nothing else takes
// over the kind of what is named, lists and maps included; within a longer text only scalars can stand. What was put in
// is not looked at again.
#pragma once

#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runner/spec/node.hpp"
#include "runner/spec/report.hpp"

namespace mlpipe::spec {

// One layer of names. Every path into a value is found by hash, so a lookup costs the same in any file.
class Names {
 public:
  Names() = default;
  Names(Names&&) = default;
  Names& operator=(Names&&) = default;
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  // `value` under `name`, and everything below it. An empty name: only what lies below.
  void add(const std::string& name, Node value);
  [[nodiscard]] const Node* find(const std::string& path) const;
  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }  // in the order added

 private:
  void index(const std::string& path, const Node& value);

  std::deque<Node> values_;  // addresses stay
  std::unordered_map<std::string, const Node*> by_path_;
  std::vector<std::string> paths_;
};

// Layers that outlive it; empty ones cost nothing.
class Scope {
 public:
  Scope(std::initializer_list<const Names*> nearest_first);
  // These names first, then all of this scope.
  [[nodiscard]] Scope within(const Names& nearer) const;
  [[nodiscard]] const Node* find(const std::string& path) const;
  [[nodiscard]] std::vector<std::string> paths() const;
  // A file of names could not be read, which was said: an unknown name is not worth a message of its own.
  void set_incomplete() { complete_ = false; }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  std::vector<const Names*> layers_;
  bool complete_ = true;
};

// The node with every ${...} replaced. What cannot be is reported and tainted, and stays as it was written.
[[nodiscard]] Node interpolate(const Node& node, const Scope& scope, Report& report);

// Whether a ${...} to be replaced occurs anywhere in it.
[[nodiscard]] bool interpolates(std::string_view text);

}  // namespace mlpipe::spec
