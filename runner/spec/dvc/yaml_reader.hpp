// The grammar of YAML as a recursive descent: block and flow collections, properties, aliases.
// Internal to read_yaml.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "runner/spec/dvc/yaml_cursor.hpp"

namespace mlpipe::spec::dvc {

class YamlReader {
 public:
  explicit YamlReader(std::string_view text) : cursor_(text) {}
  [[nodiscard]] Value document();

 private:
  struct Properties {
    std::optional<std::string> anchor;
    std::optional<std::string> tag;
  };
  enum class Where : std::uint8_t {
    line_start,   // the first token of its line: block collections may begin
    behind_dash,  // behind `- ` or `? `: likewise
    behind_key    // behind `key:` in the same line
  };
  using Seen = std::unordered_set<std::string>;
  // A map being read: merged maps come first once it is complete.
  struct OpenMap {
    Value value = Value::map();
    Seen seen;
    std::vector<Value> merged;
  };

  void directives();
  // The cursor stands on a token indented deeper than `parent`.
  Value node(int parent, Where where);
  Value content(int parent, Where where, const Properties& properties);
  Value scalar(int parent, const Properties& properties);
  Value block_list(std::size_t column);
  Value block_map(std::size_t column, std::optional<Value> first_key);
  bool block_key(std::size_t column, Value& key);
  // The value behind `key:`, `- ` or `? `; null where nothing is indented deeper than `column`.
  Value map_value(std::size_t column);
  Value item_value(std::size_t column);
  Value flow();
  Value flow_list();
  Value flow_map();
  Value flow_node();
  Value flow_value();  // behind a key's colon
  [[nodiscard]] bool colon_follows(const Value& key);
  Value alias();
  Properties properties();
  std::optional<Value> implicit_key();
  [[nodiscard]] bool starts_plain(Inside inside) const;
  Value finish(Value value, const Properties& properties);
  Value plain(std::string text, const Properties& properties);
  Value quoted(std::string text, const Properties& properties);
  void add_pair(OpenMap& map, Value key, Value value);
  Value close(OpenMap map);
  void end_of_value();
  Value placed(Value value, const YamlCursor& at);
  void count(const Value& copied);

  YamlCursor cursor_;
  std::unordered_map<std::string, Value> anchors_;
  std::size_t depth_ = 0;
  std::size_t copied_ = 0;
};

}  // namespace mlpipe::spec::dvc
