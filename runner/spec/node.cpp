#include "runner/spec/node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runner/spec/scalar.hpp"

namespace mlpipe::spec {
namespace {

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_real(std::string& out, std::string_view text) {
  const double value = number(text).value_or(0);
  if (!std::isfinite(value)) {
    out += R"({"$real":")";
    out += std::isnan(value) ? ".nan" : value < 0 ? "-.inf" : ".inf";
    out += R"("})";
    return;
  }
  const std::string shortest = fmt::format("{}", value);
  out += shortest;
  if (shortest.find_first_of(".e") == std::string::npos) {
    out += ".0";
  }
}

void append_scalar(std::string& out, const Node& node) {
  if (node.kind == NodeKind::null) {
    out += "null";
  } else if (node.kind == NodeKind::boolean) {
    out += node.text;
  } else if (node.kind == NodeKind::real) {
    append_real(out, node.text);
  } else if (const auto whole = decimal(node.text); node.kind == NodeKind::integer && whole) {
    out += *whole;
  } else {
    append_string(out, node.text);
  }
}

void append(std::string& out, const Node& node);

void append_map(std::string& out, const Node& node) {
  std::vector<std::size_t> order(node.keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&node](std::size_t a, std::size_t b) {
    return node.keys[a].text < node.keys[b].text;
  });
  out += '{';
  for (std::size_t i = 0; i < order.size(); ++i) {
    out += i == 0 ? "" : ",";
    append_string(out, node.keys[order[i]].text);
    out += ':';
    append(out, node.items[order[i]]);
  }
  out += '}';
}

void append(std::string& out, const Node& node) {
  if (node.kind == NodeKind::map) {
    append_map(out, node);
  } else if (node.kind == NodeKind::list) {
    out += '[';
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      out += i == 0 ? "" : ",";
      append(out, node.items[i]);
    }
    out += ']';
  } else {
    append_scalar(out, node);
  }
}

bool same_scalar(const Node& a, const Node& b) {
  switch (a.kind) {
    case NodeKind::null:
      return true;
    case NodeKind::integer: {
      const auto x = decimal(a.text);
      return x ? x == decimal(b.text) : a.text == b.text;
    }
    case NodeKind::real: {
      const auto x = number(a.text);
      const auto y = number(b.text);
      return x == y || (x && y && std::isnan(*x) && std::isnan(*y));
    }
    default:
      return a.text == b.text;
  }
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].text == key) {
      return &items[i];
    }
  }
  return nullptr;
}

bool Node::same(const Node& other) const {
  if (kind != other.kind) {
    return false;
  }
  if (is_scalar()) {
    return same_scalar(*this, other);
  }
  const auto same_key = [](const Key& a, const Key& b) { return a.text == b.text; };
  const auto same_item = [](const Node& a, const Node& b) { return a.same(b); };
  return std::equal(keys.begin(), keys.end(), other.keys.begin(), other.keys.end(), same_key) &&
         std::equal(items.begin(), items.end(), other.items.begin(), other.items.end(), same_item);
}

std::string canonical_json(const Node& node) {
  std::string out;
  append(out, node);
  return out;
}

}  // namespace mlpipe::spec
