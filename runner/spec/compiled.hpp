// A Project as bytes, so that a pipeline is read and checked once and not by every command. Knows
// nothing of where the bytes are kept or when they still hold: whoever keeps them does.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runner/spec/load.hpp"

namespace mlpipe::spec {

// Of a result without diagnostics. Texts of the sources are left out, their paths are not.
// In this machine's order, and only for the binary that wrote it.
[[nodiscard]] std::string compile(const Loaded& loaded);
// nullopt: the bytes are no whole compiled form.
[[nodiscard]] std::optional<Loaded> load_compiled(std::string_view bytes);

}  // namespace mlpipe::spec
