#include <fmt/format.h>

#include "runner/base/text.hpp"
#include "runner/plan/metrics.hpp"
#include "runner/spec/yaml_reader.hpp"

namespace mlpipe::plan {
namespace {

const char* kind_text(const spec::Node& node) {
  switch (node.kind) {
    case spec::NodeKind::null:
      return "null";
    case spec::NodeKind::boolean:
      return "a boolean";
    case spec::NodeKind::list:
      return "a list";
    default:
      return "a string";
  }
}

// Recursion is bounded by the reader's own depth limit.
void flatten(const spec::Node& map, const std::string& prefix, MetricsBuilder& builder) {
  for (std::size_t i = 0; i < map.items.size() && !builder.full(); ++i) {
    const spec::Node& value = map.items[i];
    const std::string name = prefix + map.keys[i].text;
    if (value.kind == spec::NodeKind::map) {
      flatten(value, name + ".", builder);
    } else if (const auto number = number_of(value)) {
      builder.add(name, *number);
    } else {
      builder.add_no_number(name, kind_text(value));
    }
  }
}

}  // namespace

Result<Metrics> read_yaml_metrics(std::string_view path, std::string_view bytes) {
  spec::Diagnostics diagnostics;
  const spec::Node document = spec::read_yaml(0, bytes, diagnostics);
  for (const spec::Diagnostic& item : diagnostics.items()) {
    if (item.severity == spec::Severity::error) {
      return fail(Code::invalid, fmt::format("{}:{}:{}: {}", path, item.mark.line, item.mark.column,
                                             item.message));
    }
  }
  if (document.kind != spec::NodeKind::map) {
    return fail(
        Code::invalid,
        fmt::format("{}: a map of names to numbers is expected, such as accuracy: 0.9", path));
  }
  MetricsBuilder builder(path);
  flatten(document, "", builder);
  return builder.finish();
}

}  // namespace mlpipe::plan
