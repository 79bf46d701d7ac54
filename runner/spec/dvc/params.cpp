#include "runner/spec/dvc/params.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>

#include "runner/base/text.hpp"
#include "runner/spec/dvc/yaml.hpp"
#include "runner/spec/params_file.hpp"

namespace mlpipe::spec::dvc {
namespace {

constexpr std::size_t deepest = 100;

Value value_of(const Node& node) {
  Value value;
  switch (node.kind) {
    case NodeKind::null:
      break;
    case NodeKind::boolean:
      value = Value::of_boolean(node.text == "true");
      break;
    case NodeKind::integer:
      value.kind = Value::Kind::integer;
      value.text = node.text;
      break;
    case NodeKind::real:
      value = plain_value(node.text);
      value = value.is(Value::Kind::integer)
                  ? Value::of_real(std::strtod(node.text.c_str(), nullptr))
                  : value;
      break;
    case NodeKind::string:
      value = Value::of_text(node.text);
      break;
    case NodeKind::list:
    case NodeKind::map:
      value = node.kind == NodeKind::list ? Value::list() : Value::map();
      for (const Node& item : node.items) {
        value.items.push_back(value_of(item));
      }
      for (const Node::Key& key : node.keys) {
        value.keys.push_back(Value::of_text(key.text));
      }
      break;
  }
  value.line = node.mark.line;
  value.column = node.mark.column;
  return value;
}

// Numbers keep their digits; of two equal keys the later wins, as in Python.
class JsonBuilder : public nlohmann::json::json_sax_t {
 public:
  bool null() override { return put({}); }
  bool boolean(bool value) override { return put(Value::of_boolean(value)); }
  bool number_integer(number_integer_t value) override { return put(Value::of_integer(value)); }
  bool number_unsigned(number_unsigned_t value) override { return digits(std::to_string(value)); }
  bool number_float(number_float_t value, const string_t& written) override {
    const bool whole = written.find_first_of(".eE") == std::string::npos;
    return whole ? digits(written) : put(Value::of_real(value));
  }
  bool string(string_t& value) override { return put(Value::of_text(value)); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return open(Value::map()); }
  bool start_array(std::size_t /*size*/) override { return open(Value::list()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    keys_.back() = name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    std::string_view what = error.what();
    if (const auto colon = what.find(": "); colon != std::string_view::npos) {
      what.remove_prefix(colon + 2);
    }
    problem = fmt::format("this is not JSON: {} (at byte {})", printable(what), position);
    return false;
  }
  Value root;
  std::string problem;

 private:
  bool digits(std::string text) {
    Value value;
    value.kind = Value::Kind::integer;
    value.text = std::move(text);
    return put(std::move(value));
  }
  bool put(Value value) {
    if (open_.empty()) {
      root = std::move(value);
    } else if (open_.back().is_list()) {
      open_.back().items.push_back(std::move(value));
    } else {
      open_.back().set(keys_.back(), std::move(value));
    }
    return true;
  }
  bool open(Value value) {
    if (open_.size() >= deepest) {
      problem = fmt::format("more than {} levels of lists and objects", deepest);
      return false;
    }
    open_.push_back(std::move(value));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Value done = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return put(std::move(done));
  }
  std::vector<Value> open_;
  std::vector<std::string> keys_;
};

}  // namespace

Result<Value> read_json(std::string_view text) {
  JsonBuilder builder;
  if (!nlohmann::json::sax_parse(text, &builder)) {
    return fail(Code::invalid, builder.problem.empty() ? "this is not JSON" : builder.problem);
  }
  return std::move(builder.root);
}

Result<Value> read_toml(std::string_view text) {
  Diagnostics diagnostics;
  const Node node = spec::read_toml(0, text, diagnostics);
  if (diagnostics.has_errors()) {
    const Diagnostic& first = diagnostics.items().front();
    return fail(Code::invalid,
                fmt::format("{}:{}: {}", first.mark.line, first.mark.column, first.message));
  }
  return value_of(node);
}

Result<Value> read_params(std::string_view path, std::string_view text) {
  Result<Value> value;
  if (path.ends_with(".json")) {
    value = read_json(text);
  } else if (path.ends_with(".toml")) {
    value = read_toml(text);
  } else if (path.ends_with(".py")) {
    value = read_python(text);
  } else {
    auto yaml = read_yaml(text);
    value = yaml ? Result<Value>(std::move(*yaml))
                 : fail(Code::invalid, fmt::format("{}:{}: {}", yaml.error().line,
                                                   yaml.error().column, yaml.error().message));
  }
  if (!value) {
    return value;
  }
  if (value->is(Value::Kind::null)) {
    return Value::map();
  }
  if (!value->is_map()) {
    return fail(Code::invalid,
                fmt::format("a map of names is expected, it holds {}", noun(value->kind)));
  }
  return value;
}

const Value* find_dotted(const Value& root, std::string_view key) {
  const Value* at = &root;
  for (const std::string_view part : split(key, '.')) {
    if (at->is_list()) {
      long index = 0;
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
      const long count = static_cast<long>(at->items.size());
      if (error != std::errc() || end != part.data() + part.size() || index >= count ||
          index < -count) {
        return nullptr;
      }
      at = &at->items[static_cast<std::size_t>(index < 0 ? index + count : index)];
      continue;
    }
    const Value* next = at->find(part);
    if (next == nullptr &&
        at->is_map()) {  // dpath takes a part of digits for an integer key as well
      for (std::size_t i = 0; i < at->keys.size(); ++i) {
        if (at->keys[i].is(Value::Kind::integer) && at->keys[i].text == part) {
          next = &at->items[i];
        }
      }
    }
    if (next == nullptr) {
      return nullptr;
    }
    at = next;
  }
  return at;
}

}  // namespace mlpipe::spec::dvc
