#include "runner/cache/notebook.hpp"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "runner/cache/files.hpp"

namespace mlpipe::cache {
namespace {

using nlohmann::json;

tl::unexpected<Error> no_notebook(const std::string& path, const std::string& why) {
  return fail(Code::invalid, shown(path) + " is not a Jupyter notebook: " + why +
                                 "; declare it with `notebook: full` to count the whole file");
}

Result<std::string> source_of(const json& cell, const std::string& path) {
  const auto source = cell.find("source");
  if (source == cell.end()) {
    return no_notebook(path, "a code cell has no `source`");
  }
  if (source->is_string()) {
    return source->get<std::string>();
  }
  std::string text;
  if (!source->is_array()) {
    return no_notebook(path, "a cell's `source` is neither text nor a list of lines");
  }
  for (const auto& line : *source) {
    if (!line.is_string()) {
      return no_notebook(path, "a line of a cell's `source` is not text");
    }
    text += line.get_ref<const std::string&>();
  }
  return text;
}

void update(Sha256& hasher, const std::string& source) {
  std::array<char, 8> length{};
  for (std::size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<char>((std::uint64_t{source.size()} >> (8 * i)) & 0xFFU);
  }
  hasher.update({length.data(), length.size()});
  hasher.update(source);
}

Status hash_cells(Sha256& hasher, const json& cells, const std::string& path) {
  if (!cells.is_array()) {
    return no_notebook(path, "`cells` is not a list");
  }
  for (const auto& cell : cells) {
    if (!cell.is_object() || !cell.contains("cell_type")) {
      return no_notebook(path, "a cell has no `cell_type`");
    }
    if (cell["cell_type"] == "code") {
      TRY(const std::string source, source_of(cell, path));
      update(hasher, source);
    }
  }
  return {};
}

}  // namespace

Result<Digest> notebook_digest(std::string_view text, const std::string& path) {
  // A bound on nesting: the parser's own tree is freed by recursion.
  const json::parser_callback_t shallow = [](int depth, json::parse_event_t, json&) {
    return depth < 200;
  };
  const json notebook = json::parse(text.begin(), text.end(), shallow, false);
  if (notebook.is_discarded()) {
    return no_notebook(path, "its JSON cannot be parsed");
  }
  if (!notebook.is_object() || !notebook.contains("cells")) {
    return no_notebook(path,
                       "it has no `cells` (format 4 is needed; `jupyter nbconvert --to notebook` "
                       "upgrades older ones)");
  }
  Sha256 hasher;
  TRY_OK(hash_cells(hasher, notebook["cells"], path));
  return hasher.finish();
}

}  // namespace mlpipe::cache
