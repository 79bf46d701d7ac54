#include "runner/spec/dvc/resolver.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"
#include "runner/spec/dvc/params.hpp"
#include "runner/spec/dvc/schema.hpp"
#include "runner/spec/dvc/yaml.hpp"
#include "runner/spec/source_files.hpp"

namespace mlpipe::spec::dvc {
namespace {

constexpr std::size_t most_instances = 1'000'000;

bool is_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// Whether the line holds a template inside brackets, where its braces mean something to YAML.
bool bare_template(std::string_view text, std::uint32_t line) {
  const auto lines = split(text, '\n');
  const std::string_view found = line > 0 && line <= lines.size() ? lines[line - 1] : "";
  return found.find("${") != std::string_view::npos && found.find_first_of("[{") < found.find("${");
}

std::string absolute(const std::string& root, const Place& place) {
  return place.kind == Place::Kind::inside ? root + '/' + place.path : place.path;
}

}  // namespace

Resolver::Resolver(const std::string& root, const std::string& path, const Config& config,
                   Loaded& loaded)
    : root_(root), path_(path), folder_(folder_of(path)), loaded_(loaded) {
  style_.boolean = config.get("parsing.bool") == "boolean_optional"
                       ? FlagStyle::Bool::boolean_optional
                       : FlagStyle::Bool::store_true;
  style_.list =
      config.get("parsing.list") == "append" ? FlagStyle::List::append : FlagStyle::List::nargs;
  out_.top.file = path;
}

void Resolver::report(const Value& value, const std::string& where, const Error& error) {
  loaded_.diagnostics.error(mark(value), fmt::format("`{}`: {}", where, error.message));
}

bool Resolver::read_document() {
  auto text = read_source(root_, path_);
  if (!text) {
    file_ = loaded_.sources.add(path_, "");
    loaded_.diagnostics.error({file_, 0, 0},
                              fmt::format("{} cannot be read: {}", path_, text.error().message));
    return false;
  }
  file_ = loaded_.sources.add(path_, *text);
  loaded_.files_read.push_back(path_);
  auto document = read_yaml(*text);
  if (!document) {
    loaded_.diagnostics.error({file_, document.error().line, document.error().column},
                              "this is not YAML: " + document.error().message,
                              bare_template(*text, document.error().line)
                                  ? "put quotes around a text that holds `${...}` inside brackets"
                                  : "");
    return false;
  }
  document_ = std::move(*document);
  return check_dvc_yaml(document_, file_, path_, loaded_.diagnostics) && document_.is_map();
}

Resolved Resolver::run() {
  if (!read_document()) {
    return std::move(out_);
  }
  const std::size_t before = loaded_.diagnostics.items().size();
  load_globals();
  if (loaded_.diagnostics.items().size() > before) {
    return std::move(out_);  // what follows from it is not worth a message
  }
  top_level();
  if (const Value* all = document_.find("stages")) {
    stages(*all);
  }
  return std::move(out_);
}

void Resolver::load_globals() {
  const std::string params = join_path(folder_, "params.yaml");
  struct stat info {};
  if (::stat((root_ + '/' + params).c_str(), &info) == 0) {
    if (const Status loaded = load_file("params.yaml", folder_, globals_); !loaded) {
      const std::uint32_t at = loaded_.sources.add(params, "");
      loaded_.diagnostics.error({at, 0, 0}, loaded.error().message);
    }
  } else {
    loaded_.files_absent.push_back(params);
  }
  if (const Value* vars = document_.find("vars")) {
    load_vars(*vars, "vars", folder_, {}, globals_);
  }
}

// Merges a list of files and maps into `context`.
bool Resolver::load_vars(const Value& vars, const std::string& where, const std::string& folder,
                         const Shadows& shadows, Context& context) {
  for (std::size_t i = 0; i < vars.items.size(); ++i) {
    const Value& item = vars.items[i];
    const std::string place = fmt::format("{}[{}]", where, i);
    if (has_expression(item)) {
      report(item, place,
             {Code::invalid, "templates are not filled in inside `vars`; write the value itself"});
      return false;
    }
    Status done;
    if (item.is_text()) {
      done = load_file(item.text, folder, context);
    } else {
      for (const auto& [name, value] : shadows) {
        if (done && item.find(name) != nullptr) {
          done = fail(
              Code::invalid,
              fmt::format("`{}` is reserved inside foreach and matrix; use another name", name));
        }
      }
      done = done ? context.merge(item, place) : done;
    }
    if (!done) {
      report(item, place, done.error());
      return false;
    }
  }
  return true;
}

namespace {

Result<Value> chosen_keys(const Value& values, const std::set<std::string>& keys,
                          const std::string& file) {
  Value chosen = Value::map();
  for (const std::string& key : keys) {
    const Value* value = values.find(key);
    if (value == nullptr) {
      return fail(Code::not_found,
                  fmt::format("could not find `{}` in {}", printable(key), printable(file)));
    }
    chosen.set(key, *value);
  }
  return chosen;
}

}  // namespace

// "path" or "path:key,key".
Status Resolver::load_file(const std::string& item, const std::string& folder, Context& context) {
  const std::size_t colon = item.find(':');
  const std::string written = item.substr(0, colon);
  std::set<std::string> keys;
  if (colon != std::string::npos) {
    for (const std::string_view key : split(std::string_view(item).substr(colon + 1), ',')) {
      if (!key.empty()) {
        keys.emplace(key);
      }
    }
  }
  const std::string path = absolute(root_, place_of(root_, folder, written));
  const std::string shown = path.starts_with(root_ + '/') ? path.substr(root_.size() + 1) : path;
  auto known = context.loaded.find(path);
  if (known != context.loaded.end()) {
    if (keys.empty() && !known->second) {
      return {};
    }
    const bool partly = known->second.has_value();
    const bool again = keys.empty() || !partly ||
                       std::any_of(keys.begin(), keys.end(),
                                   [&](const auto& key) { return known->second->count(key) > 0; });
    if (again) {
      return fail(Code::invalid, fmt::format("cannot load {} once more: it is {}loaded already",
                                             printable(item), partly ? "partly " : ""));
    }
  }
  if (is_folder(path)) {
    return fail(Code::invalid,
                fmt::format("{} is a folder, a file of parameters is expected", printable(shown)));
  }
  auto text = read_source(root_, path);
  if (!text) {
    loaded_.files_absent.push_back(shown);
    return fail(Code::not_found,
                fmt::format("{} does not exist or cannot be read", printable(shown)));
  }
  loaded_.files_read.push_back(shown);
  auto values = read_params(path, *text);
  if (!values) {
    return fail(Code::invalid,
                fmt::format("{}:{}{}", printable(shown),
                            values.error().message.find(": ") == std::string::npos ? " " : "",
                            values.error().message));
  }
  if (!keys.empty()) {
    TRY(*values, chosen_keys(*values, keys, shown));
  }
  if (known == context.loaded.end()) {
    context.loaded[path] = keys.empty() ? std::nullopt : std::optional(keys);
  } else {
    known->second->insert(keys.begin(), keys.end());
  }
  return context.merge(*values, printable(shown));
}

void Resolver::top_level() {
  for (const std::string_view section : {"params", "metrics", "plots", "artifacts", "datasets"}) {
    const Value* value = document_.find(section);
    if (value == nullptr) {
      continue;
    }
    auto resolved = resolve_value(globals_, *value, Use::text, style_);
    if (!resolved) {
      report(*value, std::string(section), resolved.error());
      continue;
    }
    out_.top.sections.set(section, std::move(*resolved));
  }
}

void Resolver::stages(const Value& all) {
  for (std::size_t i = 0; i < all.keys.size(); ++i) {
    const Value& definition = all.items[i];
    if (definition.find("foreach") != nullptr) {
      foreach_stages(all.keys[i], definition);
    } else if (definition.find("matrix") != nullptr) {
      matrix_stages(all.keys[i], definition);
    } else {
      instance(all.keys[i], all.keys[i].text, definition, {});
    }
  }
}

void Resolver::warn_of_shadows(const Value& name, bool with_key) {
  std::string hidden;
  for (const char* reserved : {"item", "key"}) {
    if (globals_.knows(reserved) && (with_key || std::string_view(reserved) == "item")) {
      hidden += (hidden.empty() ? "`" : "` and `") + std::string(reserved);
    }
  }
  if (!hidden.empty()) {
    loaded_.diagnostics.warning(
        mark(name), fmt::format("{}` of the parameters is hidden inside `{}`", hidden, name.text),
        "rename the parameter");
  }
}

void Resolver::foreach_stages(const Value& name, const Value& definition) {
  const std::string where = "stages." + name.text + ".foreach";
  const Value& written = *definition.find("foreach");
  auto data = resolve_value(globals_, written, Use::data, style_);
  if (!data) {
    return report(written, where, data.error());
  }
  if (!data->is_list() && !data->is_map()) {
    return report(
        written, where,
        {Code::invalid, fmt::format("a list or a map is expected, it is {}", noun(data->kind))});
  }
  const bool named = data->is_map();
  warn_of_shadows(name, named);
  const bool composite = std::any_of(data->items.begin(), data->items.end(),
                                     [](const Value& item) { return item.is_composite(); });
  std::set<std::string> seen;
  for (std::size_t i = 0; i < data->items.size(); ++i) {
    const Value& item = data->items[i];
    const std::string key = named       ? template_text(data->keys[i])
                            : composite ? std::to_string(i)
                                        : template_text(item);
    if (key.empty() || key.find('@') != std::string::npos) {
      report(
          written, "stages." + name.text,
          {Code::invalid,
           fmt::format("`{}@{}` is no name for a stage: an item may be neither empty nor hold `@`",
                       name.text, printable(key))});
      continue;
    }
    if (!seen.insert(key).second) {
      continue;  // the same item twice is one stage
    }
    Shadows shadows{{"item", item}};
    if (named) {
      shadows.emplace_back("key", Value::of_text(key));
    }
    instance(name, name.text + '@' + key, *definition.find("do"), shadows);
  }
}

namespace {

// What an axis gives: the items of a list, the keys of a map, the characters of a text.
std::optional<std::vector<Value>> axis_values(const Value& axis) {
  if (axis.is_list()) {
    return axis.items;
  }
  if (axis.is_map()) {
    return axis.keys;
  }
  if (!axis.is_text()) {
    return std::nullopt;
  }
  std::vector<Value> characters;
  for (std::size_t at = 0; at < axis.text.size();) {
    const auto first = static_cast<unsigned char>(axis.text[at]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    characters.push_back(Value::of_text(axis.text.substr(at, length)));
    at += length;
  }
  return characters;
}

}  // namespace

void Resolver::matrix_stages(const Value& name, const Value& definition) {
  const std::string where = "stages." + name.text + ".matrix";
  const Value& written = *definition.find("matrix");
  auto data = resolve_value(globals_, written, Use::data, style_);
  if (!data) {
    return report(written, where, data.error());
  }
  warn_of_shadows(name, true);
  std::vector<std::vector<Value>> axes;
  std::size_t count = 1;
  for (std::size_t i = 0; i < data->keys.size(); ++i) {
    auto values = axis_values(data->items[i]);
    if (!values) {
      return report(
          written.items[i], where + '.' + template_text(data->keys[i]),
          {Code::invalid, fmt::format("a list is expected, it is {}", noun(data->items[i].kind))});
    }
    count = std::min(count * values->size(), most_instances + 1);
    axes.push_back(std::move(*values));
  }
  if (count > most_instances) {
    return report(written, where,
                  {Code::invalid, fmt::format("it makes more than {} stages", most_instances)});
  }
  std::set<std::string> seen;
  for (std::size_t n = 0; n < count; ++n) {
    Value item = Value::map();
    std::string key;
    std::size_t rest = count;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      rest /= axes[axis].size();
      const std::size_t index = n / rest % axes[axis].size();
      const Value& value = axes[axis][index];
      key += (axis == 0 ? "" : "-") + (value.is_composite()
                                           ? template_text(data->keys[axis]) + std::to_string(index)
                                           : template_text(value));
      item.set(template_text(data->keys[axis]), value);
    }
    const std::string full = name.text + '@' + key;
    if (!seen.insert(full).second) {
      report(
          written, where,
          {Code::invalid, fmt::format("two combinations are named `{}`, so that one would be lost; "
                                      "change the values so that their names differ",
                                      printable(full))});
      continue;
    }
    instance(name, full, definition, {{"item", std::move(item)}, {"key", Value::of_text(key)}});
  }
}

}  // namespace mlpipe::spec::dvc
