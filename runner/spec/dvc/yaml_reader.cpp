#include "runner/spec/dvc/yaml_reader.hpp"

#include <fmt/format.h>

#include "runner/base/text.hpp"

namespace mlpipe::spec::dvc {
namespace {

constexpr std::size_t deepest = 100;
constexpr std::string_view flow_marks = ",[]{}";

}  // namespace

Value YamlReader::placed(Value value, const YamlCursor& at) {
  value.line = at.line();
  value.column = at.column();
  return value;
}

void YamlReader::directives() {
  while (!cursor_.at_end() && cursor_.indent() == 0 && cursor_.peek() == '%') {
    cursor_.skip_line();
    cursor_.skip_to_token();
  }
}

Value YamlReader::document() {
  cursor_.skip_to_token();
  directives();
  if (cursor_.document_mark() && cursor_.peek() == '-') {
    cursor_.advance(3);
    cursor_.skip_to_token();
  }
  Value root;
  if (!cursor_.at_end() && !cursor_.document_mark()) {
    root = node(-1, Where::line_start);
  }
  cursor_.skip_to_token();
  if (cursor_.document_mark() && cursor_.peek() == '.') {
    cursor_.advance(3);
    cursor_.skip_to_token();
  }
  if (!cursor_.at_end()) {
    cursor_.stop(cursor_.document_mark()
                     ? "a second document in this file; keep one document in a file"
                     : "this line does not belong to what stands above it; check its indentation");
  }
  return root;
}

Value YamlReader::node(int parent, Where where) {
  if (++depth_ > deepest) {
    cursor_.stop(fmt::format("lists and maps are nested more than {} deep", deepest));
  }
  if (where == Where::line_start && cursor_.tab_indents()) {
    cursor_.stop("a tab in the indentation; indent with blanks");
  }
  const YamlCursor start = cursor_;
  Properties own;
  if (cursor_.peek() == '&' || cursor_.peek() == '!') {
    own = properties();
    if (where != Where::behind_key && !cursor_.at_line_end() && cursor_.peek() != '#') {
      if (auto key = implicit_key()) {  // in one line with a key they are the key's
        --depth_;
        return placed(block_map(start.indent(), finish(std::move(*key), own)), start);
      }
    }
    if (cursor_.at_line_end() || cursor_.peek() == '#') {
      cursor_.skip_to_token();
      const int column = static_cast<int>(cursor_.indent());
      const bool item = cursor_.peek() == '-' && cursor_.blank(1) && where == Where::behind_key;
      if (cursor_.at_end() || cursor_.document_mark() || column < parent ||
          (column == parent && !item)) {
        --depth_;
        return placed(plain("", own), start);
      }
      where = Where::line_start;
    }
  }
  Value value = placed(content(parent, where, own), start);
  --depth_;
  return value;
}

Value YamlReader::content(int parent, Where where, const Properties& own) {
  const std::size_t column = cursor_.indent();
  const char c = cursor_.peek();
  const bool block = where != Where::behind_key;
  if ((c == '-' || c == '?') && cursor_.blank(1)) {
    if (!block) {
      cursor_.stop("a list item cannot stand here; put it on a line of its own");
    }
    return finish(c == '-' ? block_list(column) : block_map(column, std::nullopt), own);
  }
  if (block) {
    if (auto key = implicit_key()) {
      return finish(block_map(column, std::move(key)), own);
    }
  }
  return scalar(parent, own);
}

Value YamlReader::scalar(int parent, const Properties& own) {
  const char c = cursor_.peek();
  if (c == '|' || c == '>') {
    return quoted(read_block_scalar(cursor_, parent), own);
  }
  Value value;
  if (c == '*') {
    value = alias();
  } else if (c == '[' || c == '{') {
    value = finish(flow(), own);
  } else if (c == '"') {
    value = quoted(read_double_quoted(cursor_), own);
  } else if (c == '\'') {
    value = quoted(read_single_quoted(cursor_), own);
  } else if (starts_plain(Inside::block)) {
    value = plain(read_plain(cursor_, parent, Inside::block), own);
  } else {
    cursor_.stop(fmt::format("no value can start with `{}`; put quotes around it",
                             printable(std::string(1, c))));
  }
  end_of_value();
  return value;
}

void YamlReader::end_of_value() {
  const bool apart = cursor_.blank();
  cursor_.skip_blanks();
  if (cursor_.at_line_end() || (apart && cursor_.peek() == '#')) {
    return;
  }
  cursor_.stop(cursor_.peek() == ':'
                   ? "a `:` that cannot start a value here; put quotes around text that holds `: `"
                   : "something follows a value that is complete; is a quote or a comma missing?");
}

Value YamlReader::block_list(std::size_t column) {
  Value list = Value::list();
  for (;;) {
    cursor_.advance();
    list.items.push_back(item_value(column));
    cursor_.skip_to_token();
    if (cursor_.at_end() || cursor_.document_mark() || cursor_.indent() < column) {
      return list;
    }
    const bool item = cursor_.peek() == '-' && cursor_.blank(1);
    if (cursor_.indent() > column) {
      cursor_.stop("this line does not belong to the list above it; check its indentation");
    }
    if (!item) {
      return list;
    }
  }
}

Value YamlReader::item_value(std::size_t column) {
  const YamlCursor before = cursor_;
  cursor_.skip_blanks();
  if (!cursor_.at_line_end() && cursor_.peek() != '#') {
    return node(static_cast<int>(column), Where::behind_dash);
  }
  cursor_.skip_to_token();
  return cursor_.at_end() || cursor_.document_mark() || cursor_.indent() <= column
             ? placed(Value{}, before)
             : node(static_cast<int>(column), Where::line_start);
}

Value YamlReader::map_value(std::size_t column) {
  const YamlCursor before = cursor_;
  cursor_.skip_blanks();
  if (!cursor_.at_line_end() && cursor_.peek() != '#') {
    return node(static_cast<int>(column), Where::behind_key);
  }
  cursor_.skip_to_token();
  if (cursor_.at_end() || cursor_.document_mark() || cursor_.indent() < column) {
    return placed(Value{}, before);
  }
  if (cursor_.indent() > column) {
    return node(static_cast<int>(column), Where::line_start);
  }
  return cursor_.peek() == '-' && cursor_.blank(1) ? block_list(column) : placed(Value{}, before);
}

// Reads a key and, where its colon stands on the same line, that colon. False: the key is explicit
// and has no value.
bool YamlReader::block_key(std::size_t column, Value& key) {
  if (cursor_.peek() == '?' && cursor_.blank(1)) {
    cursor_.advance();
    key = item_value(column);
    cursor_.skip_to_token();
    if (cursor_.at_end() || cursor_.indent() != column || cursor_.peek() != ':' ||
        !cursor_.blank(1)) {
      return false;
    }
    cursor_.advance();
    return true;
  }
  if (cursor_.tab_indents()) {
    cursor_.stop("a tab in the indentation; indent with blanks");
  }
  const Properties own = properties();
  auto found = implicit_key();
  if (!found) {
    cursor_.stop("this is no `key: value`; check the indentation, or add the colon and a blank");
  }
  key = finish(std::move(*found), own);
  return true;
}

Value YamlReader::block_map(std::size_t column, std::optional<Value> first_key) {
  OpenMap map;
  for (bool first = true;; first = false) {
    Value key;
    bool has_value = true;
    if (first && first_key) {
      key = std::move(*first_key);
    } else {
      has_value = block_key(column, key);
    }
    Value value = has_value ? map_value(column) : Value{};
    add_pair(map, std::move(key), std::move(value));
    cursor_.skip_to_token();
    if (cursor_.at_end() || cursor_.document_mark() || cursor_.indent() < column) {
      return close(std::move(map));
    }
    if (cursor_.indent() > column) {
      cursor_.stop("this line does not belong to the map above it; check its indentation");
    }
  }
}

// A key and its colon in this line; the cursor stays where there is none.
std::optional<Value> YamlReader::implicit_key() {
  const YamlCursor start = cursor_;
  const char c = cursor_.peek();
  std::optional<Value> key;
  if (c == '"') {
    key = Value::of_text(read_double_quoted(cursor_));
  } else if (c == '\'') {
    key = Value::of_text(read_single_quoted(cursor_));
  } else if (c == '*') {
    key = alias();
  } else if (c == '[' || c == '{') {
    key = flow();
  } else if (starts_plain(Inside::block)) {
    const std::string_view text = plain_in_line(cursor_, Inside::block);
    cursor_.advance(text.size());
    key = plain_value(text);
    if (text == "<<") {
      key->kind = Value::Kind::bytes;  // no plain key is bytes: the mark of a merge
    }
  }
  cursor_.skip_blanks();
  if (!key || cursor_.line() != start.line() || cursor_.peek() != ':' || !cursor_.blank(1)) {
    cursor_ = start;
    return std::nullopt;
  }
  cursor_.advance();
  return placed(std::move(*key), start);
}

bool YamlReader::starts_plain(Inside inside) const {
  constexpr std::string_view never = ",[]{}#&*!|>'\"%@`";
  const char c = cursor_.peek();
  if (c == '-' || c == '?' || c == ':') {
    const char next = cursor_.peek(1);
    return !cursor_.blank(1) &&
           !(inside == Inside::flow && flow_marks.find(next) != std::string_view::npos);
  }
  return !cursor_.at_end() && never.find(c) == std::string_view::npos;
}

tl::expected<Value, YamlError> read_yaml(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  if (!is_utf8(text)) {
    return tl::make_unexpected(YamlError{"the file is not UTF-8", 1, 1});
  }
  if (text.find('\0') != std::string_view::npos) {
    return tl::make_unexpected(YamlError{"the file holds a NUL character", 1, 1});
  }
  std::string plain;  // line ends of other systems are line ends
  if (text.find('\r') != std::string_view::npos) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool pair = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
      plain += pair ? "" : text[i] == '\r' ? "\n" : std::string(1, text[i]);
    }
    text = plain;
  }
  try {
    return YamlReader(text).document();
  } catch (const YamlStop& stop) {
    return tl::make_unexpected(stop.error);
  }
}

}  // namespace mlpipe::spec::dvc
