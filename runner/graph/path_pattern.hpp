// Where two path patterns of a pipeline meet: the relation behind edges and conflicting outs. Pure
// text; knows no disk.
#pragma once

#include <cstdint>
#include <string_view>

namespace mlpipe::graph {

// The folder (or whole path) before the first component that holds a wildcard; "" for the root.
[[nodiscard]] std::string_view literal_prefix(std::string_view pattern);

// A cheap necessary condition for all relations below: the texts before the first wildcards do not
// contradict.
[[nodiscard]] bool may_relate(std::string_view a, std::string_view b);

// Whether some path matches both patterns. Character classes count as any character, so it errs
// towards yes.
[[nodiscard]] bool intersects(std::string_view a, std::string_view b);

// Whether some match of `outer` is equal to or around some match of `inner`.
[[nodiscard]] bool covers(std::string_view outer, std::string_view inner);

// Whether what `out` stands for can be equal to, inside or around what `dep` stands for.
// Below::no: `out` is known to be a file, so nothing lies below it.
enum class Below : std::uint8_t { no, yes };
[[nodiscard]] bool meets(std::string_view out, std::string_view dep, Below below_out);

}  // namespace mlpipe::graph
