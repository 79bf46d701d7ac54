#include "stages/data_check/json_node.hpp"

#include <nlohmann/json.hpp>

namespace mlpipe::stages::data_check {
namespace {

using nlohmann::json;

spec::Node convert(const json& value) {
  spec::Node node;
  switch (value.type()) {
    case json::value_t::boolean:
      node.kind = spec::NodeKind::boolean;
      node.text = value.get<bool>() ? "true" : "false";
      break;
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      node.kind = spec::NodeKind::integer;
      node.text = value.dump();
      break;
    case json::value_t::number_float:
      node.kind = spec::NodeKind::real;
      node.text = value.dump();
      break;
    case json::value_t::string:
      node.kind = spec::NodeKind::string;
      node.text = value.get<std::string>();
      break;
    case json::value_t::array:
      node.kind = spec::NodeKind::list;
      for (const json& item : value) {
        node.items.push_back(convert(item));
      }
      break;
    case json::value_t::object:
      node.kind = spec::NodeKind::map;
      for (const auto& [key, item] : value.items()) {
        node.keys.push_back({key, {}});
        node.items.push_back(convert(item));
      }
      break;
    default:
      break;
  }
  return node;
}

}  // namespace

Result<spec::Node> node_from_json(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) {
    return fail(Code::corrupt, "the configuration of the data check is no JSON");
  }
  return convert(value);
}

}  // namespace mlpipe::stages::data_check
