// diff() of manifests: items -> changes that a person can read.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>

#include "runner/plan/manifest.hpp"

namespace mlpipe::plan {
namespace {

using nlohmann::json;

constexpr std::size_t longest_value = 160;
constexpr std::size_t context_before = 40;
constexpr int deepest_config = 64;

ItemKind kind_of(Tag tag) {
  switch (tag) {
    case Tag::kind:
      return ItemKind::kind;
    case Tag::config:
      return ItemKind::config;
    case Tag::command:
      return ItemKind::command;
    case Tag::out:
      return ItemKind::out;
    case Tag::dep:
      return ItemKind::dep;
    case Tag::param:
    case Tag::seed:
      return ItemKind::param;
    case Tag::env:
      return ItemKind::env;
    case Tag::environment:
      return ItemKind::environment;
    case Tag::platform:
      return ItemKind::platform;
    case Tag::baseline:
      return ItemKind::baseline;
  }
  return ItemKind::record;
}

bool inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// `text` where it is short, else the part around the first byte in which it differs from `other`.
std::string excerpt(std::string_view text, std::string_view other) {
  if (text.size() <= longest_value) {
    return std::string(text);
  }
  const auto parted = std::mismatch(text.begin(), text.end(), other.begin(), other.end()).first;
  const auto common = static_cast<std::size_t>(parted - text.begin());
  std::size_t start = common > context_before ? common - context_before : 0;
  while (start > 0 && inside_character(text, start)) {
    --start;
  }
  std::size_t end = std::min(text.size(), start + longest_value);
  while (end > start && inside_character(text, end)) {
    --end;
  }
  return (start > 0 ? "…" : "") + std::string(text.substr(start, end - start)) +
         (end < text.size() ? "…" : "");
}

// "file:<64 hex>" -> "file 0123456789ab", "<64 hex>" -> "0123456789ab", anything else as it is.
std::string digest_words(std::string_view value) {
  const auto colon = value.find(':');
  const auto hex = colon == std::string_view::npos ? value : value.substr(colon + 1);
  const auto digest = Digest::from_hex(hex);
  if (!digest) {
    return std::string(value);
  }
  if (colon == std::string_view::npos) {
    return digest->short_hex();
  }
  return std::string(value.substr(0, colon)) + " " + digest->short_hex();
}

// Only what the pipeline file itself sets ("=text") is shown; a passed value ("#digest") may be a
// secret.
std::string shown(const Item& item) {
  switch (item.tag) {
    case Tag::env:
      return item.value.substr(0, 1) == "=" ? item.value.substr(1) : std::string();
    case Tag::dep:
    case Tag::out:
    case Tag::environment:
    case Tag::baseline:
      return digest_words(item.value);
    case Tag::kind:
    case Tag::platform:
      return item.value.empty() ? item.name : item.name + " " + item.value;
    default:
      return item.value;
  }
}

std::string title(const Item& item) {
  switch (item.tag) {
    case Tag::platform:
      return "platform";
    case Tag::param: {
      const auto colon = item.name.find(':');
      return colon == std::string::npos ? item.name : item.name.substr(colon + 1);
    }
    case Tag::seed:
      return item.name.empty() ? "seed" : item.name;
    case Tag::config:
    case Tag::baseline:
      return item.name.empty() ? std::string(name(kind_of(item.tag))) : item.name;
    default:
      return item.name;
  }
}

bool is_missing(const Item& item) {
  return item.value == "missing" && (item.tag == Tag::dep || item.tag == Tag::baseline);
}

Change change_between(const Item* then, const Item* now) {
  const Item& named = now != nullptr ? *now : *then;
  Change change{kind_of(named.tag), title(named), ChangeKind::modified, {}, {}};
  const std::string before = then != nullptr && !is_missing(*then) ? shown(*then) : std::string();
  const std::string after = now != nullptr && !is_missing(*now) ? shown(*now) : std::string();
  change.old_value = excerpt(before, after);
  change.new_value = excerpt(after, before);
  if (now == nullptr) {
    change.change = ChangeKind::removed;
  } else if (is_missing(*now)) {
    change.change = ChangeKind::missing;
  } else if (then == nullptr || is_missing(*then)) {
    change.change = ChangeKind::added;
  }
  return change;
}

// Deeper nesting than any configuration has is not taken apart: it could exhaust the stack.
std::optional<json> parse_config(const std::string& text) {
  bool too_deep = false;
  const auto shallow = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > deepest_config;
    return !too_deep;
  };
  json value = json::parse(text, shallow, false);
  if (too_deep || value.is_discarded()) {
    return std::nullopt;
  }
  return value;
}

std::string escaped(const std::string& key) {
  std::string text;
  for (const char c : key) {
    text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return text;
}

std::string dump(const json* value) {
  return value == nullptr ? "" : value->dump(-1, ' ', false, json::error_handler_t::replace);
}

class ConfigDiff {
 public:
  explicit ConfigDiff(std::vector<Change>& changes) : changes_(changes) {}

  void compare(const std::string& pointer, const json* then, const json* now) {
    if (then != nullptr && now != nullptr && *then == *now) {
      return;
    }
    if (then != nullptr && now != nullptr && then->is_object() && now->is_object()) {
      std::set<std::string> keys;
      for (const json* side : {then, now}) {
        for (const auto& [key, value] : side->items()) {
          keys.insert(key);
        }
      }
      for (const std::string& key : keys) {
        compare(pointer + "/" + escaped(key), member(*then, key), member(*now, key));
      }
      return;
    }
    if (then != nullptr && now != nullptr && then->is_array() && now->is_array()) {
      for (std::size_t i = 0; i < std::max(then->size(), now->size()); ++i) {
        compare(pointer + "/" + std::to_string(i), i < then->size() ? &(*then)[i] : nullptr,
                i < now->size() ? &(*now)[i] : nullptr);
      }
      return;
    }
    const std::string before = dump(then);
    const std::string after = dump(now);
    changes_.push_back({ItemKind::config, pointer.empty() ? "/" : pointer,
                        then == nullptr  ? ChangeKind::added
                        : now == nullptr ? ChangeKind::removed
                                         : ChangeKind::modified,
                        excerpt(before, after), excerpt(after, before)});
  }

 private:
  static const json* member(const json& object, const std::string& key) {
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
  }

  std::vector<Change>& changes_;
};

void diff_config(const Item& then, const Item& now, std::vector<Change>& changes) {
  const auto before = parse_config(then.value);
  const auto after = parse_config(now.value);
  const std::size_t count = changes.size();
  if (before && after) {
    ConfigDiff(changes).compare({}, &*before, &*after);
  }
  if (changes.size() == count) {  // not JSON, or equal as JSON (1 and 1.0): the text still differs
    changes.push_back(change_between(&then, &now));
  }
}

// Tags that stand at most once: their name is part of what changed, not what is compared.
bool is_single(Tag tag) {
  return tag == Tag::kind || tag == Tag::platform;
}

int compare_keys(const Item& a, const Item& b) {
  if (a.tag != b.tag) {
    return a.tag < b.tag ? -1 : 1;
  }
  return is_single(a.tag) ? 0 : a.name.compare(b.name);
}

// Two files may hold one parameter name: such changes carry the file's name too.
void tell_apart(std::vector<Change>& changes, const std::vector<std::string>& full_names) {
  std::map<std::string, std::set<std::string>> names;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!full_names[i].empty()) {
      names[changes[i].item].insert(full_names[i]);
    }
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!full_names[i].empty() && names[changes[i].item].size() > 1) {
      changes[i].item = full_names[i];
    }
  }
}

}  // namespace

std::vector<Change> diff(const Manifest& then, const Manifest& now) {
  std::vector<Change> changes;
  std::vector<std::string> full_names;  // parallel to changes: "file:key" of a parameter
  const auto& before = then.items();
  const auto& after = now.items();
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    const int order = i == before.size()  ? 1
                      : j == after.size() ? -1
                                          : compare_keys(before[i], after[j]);
    const Item* old_item = order <= 0 ? &before[i++] : nullptr;
    const Item* new_item = order >= 0 ? &after[j++] : nullptr;
    if (order == 0 && old_item->name == new_item->name && old_item->value == new_item->value) {
      continue;
    }
    if (order == 0 && old_item->tag == Tag::config) {
      diff_config(*old_item, *new_item, changes);
    } else {
      changes.push_back(change_between(old_item, new_item));
    }
    const Item& named = new_item != nullptr ? *new_item : *old_item;
    full_names.resize(changes.size(), named.tag == Tag::param ? named.name : std::string());
  }
  tell_apart(changes, full_names);
  return changes;
}

}  // namespace mlpipe::plan
