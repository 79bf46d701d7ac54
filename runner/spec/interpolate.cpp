#include "runner/spec/interpolate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "runner/base/text.hpp"

namespace mlpipe::spec {
namespace {

constexpr std::string_view shell_hint =
    "a shell variable is written `$NAME`; `$${` gives a literal `${`";

struct Piece {
  enum class Kind : std::uint8_t { literal, name, unclosed } kind = Kind::literal;
  std::string text;        // what a literal stands for, or what stands between the braces
  std::size_t offset = 0;  // where it starts in the text
  std::size_t length = 0;  // how much of the text it takes
};

std::size_t literal_escape(std::string_view rest) {
  if (rest.substr(0, 3) == "$${" || rest.substr(0, 3) == "\\${") {
    return 3;
  }
  return 0;
}

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  std::string literal;
  std::size_t start = 0;
  const auto flush = [&](std::size_t end) {
    if (!literal.empty()) {
      pieces.push_back({Piece::Kind::literal, std::move(literal), start, end - start});
      literal.clear();
    }
  };
  std::size_t i = 0;
  while (i < text.size()) {
    if (const std::size_t escape = literal_escape(text.substr(i)); escape > 0) {
      literal += "${";
      i += escape;
    } else if (text.substr(i, 2) == "${") {
      flush(i);
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos) {
        pieces.push_back({Piece::Kind::unclosed, std::string(text.substr(i)), i, text.size() - i});
        return pieces;
      }
      const auto name = trim(text.substr(i + 2, end - i - 2));
      pieces.push_back({Piece::Kind::name, std::string(name), i, end + 1 - i});
      i = end + 1;
      start = i;
    } else {
      literal += text[i++];
    }
  }
  flush(text.size());
  return pieces;
}

bool is_name(std::string_view text) {
  const auto part_ok = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte >= 0x80 || std::isalnum(byte) != 0 || c == '_' || c == '-';
    });
  };
  const auto parts = split(text, '.');
  return std::all_of(parts.begin(), parts.end(), part_ok);
}

// The place of an offset in a scalar; only a plain one-line scalar stands in the file as it stands in memory.
Mark place(const Node& node, std::size_t offset) {
  Mark mark = node.mark;
  if (!node.quoted && node.text.find('\n') == std::string::npos) {
    mark.column += static_cast<std::uint32_t>(offset);
  }
  return mark;
}

void put_at(Node& node, Mark mark) {
  node.mark = mark;
  for (Node::Key& key : node.keys) {
    key.mark = mark;
  }
  for (Node& item : node.items) {
    put_at(item, mark);
  }
}

class Interpolator {
 public:
  Interpolator(const Scope& scope, Report& report) : scope_(scope), report_(report) {}

  void walk(Node& node) {
    if (node.kind == NodeKind::string) {
      if (node.text.find("${") != std::string::npos) {
        replace(node);
      }
      return;
    }
    for (const Node::Key& key : node.keys) {
      if (interpolates(key.text)) {
        report_.error(key.mark, fmt::format("the key `{}` holds `${{`, which works in values only", key.text),
                      "write the key out");
      }
    }
    for (Node& item : node.items) {
      walk(item);
    }
  }

  // Only at the end: two unknown names of one text are both worth saying.
  void taint() {
    for (const Mark& mark : bad_) {
      report_.taint(mark);
    }
  }

 private:
  void replace(Node& node) {
    const std::vector<Piece> pieces = pieces_of(node.text);
    if (pieces.size() == 1 && pieces[0].kind == Piece::Kind::name) {
      if (const Node* value = look_up(node, pieces[0])) {
        const Mark mark = node.mark;
        node = *value;
        put_at(node, mark);
      }
      return;
    }
    std::string text;
    bool good = true;
    for (const Piece& piece : pieces) {
      const auto part = text_of(node, piece);
      good = good && part.has_value();
      text += part.value_or("");
    }
    if (good) {
      node.text = std::move(text);
    }
  }

  std::optional<std::string> text_of(const Node& node, const Piece& piece) {
    if (piece.kind == Piece::Kind::literal) {
      return piece.text;
    }
    if (piece.kind == Piece::Kind::unclosed) {
      complain(node, piece, "this `${` is not closed by a `}`", std::string(shell_hint));
      return std::nullopt;
    }
    const Node* value = look_up(node, piece);
    if (value == nullptr) {
      return std::nullopt;
    }
    if (!value->is_scalar()) {
      complain(node, piece,
               fmt::format("`{}` is a {} and cannot stand inside a longer text", piece.text,
                           value->kind == NodeKind::list ? "list" : "map"),
               value->kind == NodeKind::list ? fmt::format("name one item: `${{{}.0}}`", piece.text)
                                             : "name one of its keys");
      return std::nullopt;
    }
    if (value->kind == NodeKind::null) {
      complain(node, piece, fmt::format("`{}` is null and has no text", piece.text),
               "give it a value, or an empty text \"\"");
      return std::nullopt;
    }
    return value->text;
  }

  const Node* look_up(const Node& node, const Piece& piece) {
    const Node* value = scope_.find(piece.text);
    if (value == nullptr && !scope_.complete()) {
      bad_.push_back(node.mark);
    } else if (value == nullptr && is_name(piece.text)) {
      complain(node, piece, fmt::format("`${{{}}}` is not known", piece.text), hint_for(piece.text));
    } else if (value == nullptr) {
      complain(node, piece, fmt::format("`${{{}}}` is not a name", printable(piece.text)), std::string(shell_hint));
    }
    return value;
  }

  std::string hint_for(const std::string& name) {
    const bool shouts = std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (shouts) {
      return std::string(shell_hint);
    }
    return report_.suggest("name", name, [this] { return scope_.paths(); },
                           "names come from the params file, `vars`, `foreach`, `matrix` and `seeds`");
  }

  void complain(const Node& node, const Piece& piece, std::string message, std::string hint) {
    report_.error(place(node, piece.offset), std::move(message), std::move(hint));
    bad_.push_back(node.mark);
  }

  const Scope& scope_;
  Report& report_;
  std::vector<Mark> bad_;
};

}  // namespace

void Names::add(const std::string& name, Node value) {
  values_.push_back(std::move(value));
  index(name, values_.back());
}

void Names::index(const std::string& path, const Node& value) {
  if (!path.empty() && by_path_.emplace(path, &value).second) {
    paths_.push_back(path);
  }
  const std::string prefix = path.empty() ? path : path + '.';
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    index(prefix + (value.kind == NodeKind::map ? value.keys[i].text : std::to_string(i)), value.items[i]);
  }
}

const Node* Names::find(const std::string& path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

Scope::Scope(std::initializer_list<const Names*> nearest_first) : layers_(nearest_first) {}

Scope Scope::within(const Names& nearer) const {
  Scope inner({&nearer});
  inner.complete_ = complete_;
  inner.layers_.insert(inner.layers_.end(), layers_.begin(), layers_.end());
  return inner;
}

const Node* Scope::find(const std::string& path) const {
  for (const Names* layer : layers_) {
    if (const Node* value = layer->find(path)) {
      return value;
    }
  }
  return nullptr;
}

std::vector<std::string> Scope::paths() const {
  std::vector<std::string> all;
  for (const Names* layer : layers_) {
    all.insert(all.end(), layer->paths().begin(), layer->paths().end());
  }
  return all;
}

Node interpolate(const Node& node, const Scope& scope, Report& report) {
  Node result = node;
  Interpolator interpolator(scope, report);
  interpolator.walk(result);
  interpolator.taint();
  return result;
}

bool interpolates(std::string_view text) {
  for (std::size_t i = text.find("${"); i != std::string_view::npos; i = text.find("${", i + 2)) {
    if (i == 0 || (text[i - 1] != '$' && text[i - 1] != '\\')) {
      return true;
    }
  }
  return false;
}

}  // namespace mlpipe::spec
