#include "runner/spec/yaml_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runner/base/text.hpp"
#include "runner/spec/scalar.hpp"
#include "runner/spec/yaml_text.hpp"

namespace mlpipe::spec {
namespace {

constexpr std::string_view core_tags = "tag:yaml.org,2002:";

std::string short_tag(const std::string& tag) {
  return tag.starts_with(core_tags) ? "!!" + tag.substr(core_tags.size()) : tag;
}

bool is_true(std::string_view text) {
  return text[0] == 't' || text[0] == 'T';
}

}  // namespace

YamlBuilder::YamlBuilder(std::uint32_t file, std::string_view text, const YamlLimits& limits,
                         Diagnostics& diagnostics)
    : file_(file),
      text_(text.substr(bom_length(text))),
      limits_(limits),
      diagnostics_(diagnostics),
      root_{NodeKind::null, false, Mark{file, 1, 1}, {}, {}, {}} {}

bool YamlBuilder::start_document(Place place) {
  if (std::exchange(has_document_, true)) {
    diagnostics_.error(mark(place), "a second document in this file",
                       "keep one document in a file; remove the `---` or make it two files");
    return false;
  }
  return true;
}

bool YamlBuilder::open(NodeKind kind, Place place, const std::string& tag, Anchor anchor) {
  const Place start = after_properties(place);
  if (wants_key()) {
    diagnostics_.error(mark(start), "a key must be a text, not a list or a map",
                       "put quotes around text that begins with `[` or `{`");
    return false;
  }
  if (open_.size() >= limits_.depth) {
    diagnostics_.error(mark(start),
                       fmt::format("lists and maps are nested more than {} deep", limits_.depth),
                       "a pipeline file needs a few levels; is a bracket left open?");
    return false;
  }
  check_collection_tag(mark(place), tag, kind == NodeKind::list ? "seq" : "map");
  count_value(anchor);
  Frame frame;
  frame.node.kind = kind;
  frame.node.mark = mark(start);
  frame.anchor = anchor;
  frame.offset = start.offset;
  frame.flow =
      start.offset < text_.size() && text_[start.offset] == (kind == NodeKind::list ? '[' : '{');
  open_.push_back(std::move(frame));
  return true;
}

void YamlBuilder::close() {
  Frame done = std::move(open_.back());
  open_.pop_back();
  if (done.has_key) {
    done.node.keys.pop_back();  // parsing stopped before its value
  }
  add_value(std::move(done.node));
}

void YamlBuilder::null(Place place, Anchor anchor) {
  const char first = place.offset < text_.size() ? text_[place.offset] : '\0';
  const bool written = first == '~' || first == 'n' || first == 'N';
  const std::string_view text = first == '~' ? "~" : written ? text_.substr(place.offset, 4) : "";
  if (wants_key()) {
    if (text.empty()) {
      diagnostics_.error(mark(place), "a key is missing before this `:`",
                         "write the key, or quotes for an empty one");
    }
    if (anchor != 0) {
      scalars_[anchor] = {std::string(text), false};
    }
    add_key(mark(place), std::string(text), false);
    return;
  }
  count_value(anchor);
  Node node;
  node.mark = written || first == '&' || first == '!' ? mark(place) : empty_mark(place);
  node.text = text;
  if (anchor != 0) {
    scalars_[anchor] = {std::string(text), false};
  }
  add_value(std::move(node));
}

void YamlBuilder::scalar(Place place, const std::string& tag, Anchor anchor,
                         const std::string& value) {
  Place start = after_properties(place);
  const char first = start.offset < text_.size() ? text_[start.offset] : '\0';
  const bool in_quotes = first == '"' || first == '\'';
  if (value.empty() && !in_quotes && first != '|' && first != '>') {
    start = place;  // a tag or an anchor with nothing behind it
  }
  if (in_quotes) {
    check_closed(start);
  }
  const Mark at = mark(start);
  if (value.find('\0') != std::string::npos) {
    diagnostics_.error(at, "a NUL character in a text", "remove the `\\0`; nothing can use it");
  }
  if (anchor != 0) {
    scalars_[anchor] = {value, tag == "?"};
  }
  if (wants_key()) {
    add_key(at, value, tag == "?" && value == "<<");
    return;
  }
  count_value(anchor);
  Node node;
  node.mark = at;
  node.kind = tagged_kind(mark(place), tag, value);
  node.quoted = node.kind == NodeKind::string && tag != "?";
  node.text = node.kind == NodeKind::boolean ? (is_true(value) ? "true" : "false") : value;
  if (node.kind == NodeKind::integer && !decimal(value)) {
    diagnostics_.error(
        at, fmt::format("`{}` does not fit into 64 bits", printable(value.substr(0, 40))),
        "put quotes around it if it is a text");
  }
  add_value(std::move(node));
}

void YamlBuilder::alias(Place place, Anchor anchor) {
  const auto named = std::find_if(open_.begin(), open_.end(),
                                  [anchor](const Frame& frame) { return frame.anchor == anchor; });
  if (named != open_.end()) {
    diagnostics_.error(mark(place), "this alias stands inside the value that it names",
                       fmt::format("the value starts in line {}; a value cannot hold itself",
                                   named->node.mark.line));
  }
  if (wants_key()) {
    const auto known = scalars_.find(anchor);
    if (known == scalars_.end() && named == open_.end()) {
      diagnostics_.error(mark(place), "a key must be a text, not a list or a map");
    }
    add_key(mark(place), known == scalars_.end() ? std::string() : known->second.text, false);
    return;
  }
  if (named == open_.end()) {
    alias_at_[ordinals_] = anchor;
  }
  count_value(0);
  Node node;
  node.mark = mark(place);
  add_value(std::move(node));
}

Node YamlBuilder::finish() {
  while (!open_.empty()) {
    close();
  }
  if (!alias_at_.empty()) {
    fill_aliases(root_, 1);
  }
  settle(root_);
  return std::move(root_);
}

bool YamlBuilder::wants_key() const {
  return !open_.empty() && open_.back().node.kind == NodeKind::map && !open_.back().has_key;
}

void YamlBuilder::add_key(Mark at, std::string text, bool merge_key) {
  Frame& frame = open_.back();
  // No text of a file holds a NUL, so a merge key cannot be confused with "<<" in quotes.
  frame.node.keys.push_back({merge_key ? std::string("\0<<", 3) : std::move(text), at});
  frame.has_key = true;
}

void YamlBuilder::add_value(Node node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  open_.back().node.items.push_back(std::move(node));
  open_.back().has_key = false;
}

void YamlBuilder::count_value(Anchor anchor) {
  if (anchor != 0) {
    anchor_at_[ordinals_] = anchor;
  }
  ++ordinals_;
}

Mark YamlBuilder::mark(Place place) const {
  return {file_, place.line, place.column};
}

// Behind tags and anchors, the blanks, line ends and comments after them.
YamlBuilder::Place YamlBuilder::after_properties(Place place) const {
  const auto step = [&] {
    const bool line_end = text_[place.offset] == '\n';
    ++place.offset;
    place.line += line_end ? 1U : 0U;
    place.column = line_end ? 1U : place.column + 1U;
  };
  const auto at = [&](std::string_view set) {
    return place.offset < text_.size() && set.find(text_[place.offset]) != std::string_view::npos;
  };
  while (at("!&")) {
    const std::string_view ends = text_.substr(place.offset, 2) == "!<" ? ">" : " \t\r\n,]}";
    while (place.offset < text_.size() && !at(ends)) {
      step();
    }
    if (at(">")) {
      step();
    }
    while (at(" \t\r\n#")) {
      const bool comment = at("#");
      step();
      while (comment && place.offset < text_.size() && !at("\n")) {
        step();
      }
    }
  }
  return place;
}

// Nothing is written there: the key it belongs to, or the last thing before it.
Mark YamlBuilder::empty_mark(Place place) const {
  if (!open_.empty() && open_.back().has_key) {
    return open_.back().node.keys.back().mark;
  }
  std::size_t at = std::min(place.offset, text_.size());
  while (at > 0 && std::string_view(" \t\r\n").find(text_[at - 1]) != std::string_view::npos) {
    --at;
    place.line -= text_[at] == '\n' ? 1U : 0U;
  }
  const std::size_t line_end = at == 0 ? std::string_view::npos : text_.rfind('\n', at - 1);
  const std::size_t start = line_end == std::string_view::npos ? 0 : line_end + 1;
  return {file_, place.line, static_cast<std::uint32_t>(std::max<std::size_t>(at - start, 1))};
}

// The library takes the end of the file for the closing quote.
void YamlBuilder::check_closed(Place place) {
  const char quote = text_[place.offset];
  for (std::size_t at = place.offset + 1; at < text_.size(); ++at) {
    if (text_[at] == '\\' && quote == '"') {
      ++at;
    } else if (text_[at] == quote) {
      if (quote == '"' || at + 1 >= text_.size() || text_[at + 1] != quote) {
        return;
      }
      ++at;
    }
  }
  diagnostics_.error(mark(place), "a quoted text is not closed", "add the closing quote");
}

NodeKind YamlBuilder::tagged_kind(Mark at, const std::string& tag, const std::string& value) {
  const NodeKind plain = plain_kind(value);
  if (tag == "?" || tag.empty()) {
    return plain;
  }
  const std::string name = short_tag(tag);
  if (tag == "!" || name == "!!str") {
    return NodeKind::string;
  }
  struct Typed {
    std::string_view tag;
    NodeKind kind;
    std::string_view noun;
  };
  static constexpr Typed typed[] = {{"!!int", NodeKind::integer, "an integer"},
                                    {"!!float", NodeKind::real, "a number"},
                                    {"!!bool", NodeKind::boolean, "true or false"},
                                    {"!!null", NodeKind::null, "null"}};
  for (const Typed& known : typed) {
    if (name != known.tag) {
      continue;
    }
    const bool whole_float = known.kind == NodeKind::real && plain == NodeKind::integer;
    if (plain != known.kind && !whole_float) {
      diagnostics_.error(at, fmt::format("`{}` is not {}, as its tag {} says",
                                         printable(value.substr(0, 40)), known.noun, name));
      return NodeKind::string;
    }
    return known.kind;
  }
  const bool collection = name == "!!seq" || name == "!!map";
  diagnostics_.error(at,
                     collection ? fmt::format("a text cannot have the tag {}", printable(name))
                                : fmt::format("tag {} is not supported", printable(name)),
                     "remove the tag; mlpipe reads plain YAML 1.2");
  return NodeKind::string;
}

void YamlBuilder::check_collection_tag(Mark at, const std::string& tag, std::string_view right) {
  if (tag.empty() || tag == "?" || tag == "!" ||
      tag == std::string(core_tags) + std::string(right)) {
    return;
  }
  diagnostics_.error(at,
                     fmt::format("tag {} is not supported on a {}", printable(short_tag(tag)),
                                 right == "seq" ? "list" : "map"),
                     "remove the tag; mlpipe reads plain YAML 1.2");
}

bool YamlBuilder::tab_indents(Place place) const {
  const std::size_t offset = std::min(place.offset, text_.size());
  const std::size_t before = std::min<std::size_t>(place.column - 1, offset);
  const std::string_view line = text_.substr(offset - before);
  const std::size_t content = line.find_first_not_of(" \t");
  return line.substr(0, content).find('\t') != std::string_view::npos;
}

std::optional<Mark> YamlBuilder::open_flow() const {
  for (auto frame = open_.rbegin(); frame != open_.rend(); ++frame) {
    if (frame->flow) {
      return frame->node.mark;
    }
  }
  return std::nullopt;
}

std::optional<Mark> YamlBuilder::bare_reference(Place end) const {
  const auto frame =
      std::find_if(open_.begin(), open_.end(), [](const Frame& open) { return open.flow; });
  if (frame == open_.end()) {
    return std::nullopt;
  }
  Mark at = frame->node.mark;
  char quote = '\0';
  for (const char& c :
       text_.substr(frame->offset, end.offset - std::min(end.offset, frame->offset))) {
    if (quote == '\0' && c == '$' && &c + 1 < text_.data() + text_.size() && *(&c + 1) == '{') {
      return at;
    }
    if (quote != '\0' ? c == quote : c == '"' || c == '\'') {
      quote = quote == '\0' ? c : '\0';
    }
    at.line += c == '\n' ? 1U : 0U;
    at.column = c == '\n' ? 1U : at.column + 1U;
  }
  return std::nullopt;
}

}  // namespace mlpipe::spec
