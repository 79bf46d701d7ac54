// Templates of dvc.yaml: `${a.b[0]}` and the values behind it. Source: dvc/parsing/context.py and
// interpolate.py of DVC 3.67. Knows nothing of stages or files.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/base/value.hpp"

namespace mlpipe::spec::dvc {

// How a map in a command becomes flags (`parsing` in .dvc/config).
struct FlagStyle {
  enum class Bool : std::uint8_t { store_true, boolean_optional } boolean = Bool::store_true;
  enum class List : std::uint8_t { nargs, append } list = List::nargs;
};

class Context {
 public:
  Context() = default;
  // What is not found here is looked for there, which must live longer.
  explicit Context(const Context* base) : base_(base) {}

  // Merges `values` (a map) into what is known. invalid: a leaf would be redefined, or a value is a
  // date, bytes or a set. `source` names where it comes from, for messages.
  Status merge(const Value& values, const std::string& source);
  // Shadows a name: item and key of foreach and matrix.
  void shadow(std::string_view name, Value value);
  [[nodiscard]] bool knows(const std::string& name) const { return root(name) != nullptr; }
  // Which files were loaded, whole (nothing) or by keys.
  std::map<std::string, std::optional<std::set<std::string>>> loaded;

  // The value of an expression, without `${` and `}`. invalid: it is no expression; not_found: it
  // names nothing known.
  [[nodiscard]] Result<const Value*> select(std::string_view expression) const;

 private:
  Status merge_into(Value& target, const Value& values, const std::string& source,
                    const std::string& path);
  [[nodiscard]] const Value* root(const std::string& name) const;
  const Context* base_ = nullptr;
  Value values_ = Value::map();
  std::map<std::string, std::string> sources_;  // dotted path -> source
};

enum class Use : std::uint8_t {
  text,     // lists and maps may not be put in
  command,  // a map becomes flags
  data      // of foreach and matrix: anything
};

// Whether a `${...}` stands in it that is not escaped.
[[nodiscard]] bool has_expression(std::string_view text);
[[nodiscard]] bool has_expression(const Value& value);

// The text with its expressions replaced. A text that is one expression alone keeps the value's
// type.
[[nodiscard]] Result<Value> resolve_text(const Context& context, const std::string& text, Use use,
                                         const FlagStyle& style);
// Every text and key in it.
[[nodiscard]] Result<Value> resolve_value(const Context& context, const Value& value, Use use,
                                          const FlagStyle& style);

}  // namespace mlpipe::spec::dvc
