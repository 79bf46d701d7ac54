// The yes or no of a schema.
#include <algorithm>
#include <cmath>

#include "runner/spec/scalar.hpp"
#include "runner/spec/schema_check.hpp"
#include "runner/spec/schema_rules.hpp"

namespace mlpipe::spec {

bool within(const Schema& schema, const Node& node) {
  if (node.kind != NodeKind::integer && node.kind != NodeKind::real) {
    return true;
  }
  const double value = number(node.text).value_or(0);
  return std::isfinite(value) && !(schema.minimum && value < *schema.minimum) &&
         !(schema.maximum && value > *schema.maximum) && !(schema.above && value <= *schema.above);
}

bool among(const Schema& schema, const Node& node) {
  return schema.allowed.empty() ||
         std::any_of(schema.allowed.begin(), schema.allowed.end(),
                     [&node](const Schema::Constant& constant) {
                       const bool whole = constant.kind == NodeKind::integer;
                       return constant.kind == node.kind &&
                              constant.text ==
                                  (whole ? decimal(node.text).value_or("") : node.text);
                     });
}

bool long_enough(const Schema& schema, const Node& node) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return node.kind != NodeKind::string || schema.min_length == 0 ||
         static_cast<std::size_t>(std::count_if(node.text.begin(), node.text.end(), starts)) >=
             schema.min_length;
}

bool fits_pattern(const Schema& schema, const Node& node) {
  return node.kind != NodeKind::string || !schema.pattern || schema.pattern->found_in(node.text);
}

Node key_node(const Node::Key& key) {
  Node node;
  node.kind = NodeKind::string;
  node.quoted = true;
  node.mark = key.mark;
  node.text = key.text;
  return node;
}

namespace {

bool map_matches(const Schema& schema, const Node& node) {
  if (node.keys.size() < schema.min_keys || node.keys.size() > schema.max_keys.value_or(SIZE_MAX)) {
    return false;
  }
  const auto has = [&node](const std::string& key) { return node.find(key) != nullptr; };
  if (!std::all_of(schema.required.begin(), schema.required.end(), has)) {
    return false;
  }
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    if (schema.key_schema != nullptr && !matches(*schema.key_schema, key_node(node.keys[i]))) {
      return false;
    }
    const Schema* property = schema.property(node.keys[i].text);
    if (property == nullptr && schema.additional == Schema::Additional::none) {
      return false;
    }
    property = property == nullptr ? schema.additional_schema : property;
    if (property != nullptr && !matches(*property, node.items[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool matches(const Schema& schema, const Node& node) {
  const auto fits = [&node](const Schema* part) { return matches(*part, node); };
  if (!schema.takes(node.kind) || !among(schema, node) || !within(schema, node) ||
      !long_enough(schema, node) || !fits_pattern(schema, node)) {
    return false;
  }
  if (node.kind == NodeKind::list) {
    if (node.items.size() < schema.min_items) {
      return false;
    }
    const auto item_fits = [&schema](const Node& item) { return matches(*schema.items, item); };
    if (schema.items != nullptr && !std::all_of(node.items.begin(), node.items.end(), item_fits)) {
      return false;
    }
  }
  if (node.kind == NodeKind::map && !map_matches(schema, node)) {
    return false;
  }
  if (schema.if_schema != nullptr) {
    const Schema* branch = fits(schema.if_schema) ? schema.then_schema : schema.else_schema;
    if (branch != nullptr && !fits(branch)) {
      return false;
    }
  }
  return std::all_of(schema.all_of.begin(), schema.all_of.end(), fits) &&
         (schema.any_of.empty() || std::any_of(schema.any_of.begin(), schema.any_of.end(), fits));
}

}  // namespace mlpipe::spec
