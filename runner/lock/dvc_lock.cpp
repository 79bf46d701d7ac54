#include "runner/lock/dvc_lock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "runner/base/digest.hpp"
#include "runner/base/python_text.hpp"
#include "runner/base/text.hpp"
#include "runner/lock/yaml_text.hpp"

namespace mlpipe::lock {
namespace {

using Kind = Value::Kind;

constexpr std::string_view schema = "2.0";
constexpr std::string_view entry_keys[] = {"path",  "md5",    "etag",   "checksum",
                                           "size",  "nfiles", "isexec", "version_id",
                                           "cloud", "files",  "hash",   "dataset"};
constexpr std::string_view stage_keys[] = {"cmd", "deps", "params", "outs"};

std::optional<std::uint64_t> number(const Value* value) {
  if (value == nullptr || !value->is(Kind::integer)) {
    return std::nullopt;
  }
  std::uint64_t found = 0;
  const char* end = value->text.data() + value->text.size();
  return std::from_chars(value->text.data(), end, found).ptr == end ? std::optional(found)
                                                                    : std::nullopt;
}

template <std::size_t N>
Status check_keys(const Value& map, const std::string_view (&known)[N], const std::string& where) {
  if (!map.is_map()) {
    return fail(Code::invalid,
                fmt::format("{}:{}: `{}` must be a map", map.line, map.column, where));
  }
  for (const Value& key : map.keys) {
    if (!key.is_text() ||
        std::find(std::begin(known), std::end(known), key.text) == std::end(known)) {
      return fail(Code::invalid, fmt::format("{}:{}: unknown key `{}` in `{}`", key.line,
                                             key.column, printable(template_text(key)), where));
    }
  }
  return {};
}

Status check_stage(const Value& stage, const std::string& where) {
  TRY_OK(check_keys(stage, stage_keys, where));
  if (stage.find("cmd") == nullptr) {
    return fail(Code::invalid,
                fmt::format("{}:{}: `{}` has no `cmd`", stage.line, stage.column, where));
  }
  for (const std::string_view part : {"deps", "outs"}) {
    const Value* entries = stage.find(part);
    if (entries == nullptr) {
      continue;
    }
    if (!entries->is_list()) {
      return fail(Code::invalid, fmt::format("{}:{}: `{}.{}` must be a list", entries->line,
                                             entries->column, where, part));
    }
    for (const Value& entry : entries->items) {
      TRY_OK(check_keys(entry, entry_keys, fmt::format("{}.{}", where, part)));
      const Value* path = entry.find("path");
      if (path == nullptr || !path->is_text()) {
        return fail(Code::invalid, fmt::format("{}:{}: an entry of `{}.{}` has no `path`",
                                               entry.line, entry.column, where, part));
      }
    }
  }
  const Value* params = stage.find("params");
  if (params != nullptr && !params->is_map()) {
    return fail(Code::invalid, fmt::format("{}:{}: `{}.params` must be a map", params->line,
                                           params->column, where));
  }
  return {};
}

// size and nfiles go at every depth, in params too: DVC's own rule for these names.
Value without_sizes(const Value& value) {
  Value out = value;
  out.keys.clear();
  out.items.clear();
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (value.is_map()) {
      if (value.keys[i].is_text() &&
          (value.keys[i].text == "size" || value.keys[i].text == "nfiles")) {
        continue;
      }
      out.keys.push_back(value.keys[i]);
    }
    out.items.push_back(without_sizes(value.items[i]));
  }
  return out;
}

Value sorted_map(const Value& map) {
  std::vector<std::size_t> order(map.keys.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return template_text(map.keys[a]) < template_text(map.keys[b]);
  });
  Value out = Value::map();
  for (const std::size_t i : order) {
    out.keys.push_back(map.keys[i]);
    out.items.push_back(map.items[i]);
  }
  return out;
}

// Styles of the files that values came from do not count in a lock.
void to_block(Value& value) {
  value.style = Value::Style::block;
  for (Value& item : value.items) {
    to_block(item);
  }
}

}  // namespace

DvcEntry read_entry(const Value& entry) {
  DvcEntry out;
  const auto text = [&](std::string_view key) {
    const Value* value = entry.find(key);
    return value != nullptr && value->is_text()         ? value->text
           : value != nullptr && !value->is_composite() ? template_text(*value)
                                                        : std::string();
  };
  out.path = text("path");
  for (const char* algorithm : {"md5", "etag", "checksum"}) {
    if (entry.find(algorithm) != nullptr && out.oid.empty()) {
      out.oid = text(algorithm);
      out.algorithm = algorithm;
    }
  }
  if (out.algorithm == "md5") {
    std::transform(out.oid.begin(), out.oid.end(), out.oid.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  }
  out.current = entry.find("hash") != nullptr;
  out.size = number(entry.find("size"));
  out.nfiles = number(entry.find("nfiles"));
  const Value* executable = entry.find("isexec");
  out.executable = executable != nullptr && executable->truth;
  return out;
}

Value to_value(const DvcEntry& entry) {
  Value out = Value::map();
  out.set("path", Value::of_text(entry.path));
  if (!entry.oid.empty()) {
    if (entry.algorithm == "md5" && entry.current) {
      out.set("hash", Value::of_text("md5"));
    }
    out.set(entry.algorithm, Value::of_text(entry.oid));
  }
  if (entry.size) {
    out.set("size", Value::of_integer(static_cast<std::int64_t>(*entry.size)));
  }
  if (entry.nfiles) {
    out.set("nfiles", Value::of_integer(static_cast<std::int64_t>(*entry.nfiles)));
  }
  if (entry.executable) {
    out.set("isexec", Value::of_boolean(true));
  }
  return out;
}

DvcLock::DvcLock() : document_(Value::map()) {}

Result<DvcLock> DvcLock::read(Value document) {
  DvcLock lock;
  if (document.is(Kind::null)) {
    return lock;
  }
  static constexpr std::string_view top_keys[] = {"schema", "stages", "datasets"};
  if (document.is_map() && document.find("schema") == nullptr) {
    return fail(
        Code::invalid,
        "1:1: it has no `schema`: a lock of DVC before 2.0; let `dvc commit` write it anew");
  }
  TRY_OK(check_keys(document, top_keys, "dvc.lock"));
  const Value& version = *document.find("schema");
  if (!version.is_text() || version.text != schema) {
    return fail(Code::invalid,
                fmt::format("{}:{}: schema '{}' is not known; this is for '2.0'", version.line,
                            version.column, printable(template_text(version))));
  }
  if (const Value* stages = document.find("stages")) {
    if (!stages->is_map()) {
      return fail(Code::invalid,
                  fmt::format("{}:{}: `stages` must be a map", stages->line, stages->column));
    }
    for (std::size_t i = 0; i < stages->keys.size(); ++i) {
      TRY_OK(check_stage(stages->items[i], "stages." + template_text(stages->keys[i])));
    }
  }
  lock.document_ = std::move(document);
  lock.index();
  return lock;
}

void DvcLock::index() {
  at_.clear();
  const Value* stages = document_.find("stages");
  for (std::size_t i = 0; stages != nullptr && i < stages->keys.size(); ++i) {
    at_.emplace(template_text(stages->keys[i]), i);
  }
}

const Value* DvcLock::stage(std::string_view name) const {
  const auto at = at_.find(std::string(name));
  return at == at_.end() ? nullptr : &document_.find("stages")->items[at->second];
}

bool DvcLock::set_stage(const std::string& name, Value entry) {
  const Value* known = stage(name);
  if (known != nullptr && python_equal(*known, entry)) {
    return false;
  }
  to_block(entry);
  if (document_.find("schema") == nullptr) {
    document_.set("schema", Value::of_text(std::string(schema)));
  }
  if (document_.find("stages") == nullptr || !document_.find("stages")->is_map()) {
    document_.set("stages", Value::map());
  }
  Value& stages = *document_.find("stages");
  if (const auto at = at_.find(name); at != at_.end()) {
    stages.items[at->second] = std::move(entry);
    return true;
  }
  at_.emplace(name, stages.items.size());
  stages.keys.push_back(Value::of_text(name));
  stages.items.push_back(std::move(entry));
  return true;
}

void DvcLock::take_stages(const DvcLock& other, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (const Value* entry = other.stage(name)) {
      set_stage(name, *entry);
    }
  }
}

bool DvcLock::empty() const {
  return document_.items.empty();
}

std::string DvcLock::text() const {
  Value document = document_;
  to_block(document);
  return to_yaml(document);
}

Value to_value(DvcStageEntry entry) {
  const auto by_path = [](const DvcEntry& a, const DvcEntry& b) { return a.path < b.path; };
  std::stable_sort(entry.deps.begin(), entry.deps.end(), by_path);
  std::stable_sort(entry.outs.begin(), entry.outs.end(), by_path);
  std::stable_sort(entry.params.begin(), entry.params.end(), [](const auto& a, const auto& b) {
    const bool first_a = a.first == "params.yaml";
    const bool first_b = b.first == "params.yaml";
    return first_a != first_b ? first_a : a.first < b.first;
  });
  Value out = Value::map();
  out.set("cmd", std::move(entry.cmd));
  const auto add = [&](std::string_view key, const std::vector<DvcEntry>& entries) {
    if (!entries.empty()) {
      Value list = Value::list();
      for (const DvcEntry& one : entries) {
        list.items.push_back(to_value(one));
      }
      out.set(key, std::move(list));
    }
  };
  add("deps", entry.deps);
  if (!entry.params.empty()) {
    Value files = Value::map();
    for (const auto& [file, values] : entry.params) {
      files.set(file, sorted_map(values));
    }
    out.set("params", std::move(files));
  }
  add("outs", entry.outs);
  return out;
}

Result<RunNames> run_names(const Value& entry) {
  const Value full = without_sizes(entry);
  Value key = full;
  if (Value* outs = key.find("outs")) {
    Value paths = Value::list();
    for (const Value& out : outs->items) {
      const Value* path = out.find("path");
      paths.items.push_back(path == nullptr ? Value{} : *path);
    }
    *outs = std::move(paths);
  }
  RunNames names;
  TRY(names.key_text, python_json(key));
  TRY(names.value_text, python_json(full));
  names.key = sha256(names.key_text).hex();
  names.value = sha256(names.value_text).hex();
  return names;
}

}  // namespace mlpipe::lock
