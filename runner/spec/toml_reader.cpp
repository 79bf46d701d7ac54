#define TOML_EXCEPTIONS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "runner/base/text.hpp"
#include "runner/spec/params_file.hpp"

namespace mlpipe::spec {
namespace {

template <class Value>
std::string printed(const Value& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

std::string real_text(double value) {
  if (std::isnan(value)) {
    return ".nan";
  }
  if (std::isinf(value)) {
    return value < 0 ? "-.inf" : ".inf";
  }
  return fmt::format("{}", value);
}

class Converter {
 public:
  explicit Converter(std::uint32_t file) : file_(file) {}

  [[nodiscard]] Node convert(const toml::node& from) const {
    Node node;
    node.mark = mark_of(from.source());
    if (const toml::table* table = from.as_table()) {
      node.kind = NodeKind::map;
      for (const auto& [key, value] : *table) {
        node.keys.push_back({std::string(key.str()), mark_of(key.source())});
        node.items.push_back(convert(value));
      }
    } else if (const toml::array* array = from.as_array()) {
      node.kind = NodeKind::list;
      for (const toml::node& value : *array) {
        node.items.push_back(convert(value));
      }
    } else {
      scalar(from, node);
    }
    return node;
  }

 private:
  [[nodiscard]] Mark mark_of(const toml::source_region& region) const {
    return {file_, static_cast<std::uint32_t>(region.begin.line), static_cast<std::uint32_t>(region.begin.column)};
  }

  static void scalar(const toml::node& from, Node& node) {
    if (const auto* text = from.as_string()) {
      node.kind = NodeKind::string;
      node.quoted = true;
      node.text = text->get();
    } else if (const auto* integer = from.as_integer()) {
      node.kind = NodeKind::integer;
      node.text = std::to_string(integer->get());
    } else if (const auto* real = from.as_floating_point()) {
      node.kind = NodeKind::real;
      node.text = real_text(real->get());
    } else if (const auto* flag = from.as_boolean()) {
      node.kind = NodeKind::boolean;
      node.text = flag->get() ? "true" : "false";
    } else {  // dates and times: text, as in YAML
      node.kind = NodeKind::string;
      node.quoted = true;
      if (const auto* date = from.as_date()) {
        node.text = printed(date->get());
      } else if (const auto* time = from.as_time()) {
        node.text = printed(time->get());
      } else if (const auto* moment = from.as_date_time()) {
        node.text = printed(moment->get());
      }
    }
  }

  std::uint32_t file_;
};

std::size_t depth_of(const toml::node& node) {
  std::size_t deepest = 0;
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) {
      deepest = std::max(deepest, depth_of(value));
    }
  } else if (const toml::array* array = node.as_array()) {
    for (const toml::node& value : *array) {
      deepest = std::max(deepest, depth_of(value));
    }
  } else {
    return 0;
  }
  return deepest + 1;
}

// The library nests one table per part of a dotted key, without a limit: its destructor would end on the stack.
bool has_endless_key(std::string_view text) {
  constexpr std::ptrdiff_t most_parts = 500;
  for (const std::string_view line : split(text, '\n')) {
    const std::string_view key = line.substr(0, line.find('='));
    if (std::count(key.begin(), key.end(), '.') > most_parts) {
      return true;
    }
  }
  return false;
}

}  // namespace

Node read_toml(std::uint32_t file, std::string_view text, Diagnostics& diagnostics) {
  if (has_endless_key(text)) {
    diagnostics.error({file, 1, 1}, "a key with more than 500 dots");
    return {};
  }
  const toml::parse_result result = toml::parse(text);
  if (!result) {
    const toml::source_position at = result.error().source().begin;
    diagnostics.error({file, static_cast<std::uint32_t>(at.line), static_cast<std::uint32_t>(at.column)},
                      fmt::format("this is not TOML: {}", printable(result.error().description())));
    return {};
  }
  if (depth_of(result.table()) > params_depth) {
    diagnostics.error({file, 1, 1}, fmt::format("more than {} levels of lists and tables", params_depth));
    return {};
  }
  return Converter(file).convert(result.table());
}

}  // namespace mlpipe::spec
