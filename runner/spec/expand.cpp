#include "runner/spec/expand.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "runner/base/text.hpp"
#include "runner/spec/values.hpp"

namespace mlpipe::spec {
namespace {

// Gives each text a name of its own: the second "a" becomes "a-2".
class Unique {
 public:
  std::string name(const std::string& text) {
    const std::string base = name_part(text);
    std::string candidate = base;
    for (std::size_t& count = next_[base]; !taken_.insert(candidate).second;) {
      count = std::max<std::size_t>(count + 1, 2);
      candidate = fmt::format("{}-{}", base, count);
    }
    return candidate;
  }

 private:
  std::unordered_map<std::string, std::size_t> next_;
  std::unordered_set<std::string> taken_;
};

struct Axis {
  std::string name;
  const std::vector<Node>* values;
};

std::string value_text(const Node& value, const std::string& otherwise) {
  return value.is_scalar() ? (value.kind == NodeKind::null ? "null" : value.text) : otherwise;
}

class Expander {
 public:
  Expander(const std::string& name, Mark mark, const Node& stage, const Scope& outer, std::size_t& room,
           Report& report, const std::function<void(const Instance&)>& each)
      : name_(name), mark_(mark), stage_(stage), outer_(outer), room_(room), report_(report), each_(each) {}

  void run() {
    const Node* foreach = given(stage_, "foreach");
    const Node* matrix = given(stage_, "matrix");
    if (foreach != nullptr && matrix != nullptr) {
      report_.error(mark_, fmt::format("stage `{}` has both `foreach` and `matrix`", name_),
                    "a matrix with one axis is a foreach");
    } else if (foreach != nullptr) {
      run_foreach(interpolate(*foreach, outer_, report_), foreach->mark);
    } else if (matrix != nullptr) {
      run_matrix(interpolate(*matrix, outer_, report_), matrix->mark);
    } else {
      seeded(name_, Names{});
    }
  }

 private:
  void run_foreach(const Node& data, Mark mark) {
    if (report_.tainted(mark)) {
      return;
    }
    if (data.is_scalar() || data.items.empty()) {
      report_.error(mark, fmt::format("`foreach` needs a list or a map with at least one item, not {}",
                                      data.is_scalar() ? describe(data) : "an empty one"));
      return;
    }
    const bool by_index = std::any_of(data.items.begin(), data.items.end(),
                                      [](const Node& item) { return !item.is_scalar(); });
    Unique unique;
    for (std::size_t i = 0; i < data.items.size(); ++i) {
      Names names;
      names.add("item", data.items[i]);
      std::string text = by_index ? std::to_string(i) : value_text(data.items[i], "");
      if (data.kind == NodeKind::map) {
        text = data.keys[i].text;
        names.add("key", scalar(text, data.keys[i].mark));
      }
      if (!seeded(fmt::format("{}@{}", name_, unique.name(text)), names)) {
        return;
      }
    }
  }

  void run_matrix(const Node& data, Mark mark) {
    std::vector<Axis> axes;
    if (report_.tainted(mark) || !read_axes(data, axes)) {
      return;
    }
    const std::vector<Node> excluded = combinations(data, "exclude", axes, false);
    std::vector<Node> extra = combinations(data, "include", axes, true);
    Unique unique;
    std::vector<std::size_t> at(axes.size(), 0);
    std::vector<bool> used(excluded.size(), false);
    for (bool more = true; more; more = advance(axes, at)) {
      Node chosen;
      chosen.kind = NodeKind::map;
      chosen.mark = mark;
      std::vector<std::string> texts;
      for (std::size_t a = 0; a < axes.size(); ++a) {
        const Node& value = (*axes[a].values)[at[a]];
        put(chosen, axes[a].name, value.mark, value);
        texts.push_back(value_text(value, fmt::format("{}{}", axes[a].name, at[a])));
      }
      if (!matches_any(chosen, excluded, used) && !matrix_stage(unique, texts, std::move(chosen))) {
        return;
      }
    }
    for (std::size_t i = 0; i < excluded.size(); ++i) {
      if (!used[i]) {
        report_.error(excluded[i].mark, "this `exclude` matches nothing of the matrix");
      }
    }
    for (Node& combination : extra) {
      std::vector<std::string> texts;
      for (const Axis& axis : axes) {
        texts.push_back(value_text(*combination.find(axis.name), axis.name));
      }
      if (!matrix_stage(unique, texts, std::move(combination))) {
        return;
      }
    }
  }

  bool read_axes(const Node& data, std::vector<Axis>& axes) {
    bool good = data.kind == NodeKind::map;
    if (!good) {
      report_.error(data.mark, fmt::format("`matrix` needs a map of names to lists, not {}", describe(data)));
    }
    for (std::size_t i = 0; i < data.items.size() && data.kind == NodeKind::map; ++i) {
      if (data.keys[i].text == "exclude" || data.keys[i].text == "include") {
        continue;
      }
      if (data.items[i].kind != NodeKind::list || data.items[i].items.empty()) {
        report_.error(data.items[i].mark, fmt::format("the axis `{}` of `matrix` needs a list with at least one value",
                                                      printable(data.keys[i].text)));
        good = false;
        continue;
      }
      axes.push_back({data.keys[i].text, &data.items[i].items});
    }
    if (good && axes.empty()) {
      report_.error(data.mark, "`matrix` has no axis", "give it a map of names to lists");
    }
    std::size_t product = 1;
    for (const Axis& axis : axes) {
      product = product > most_stages ? product : product * axis.values->size();
    }
    if (product > most_stages) {
      report_.error(data.mark, fmt::format("this matrix has more than {} combinations", most_stages));
      good = false;
    }
    return good && !axes.empty();
  }

  std::vector<Node> combinations(const Node& data, std::string_view key, const std::vector<Axis>& axes, bool whole) {
    std::vector<Node> found;
    const Node* list = given(data, key);
    if (list == nullptr) {
      return found;
    }
    Values::each(*list, [&](const Node& item) {
      bool good = item.kind == NodeKind::map && !item.items.empty();
      for (const Node::Key& named : item.keys) {
        good = good && std::any_of(axes.begin(), axes.end(), [&](const Axis& axis) { return axis.name == named.text; });
      }
      good = good && (!whole || item.keys.size() == axes.size());
      if (good) {
        found.push_back(item);
      } else {
        report_.error(item.mark, fmt::format("each item of `{}` must be a map of {} of the matrix to a value", key,
                                             whole ? "every axis" : "axes"));
      }
    });
    return found;
  }

  static bool matches_any(const Node& chosen, const std::vector<Node>& patterns, std::vector<bool>& used) {
    bool any = false;
    for (std::size_t p = 0; p < patterns.size(); ++p) {
      bool all = true;
      for (std::size_t i = 0; i < patterns[p].keys.size() && all; ++i) {
        const Node* value = chosen.find(patterns[p].keys[i].text);
        all = value != nullptr && value->same(patterns[p].items[i]);
      }
      used[p] = used[p] || all;
      any = any || all;
    }
    return any;
  }

  static bool advance(const std::vector<Axis>& axes, std::vector<std::size_t>& at) {
    for (std::size_t a = axes.size(); a-- > 0;) {
      if (++at[a] < axes[a].values->size()) {
        return true;
      }
      at[a] = 0;
    }
    return false;
  }

  bool matrix_stage(Unique& unique, const std::vector<std::string>& texts, Node chosen) {
    Names names;
    names.add("matrix", std::move(chosen));
    return seeded(fmt::format("{}@{}", name_, unique.name(fmt::format("{}", fmt::join(texts, "-")))), names);
  }

  // false: stop, there is no room for more.
  bool seeded(const std::string& name, const Names& names) {
    const Node* written = given(stage_, "seeds");
    if (written == nullptr) {
      return emit({name, names, std::nullopt, false});
    }
    bool first = true;
    for (const std::uint32_t seed : seeds_of(interpolate(*written, outer_.within(names), report_))) {
      if (!emit({fmt::format("{}@seed{}", name, seed), names, seed, first})) {
        return false;
      }
      first = false;
    }
    return true;
  }

  std::vector<std::uint32_t> seeds_of(const Node& node) {
    constexpr std::uint64_t most_seeds = 100'000;
    constexpr std::uint64_t largest_seed = 0xFFFFFFFF;
    std::vector<std::uint32_t> seeds;
    Values values(report_);
    if (node.kind != NodeKind::list) {
      const auto count = values.integer(node, "seeds", 1, most_seeds);
      for (std::uint32_t seed = 0; seed < count.value_or(0); ++seed) {
        seeds.push_back(seed);
      }
      return seeds;
    }
    std::unordered_set<std::uint32_t> seen;
    for (const Node& item : node.items) {
      const auto seed = values.integer(item, "seeds", 0, largest_seed);
      if (seed && !seen.insert(static_cast<std::uint32_t>(*seed)).second) {
        report_.error(item.mark, fmt::format("the seed {} stands twice in `seeds`", *seed));
      } else if (seed) {
        seeds.push_back(static_cast<std::uint32_t>(*seed));
      }
    }
    if (node.items.empty()) {
      report_.error(node.mark, "`seeds` is an empty list", "give a number of seeds, or a list of them");
    }
    return seeds;
  }

  bool emit(const Instance& instance) {
    if (room_ == 0) {
      report_.error(mark_, fmt::format("stage `{}` expands beyond {} stages", name_, most_stages),
                    "make `foreach`, `matrix` or `seeds` smaller");
      return false;
    }
    --room_;
    each_(instance);
    return true;
  }

  static Node scalar(const std::string& text, Mark mark) {
    Node node;
    node.kind = NodeKind::string;
    node.text = text;
    node.mark = mark;
    return node;
  }

  const std::string& name_;
  Mark mark_;
  const Node& stage_;
  const Scope& outer_;
  std::size_t& room_;
  Report& report_;
  const std::function<void(const Instance&)>& each_;
};

}  // namespace

void expand(const std::string& name, Mark mark, const Node& stage, const Scope& outer, std::size_t& room,
            Report& report, const std::function<void(const Instance&)>& each) {
  Expander(name, mark, stage, outer, room, report, each).run();
}

Names seed_names(std::uint32_t seed, Mark mark) {
  Node node;
  node.kind = NodeKind::integer;
  node.text = std::to_string(seed);
  node.mark = mark;
  Names names;
  names.add("seed", std::move(node));
  return names;
}

std::string name_part(const std::string& text) {
  constexpr std::size_t longest = 80;
  std::string part;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool lead = (byte & 0xC0U) != 0x80U;
    if (part.size() >= longest && lead) {
      break;
    }
    const bool safe = byte >= 0x80 || std::isalnum(byte) != 0 || std::string_view("_-.+=").find(c) != std::string_view::npos;
    part += safe ? c : '_';
  }
  return part.empty() ? "_" : part;
}

}  // namespace mlpipe::spec
