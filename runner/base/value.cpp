#include "runner/base/value.hpp"

#include <algorithm>

namespace mlpipe {
namespace {

std::size_t position(const Value& map, std::string_view key) {
  const auto at = std::find_if(map.keys.begin(), map.keys.end(), [&](const Value& known) {
    return known.kind == Value::Kind::string && known.text == key;
  });
  return static_cast<std::size_t>(at - map.keys.begin());
}

}  // namespace

Value Value::of_text(std::string text) {
  Value value;
  value.kind = Kind::string;
  value.text = std::move(text);
  return value;
}

Value Value::of_integer(std::int64_t number) {
  Value value;
  value.kind = Kind::integer;
  value.text = std::to_string(number);
  return value;
}

Value Value::of_boolean(bool truth) {
  Value value;
  value.kind = Kind::boolean;
  value.truth = truth;
  return value;
}

Value Value::of_real(double number) {
  Value value;
  value.kind = Kind::real;
  value.number = number;
  return value;
}

Value Value::list() {
  Value value;
  value.kind = Kind::list;
  return value;
}

Value Value::map() {
  Value value;
  value.kind = Kind::map;
  return value;
}

const Value* Value::find(std::string_view key) const {
  const std::size_t at = kind == Kind::map ? position(*this, key) : keys.size();
  return at < keys.size() ? &items[at] : nullptr;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

Value& Value::set(std::string_view key, Value value) {
  if (Value* known = find(key)) {
    value.line = known->line;
    value.column = known->column;
    *known = std::move(value);
    return *known;
  }
  keys.push_back(of_text(std::string(key)));
  items.push_back(std::move(value));
  return items.back();
}

void Value::erase(std::string_view key) {
  const std::size_t at = position(*this, key);
  if (at < keys.size()) {
    keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(at));
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

std::string_view noun(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::null:
      return "nothing";
    case Value::Kind::boolean:
      return "true or false";
    case Value::Kind::integer:
      return "an integer";
    case Value::Kind::real:
      return "a number";
    case Value::Kind::string:
      return "a text";
    case Value::Kind::date:
      return "a date";
    case Value::Kind::bytes:
      return "bytes";
    case Value::Kind::set:
      return "a set";
    case Value::Kind::list:
      return "a list";
    case Value::Kind::map:
      return "a map";
  }
  return "a value";
}

}  // namespace mlpipe
