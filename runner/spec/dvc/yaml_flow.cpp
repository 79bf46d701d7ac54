// Flow collections: `[a, b]` and `{k: v}`, over any number of lines (YAML 1.2, chapter 7.4).
#include <fmt/format.h>

#include "runner/base/text.hpp"
#include "runner/spec/dvc/yaml_reader.hpp"

namespace mlpipe::spec::dvc {
namespace {

constexpr std::size_t deepest_flow = 100;

}  // namespace

Value YamlReader::flow() {
  if (++depth_ > deepest_flow) {
    cursor_.stop(fmt::format("lists and maps are nested more than {} deep", deepest_flow));
  }
  const YamlCursor start = cursor_;
  Value value = placed(cursor_.peek() == '[' ? flow_list() : flow_map(), start);
  value.style = Value::Style::flow;
  --depth_;
  return value;
}

// Behind a key, the cursor on the token after it. Quotes and brackets end a key by themselves.
bool YamlReader::colon_follows(const Value& key) {
  const char next = cursor_.peek(1);
  return cursor_.peek() == ':' && (cursor_.blank(1) || next == ',' || next == ']' || next == '}' ||
                                   key.is_composite() || key.is_text());
}

Value YamlReader::flow_value() {
  cursor_.advance();
  cursor_.skip_to_token();
  const char c = cursor_.peek();
  return c == ',' || c == ']' || c == '}' ? Value{} : flow_node();
}

Value YamlReader::flow_list() {
  const YamlCursor start = cursor_;
  Value list = Value::list();
  cursor_.advance();
  for (;;) {
    cursor_.skip_to_token();
    if (cursor_.at_end() || cursor_.document_mark()) {
      start.stop("a `[` is not closed");
    }
    if (cursor_.peek() == ']') {
      cursor_.advance();
      return list;
    }
    const bool explicit_key = cursor_.peek() == '?' && cursor_.blank(1);
    if (explicit_key) {
      cursor_.advance();
      cursor_.skip_to_token();
    }
    const YamlCursor at = cursor_;
    Value item = cursor_.peek() == ':' && cursor_.blank(1) ? Value{} : flow_node();
    cursor_.skip_to_token();
    if (colon_follows(item) || explicit_key) {
      OpenMap pair;
      Value value = cursor_.peek() == ':' ? flow_value() : Value{};
      add_pair(pair, std::move(item), std::move(value));
      item = placed(close(std::move(pair)), at);
      item.style = Value::Style::flow;
      cursor_.skip_to_token();
    }
    list.items.push_back(std::move(item));
    if (cursor_.peek() == ',') {
      cursor_.advance();
    } else if (cursor_.peek() != ']' && !cursor_.at_end()) {
      cursor_.stop("a comma or `]` is missing in this list");
    }
  }
}

Value YamlReader::flow_map() {
  const YamlCursor start = cursor_;
  OpenMap map;
  cursor_.advance();
  for (;;) {
    cursor_.skip_to_token();
    if (cursor_.at_end() || cursor_.document_mark()) {
      start.stop("a `{` is not closed");
    }
    if (cursor_.peek() == '}') {
      cursor_.advance();
      return close(std::move(map));
    }
    if (cursor_.peek() == '?' && cursor_.blank(1)) {
      cursor_.advance();
      cursor_.skip_to_token();
    }
    const bool merge =
        cursor_.rest().starts_with("<<") && (cursor_.blank(2) || cursor_.peek(2) == ':');
    Value key = cursor_.peek() == ':' && cursor_.blank(1) ? Value{} : flow_node();
    if (merge) {
      key.kind = Value::Kind::bytes;
    }
    cursor_.skip_to_token();
    Value value = colon_follows(key) ? flow_value() : Value{};
    add_pair(map, std::move(key), std::move(value));
    cursor_.skip_to_token();
    if (cursor_.peek() == ',') {
      cursor_.advance();
    } else if (cursor_.peek() != '}' && !cursor_.at_end()) {
      cursor_.stop("a comma or `}` is missing in this map");
    }
  }
}

Value YamlReader::flow_node() {
  const YamlCursor start = cursor_;
  const Properties own = properties();
  cursor_.skip_to_token();
  const char c = cursor_.peek();
  Value value;
  if (c == '*') {
    value = alias();
  } else if (c == '[' || c == '{') {
    value = finish(flow(), own);
  } else if (c == '"') {
    value = quoted(read_double_quoted(cursor_), own);
  } else if (c == '\'') {
    value = quoted(read_single_quoted(cursor_), own);
  } else if (starts_plain(Inside::flow)) {
    value = plain(read_plain(cursor_, -1, Inside::flow), own);
  } else if ((own.anchor || own.tag) && (c == ',' || c == ']' || c == '}')) {
    value = plain("", own);
  } else {
    cursor_.stop(cursor_.at_end()
                     ? std::string("the text ends inside a list or map")
                     : fmt::format("no value can start with `{}`; put quotes around it",
                                   printable(std::string(1, c))));
  }
  return placed(std::move(value), start);
}

}  // namespace mlpipe::spec::dvc
