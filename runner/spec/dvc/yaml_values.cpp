// What stands around and behind a value: anchors, tags, aliases, keys and merges.
#include <fmt/format.h>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"
#include "runner/spec/dvc/yaml_reader.hpp"

namespace mlpipe::spec::dvc {
namespace {

constexpr std::size_t most_copied = 1'000'000;  // values that aliases may make
constexpr std::string_view flow_marks = ",[]{}";
constexpr std::string_view core_tags = "tag:yaml.org,2002:";

// Equal keys have equal texts, as Python compares them: 1, 1.0 and True are one key.
std::string key_identity(const Value& key) {
  switch (key.kind) {
    case Value::Kind::string:
      return "s" + key.text;
    case Value::Kind::boolean:
      return key.truth ? "n1" : "n0";
    case Value::Kind::integer:
      return "n" + key.text;
    case Value::Kind::real: {
      const std::string text = python_float(key.number);
      return "n" + (text.ends_with(".0") ? text.substr(0, text.size() - 2) : text);
    }
    default: {
      const auto json = python_json(key);
      return json ? "j" + *json : "d" + key.text;
    }
  }
}

}  // namespace

YamlReader::Properties YamlReader::properties() {
  Properties found;
  while (cursor_.peek() == '&' || cursor_.peek() == '!') {
    const bool anchor = cursor_.peek() == '&';
    std::string text;
    while (!cursor_.blank() &&
           (text.empty() || flow_marks.find(cursor_.peek()) == std::string_view::npos)) {
      text += cursor_.peek();
      cursor_.advance();
    }
    auto& target = anchor ? found.anchor : found.tag;
    if (target || (anchor && text.size() < 2)) {
      cursor_.stop(anchor ? "an anchor needs a name, and a value has one anchor at most"
                          : "a value has one tag at most");
    }
    target = anchor ? text.substr(1) : text;
    cursor_.skip_blanks();
  }
  return found;
}

Value YamlReader::alias() {
  const YamlCursor start = cursor_;
  cursor_.advance();
  std::string name;
  while (!cursor_.blank() && flow_marks.find(cursor_.peek()) == std::string_view::npos) {
    name += cursor_.peek();
    cursor_.advance();
  }
  const auto known = anchors_.find(name);
  if (known == anchors_.end()) {
    start.stop(fmt::format("the alias `*{}` names no anchor above it", printable(name)));
  }
  count(known->second);
  return known->second;
}

void YamlReader::count(const Value& copied) {
  if (++copied_ > most_copied) {
    cursor_.stop(fmt::format("aliases in this file make more than {} values", most_copied));
  }
  for (const Value& item : copied.items) {
    count(item);
  }
}

Value YamlReader::plain(std::string text, const Properties& own) {
  if (!own.tag || *own.tag == "!") {
    return finish(own.tag ? Value::of_text(std::move(text)) : plain_value(text), own);
  }
  return quoted(std::move(text), own);
}

Value YamlReader::quoted(std::string text, const Properties& own) {
  if (!own.tag || *own.tag == "!") {
    return finish(Value::of_text(std::move(text)), own);
  }
  std::string_view tag = *own.tag;
  if (tag.starts_with("!!")) {
    tag.remove_prefix(2);
  } else if (tag.starts_with("!<") && tag.substr(2).starts_with(core_tags) && tag.ends_with('>')) {
    tag = tag.substr(2 + core_tags.size(), tag.size() - 3 - core_tags.size());
  } else {
    tag = "?";
  }
  auto value = tagged_value(tag, text);
  if (!value) {
    cursor_.stop(
        fmt::format("the tag `{}` is unknown, or this is no such value", printable(*own.tag)));
  }
  return finish(std::move(*value), own);
}

Value YamlReader::finish(Value value, const Properties& own) {
  if (own.tag && value.is_composite()) {
    const bool map = value.is_map();
    if (*own.tag == "!!set" && map) {
      Value set;
      set.kind = Value::Kind::set;
      set.items = std::move(value.keys);
      value = std::move(set);
    } else if (*own.tag != "!" && *own.tag != (map ? "!!map" : "!!seq")) {
      cursor_.stop(fmt::format("the tag `{}` is unknown", printable(*own.tag)));
    }
  }
  if (own.anchor) {
    anchors_[*own.anchor] = value;
  }
  return value;
}

void YamlReader::add_pair(OpenMap& map, Value key, Value value) {
  if (key.is(Value::Kind::bytes) && key.text.empty() == false && key.text == "<<") {
    if (value.is_list()) {
      std::move(value.items.begin(), value.items.end(), std::back_inserter(map.merged));
    } else {
      map.merged.push_back(std::move(value));
    }
    return;
  }
  if (!map.seen.insert(key_identity(key)).second) {
    YamlStop stop{
        {fmt::format("duplicate key `{}`", printable(template_text(key))), key.line, key.column}};
    throw stop;
  }
  map.value.keys.push_back(std::move(key));
  map.value.items.push_back(std::move(value));
}

// Merged keys come first, in their order; own ones win, and earlier maps of a list over later ones.
Value YamlReader::close(OpenMap map) {
  if (map.merged.empty()) {
    return std::move(map.value);
  }
  Value all = Value::map();
  Seen taken;
  for (Value& from : map.merged) {
    if (!from.is_map()) {
      cursor_.stop("`<<` merges a map or a list of maps, nothing else");
    }
    for (std::size_t i = 0; i < from.keys.size(); ++i) {
      const std::string identity = key_identity(from.keys[i]);
      if (map.seen.count(identity) == 0 && taken.insert(identity).second) {
        all.keys.push_back(std::move(from.keys[i]));
        all.items.push_back(std::move(from.items[i]));
      }
    }
  }
  std::move(map.value.keys.begin(), map.value.keys.end(), std::back_inserter(all.keys));
  std::move(map.value.items.begin(), map.value.items.end(), std::back_inserter(all.items));
  return all;
}

}  // namespace mlpipe::spec::dvc
