#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "runner/base/text.hpp"
#include "runner/spec/params_file.hpp"

namespace mlpipe::spec {
namespace {

using nlohmann::json;

Mark mark_at(std::uint32_t file, std::string_view text, std::size_t offset) {
  Mark mark{file, 1, 1};
  for (const char c : text.substr(0, std::min(offset, text.size()))) {
    if (c == '\n') {
      ++mark.line;
      mark.column = 1;
    } else {
      ++mark.column;
    }
  }
  return mark;
}

// Builds nodes as the parser walks: numbers keep their text, duplicate keys are seen.
class Builder : public json::json_sax_t {
 public:
  Builder(std::uint32_t file, std::string_view text, Diagnostics& diagnostics)
      : file_(file), text_(text), diagnostics_(diagnostics) {}

  bool null() override { return put(NodeKind::null, ""); }
  bool boolean(bool value) override { return put(NodeKind::boolean, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return put(NodeKind::integer, std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return put(NodeKind::integer, std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& written) override {
    // An integer that does not fit 64 bits arrives here as well.
    const bool whole = written.find_first_of(".eE") == std::string::npos;
    return put(whole ? NodeKind::integer : NodeKind::real, written);
  }
  bool string(string_t& value) override { return put(NodeKind::string, value); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return open(NodeKind::map); }
  bool start_array(std::size_t /*size*/) override { return open(NodeKind::list); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (!seen_.back().insert(name).second) {
      diagnostics_.error({file_, 1, 1}, fmt::format("the key `{}` stands twice in one object", printable(name)),
                         "keep one of them");
    }
    open_.back().keys.push_back({name, {file_, 0, 0}});
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/, const json::exception& error) override {
    // The library's sentence, without its "[json.exception...] parse error at line ..., column ...: " in front.
    std::string_view what = error.what();
    if (const auto colon = what.find(": "); colon != std::string_view::npos) {
      what.remove_prefix(colon + 2);
    }
    diagnostics_.error(mark_at(file_, text_, position == 0 ? 0 : position - 1),
                       fmt::format("this is not JSON: {}", printable(what)));
    return false;
  }

  Node root;

 private:
  Node make(NodeKind kind, std::string text) const {
    Node node;
    node.kind = kind;
    node.quoted = kind == NodeKind::string;
    node.mark = {file_, 0, 0};
    node.text = std::move(text);
    return node;
  }
  bool put(NodeKind kind, std::string text) { return attach(make(kind, std::move(text))); }
  bool attach(Node node) {
    if (open_.empty()) {
      root = std::move(node);
    } else {
      open_.back().items.push_back(std::move(node));
    }
    return true;
  }
  bool open(NodeKind kind) {
    if (open_.size() >= params_depth) {
      diagnostics_.error({file_, 1, 1}, fmt::format("more than {} levels of lists and objects", params_depth));
      return false;
    }
    open_.push_back(make(kind, ""));
    seen_.emplace_back();
    return true;
  }
  bool close() {
    Node done = std::move(open_.back());
    open_.pop_back();
    seen_.pop_back();
    return attach(std::move(done));
  }

  std::uint32_t file_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<Node> open_;
  std::vector<std::unordered_set<std::string>> seen_;
};

}  // namespace

Node read_json(std::uint32_t file, std::string_view text, Diagnostics& diagnostics) {
  Builder builder(file, text, diagnostics);
  json::sax_parse(text, &builder);
  return std::move(builder.root);
}

}  // namespace mlpipe::spec
