// One stage of the file into the stages it stands for: foreach or matrix, then seeds.
// Knows nothing of the other keys of a stage.
//
//   foreach   name@ITEM      the item's text; its position where it is a list or a map; the key of a map
//   matrix    name@A-B       one text per axis, in the order of the axes
//   seeds     name@seedN     after the others: name@ITEM@seedN
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "runner/spec/interpolate.hpp"
#include "runner/spec/node.hpp"
#include "runner/spec/report.hpp"

namespace mlpipe::spec {

// More stages than this out of one project are a mistake (a matrix of matrices), not a plan.
inline constexpr std::size_t most_stages = 1'000'000;

struct Instance {
  const std::string& name;                // safe and unique within the group
  const Names& names;                     // item, key, matrix
  std::optional<std::uint32_t> seed;      // set where the stage has `seeds`
  bool first_seed = false;                // the first of its seeds: what holds for all of them is checked once
};

// Calls `each` once per stage that `stage` (named `name`, key at `mark`) stands for; never where its expansion is wrong.
// `outer` are the names known outside of it. `room` is what is left of most_stages and shrinks.
void expand(const std::string& name, Mark mark, const Node& stage, const Scope& outer, std::size_t& room,
            Report& report, const std::function<void(const Instance&)>& each);

// The layer that carries ${seed}.
[[nodiscard]] Names seed_names(std::uint32_t seed, Mark mark);

// Text as part of a stage's name: letters, digits, `_ - . + =` and everything beyond ASCII; anything else becomes `_`.
[[nodiscard]] std::string name_part(const std::string& text);

}  // namespace mlpipe::spec
