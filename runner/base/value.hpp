// A value as scripting languages know it: what YAML, JSON, TOML and Python files hold. Integers of
// any length, dates, maps in the order written whose keys are values themselves. Knows nothing of
// the text it came from but its place, nor of who asks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlpipe {

struct Value {
  enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,
    real,
    string,
    date,
    bytes,
    set,
    list,
    map
  };
  enum class Style : std::uint8_t { block, flow };  // how a list or map was written

  Kind kind = Kind::null;
  bool truth = false;        // boolean
  double number = 0;         // real
  std::string text;          // string; integer: decimal digits; date: ISO 8601; bytes: base64
  std::vector<Value> keys;   // map: keys[i] belongs to items[i]
  std::vector<Value> items;  // list, set, map
  Style style = Style::block;
  std::uint32_t line = 0;    // from 1; 0: no place is known
  std::uint32_t column = 0;  // from 1, in bytes

  static Value of_text(std::string text);
  static Value of_integer(std::int64_t number);
  static Value of_boolean(bool truth);
  static Value of_real(double number);
  static Value list();
  static Value map();

  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
  [[nodiscard]] bool is_text() const { return kind == Kind::string; }
  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_composite() const { return kind >= Kind::set; }
  // The value under a text key of a map, or nullptr.
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] Value* find(std::string_view key);
  // Replaces the value under a text key where it stands, or appends it.
  Value& set(std::string_view key, Value value);
  void erase(std::string_view key);
};

// "a string", "an integer", "a list" ...: for messages.
[[nodiscard]] std::string_view noun(Value::Kind kind);

}  // namespace mlpipe
