#include "runner/cli/init/dvc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "runner/base/text.hpp"
#include "runner/cli/init/survey.hpp"
#include "runner/spec/diagnostic.hpp"
#include "runner/spec/params_file.hpp"
#include "runner/spec/yaml_reader.hpp"

namespace mlpipe::cli::draft {
namespace {

using spec::Node;
using spec::NodeKind;

// DVC writes ${item.axis} where a matrix of ours says ${matrix.axis}.
void rename_items(Node& node) {
  const auto rename = [](std::string& text) {
    for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
      const std::size_t name = text.find_first_not_of(' ', at + 2);
      if (name != std::string::npos && text.compare(name, 5, "item.") == 0) {
        text.replace(name, 5, "matrix.");
      }
    }
  };
  rename(node.text);
  for (Node::Key& key : node.keys) {
    rename(key.text);
  }
  for (Node& item : node.items) {
    rename_items(item);
  }
}

// As canonical_json, but in the order of the file: it decides how stages of a matrix are called.
std::string flow(const Node& node) {
  std::string text;
  if (node.kind == NodeKind::map) {
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      text += (i == 0 ? "" : ", ") + scalar(node.keys[i].text) + ": " + flow(node.items[i]);
    }
    return "{" + text + "}";
  }
  if (node.kind == NodeKind::list) {
    for (const Node& item : node.items) {
      text += (text.empty() ? "" : ", ") + flow(item);
    }
    return "[" + text + "]";
  }
  return node.kind == NodeKind::string ? scalar(node.text) : spec::canonical_json(node);
}

bool is_true(const Node& node) {
  return node.kind == NodeKind::boolean && node.text == "true";
}

class StageWriter {
 public:
  StageWriter(std::string root, std::string name, Node body)
      : root_(std::move(root)), name_(std::move(name)), body_(std::move(body)) {}

  std::string write() {
    const Node* each = body_.find("foreach");
    const Node* matrix = body_.find("matrix");
    if (each != nullptr) {
      key("foreach", flow(*each));
      const Node* inner = body_.find("do");
      body_ = inner == nullptr ? Node() : Node(*inner);
    } else if (matrix != nullptr) {
      key("matrix", flow(*matrix));
      rename_items(body_);
    }
    if (const Node* folder = body_.find("wdir"); folder != nullptr && folder->is_scalar()) {
      working_dir_ = normal_path(folder->text).value_or(folder->text);
    }
    if (const Node* params = body_.find("params")) {
      find_whole_files(*params);
    }
    for (std::size_t i = 0; i < body_.keys.size(); ++i) {
      translate(body_.keys[i].text, body_.items[i]);
    }
    if (body_.find("deps") == nullptr) {
      list("deps", whole_files_);
    }
    if (always_) {
      key("always_run", "true");
    }
    return fmt::format("  {}:\n{}\n", scalar(stage_name(name_)), text_);
  }

  // What became a comment.
  [[nodiscard]] std::size_t left_out() const { return left_out_; }

 private:
  void key(const std::string& name, const std::string& value) {
    text_ += "    " + name + ": " + value + "\n";
  }
  void cannot(const std::string& what) {
    ++left_out_;
    text_ += comment("not translated from dvc.yaml: " + what, 4);
  }

  void translate(const std::string& name, const Node& value) {
    if (name == "cmd") {
      command(value);
    } else if (name == "wdir") {
      if (working_dir_ != ".") {
        key("working_dir", scalar(working_dir_));
      }
    } else if (name == "deps") {
      paths("deps", value);
    } else if (name == "outs" || name == "metrics" || name == "plots") {
      paths(name, value);
    } else if (name == "params") {
      params(value);
    } else if (name == "desc") {
      key("desc", scalar(value.text));
    } else if (name == "always_changed") {
      always_ = always_ || is_true(value);
    } else if (name != "meta" && name != "foreach" && name != "matrix" && name != "do") {
      cannot(name + ": " + flow(value));
    }
  }

  // Each line of a DVC command is a shell of its own, as each item of a list of ours.
  void command(const Node& value) {
    std::vector<std::string> lines;
    for (const Node& one : value.kind == NodeKind::list ? value.items : std::vector<Node>{value}) {
      for (const std::string_view line : split(one.text, '\n')) {
        if (!trim(line).empty()) {
          lines.emplace_back(line);
        }
      }
    }
    if (lines.size() == 1) {
      return key("cmd", scalar(lines[0]));
    }
    text_ += "    cmd:\n";
    for (const std::string& line : lines) {
      text_ += "      - " + scalar(line) + "\n";
    }
  }

  // From the working folder to the root; empty for what lies outside.
  [[nodiscard]] std::string from_root(const std::string& path) const {
    if (path.find("://") != std::string::npos) {
      return {};
    }
    return normal_path(working_dir_ == "." ? path : working_dir_ + "/" + path).value_or("");
  }

  void path_with_options(const std::string& path, const Node& options,
                         std::vector<std::string>& items) {
    const std::string place = from_root(path);
    if (place.empty()) {
      return cannot(fmt::format("{} lies outside of the repository", path));
    }
    std::string flags;
    for (std::size_t i = 0; i < options.keys.size(); ++i) {
      const std::string& name = options.keys[i].text;
      if (name == "cache" || name == "persist") {
        flags += ", " + name + ": " + scalar_of(options.items[i]);
      } else if (name != "push" && name != "desc" && name != "type" && name != "labels" &&
                 name != "meta" && name != "x" && name != "y" && name != "x_label" &&
                 name != "y_label" && name != "title" && name != "template" && name != "header") {
        cannot(fmt::format("{} of {}", name, path));
      }
    }
    items.push_back(flags.empty() ? scalar(place) : "{path: " + scalar(place) + flags + "}");
  }

  static std::string scalar_of(const Node& node) {
    return node.kind == NodeKind::boolean ? node.text : scalar(node.text);
  }

  void paths(const std::string& name, const Node& value) {
    const std::size_t before = left_out_;
    std::vector<std::string> items;
    for (const Node& one : value.kind == NodeKind::list ? value.items : std::vector<Node>{value}) {
      if (one.is_scalar()) {
        path_with_options(one.text, Node(), items);
      }
      for (std::size_t i = 0; i < one.keys.size(); ++i) {
        path_with_options(one.keys[i].text, one.items[i], items);
      }
    }
    if (name == "deps") {
      items.insert(items.end(), whole_files_.begin(), whole_files_.end());
      always_ = always_ || left_out_ > before;  // what cannot be watched may have changed
    }
    list(name, items);
  }

  static bool has_keys(const std::string& place) {
    const std::string suffix = std::filesystem::path(place).extension().string();
    return suffix == ".yaml" || suffix == ".yml" || suffix == ".json" || suffix == ".toml";
  }

  // Parameter files that no keys can be read from here, such as Python's: they count as a whole.
  void find_whole_files(const Node& params) {
    for (const Node& one : params.items) {
      for (const Node::Key& file : one.keys) {
        const std::string place = from_root(file.text);
        if (!place.empty() && !has_keys(place)) {
          whole_files_.push_back(scalar(place));
        }
      }
    }
  }

  void list(const std::string& name, const std::vector<std::string>& items) {
    if (items.empty()) {
      return;
    }
    std::string line;
    for (const std::string& item : items) {
      line += (line.empty() ? "" : ", ") + item;
    }
    constexpr std::size_t widest = 90;
    if (line.size() <= widest) {
      return key(name, "[" + line + "]");
    }
    text_ += "    " + name + ":\n";
    for (const std::string& item : items) {
      text_ += "      - " + item + "\n";
    }
  }

  void params(const Node& value) {
    std::vector<std::string> items;
    for (const Node& one : value.kind == NodeKind::list ? value.items : std::vector<Node>{value}) {
      if (one.is_scalar()) {
        items.push_back(
            working_dir_ == "."
                ? scalar(one.text)
                : fmt::format("{{{}: [{}]}}", scalar(from_root("params.yaml")), scalar(one.text)));
      }
      for (std::size_t i = 0; i < one.keys.size(); ++i) {
        params_of(one.keys[i].text, one.items[i], items);
      }
    }
    list("params", items);
  }

  void params_of(const std::string& file, const Node& keys, std::vector<std::string>& items) {
    const std::string place = from_root(file);
    std::vector<std::string> names;
    for (const Node& name : keys.items) {
      names.push_back(name.text);
    }
    if (names.empty()) {  // the whole file
      spec::Diagnostics ignored;
      for (const Node::Key& name :
           spec::read_params(place, 0, small_file(root_ + "/" + place), ignored).keys) {
        names.push_back(name.text);
      }
    }
    if (!place.empty() && !has_keys(place)) {
      return;  // under `deps`
    }
    if (place.empty() || names.empty()) {
      return cannot(
          fmt::format("params of {}: it lies outside of the repository, or holds nothing", file));
    }
    items.push_back("{" + scalar(place) + ": " + flow_list(names) + "}");
  }

  std::string root_;
  std::string name_;
  Node body_;
  std::string working_dir_ = ".";
  std::vector<std::string> whole_files_;
  bool always_ = false;
  std::size_t left_out_ = 0;
  std::string text_;
};

// Inline values become `vars`; files of values are named.
void translate_vars(const Node& vars, Part& part) {
  Node values;
  values.kind = NodeKind::map;
  for (const Node& one : vars.items) {
    if (one.is_scalar() && one.text != "params.yaml") {
      part.head += comment("not translated from dvc.yaml: vars of " + one.text +
                               "; name it as `params`, or copy it here",
                           0);
      part.notes.push_back(
          fmt::format("dvc.yaml takes values from {}: copy them under `vars`", one.text));
    }
    for (std::size_t i = 0; i < one.keys.size(); ++i) {
      values.keys.push_back(one.keys[i]);
      values.items.push_back(one.items[i]);
    }
  }
  if (!values.keys.empty()) {
    part.head += "vars: " + flow(values) + "\n";
  }
}

}  // namespace

Result<Part> translate_dvc(const std::string& root) {
  spec::Sources sources;
  const std::uint32_t file = sources.add("dvc.yaml", small_file(root + "/dvc.yaml"));
  spec::Diagnostics diagnostics;
  const Node document = spec::read_yaml(file, sources.at(file).text, diagnostics);
  if (diagnostics.has_errors()) {
    return fail(Code::invalid, "dvc.yaml cannot be read:\n" +
                                   spec::render(diagnostics, sources, spec::Colour::off));
  }
  Part part;
  std::set<std::string> names;
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < document.keys.size(); ++i) {
    const std::string& key = document.keys[i].text;
    const Node& value = document.items[i];
    if (key == "stages") {
      for (std::size_t s = 0; s < value.keys.size(); ++s) {
        StageWriter writer(root, value.keys[s].text, value.items[s]);
        part.stages += writer.write();
        left_out += writer.left_out();
        names.insert(value.keys[s].text);
      }
    } else if (key == "vars") {
      translate_vars(value, part);
    } else if (key != "params" && key != "metrics" &&
               key != "plots") {  // these only say what DVC shows
      part.head += comment("not translated from dvc.yaml: " + key, 0);
    }
  }
  if (left_out > 0) {
    part.notes.push_back(fmt::format(
        "{} of its keys or paths could not be translated; each is a comment in its stage",
        left_out));
  }
  part.found.push_back(
      fmt::format("dvc.yaml with {} stage{}", names.size(), names.size() == 1 ? "" : "s"));
  part.notes.emplace_back(
      "the pipeline keeps results of its own beside dvc.lock; data that DVC tracks must be here "
      "(`dvc pull`)");
  return part;
}

}  // namespace mlpipe::cli::draft
