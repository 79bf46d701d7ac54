#include "runner/spec/param_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runner/base/text.hpp"
#include "runner/spec/params_file.hpp"
#include "runner/spec/source_files.hpp"

namespace mlpipe::spec {

ParamTable make_table(std::string path, Node root) {
  ParamTable table{std::move(path), std::move(root), Names{}};
  table.names.add("", table.root);
  return table;
}

ParamStore::ParamStore(std::string root, Sources& sources, std::vector<std::string>& files_read)
    : root_(std::move(root)), sources_(sources), files_read_(files_read) {}

const ParamTable* ParamStore::table(const std::string& path, Mark mark, Report& report) {
  const auto [place, is_new] = tables_.try_emplace(path);
  std::optional<ParamTable>& table = place->second;
  if (!is_new) {
    return table ? &*table : nullptr;
  }
  auto text = read_source(root_, path);
  if (!text) {
    report.error(mark, fmt::format("the parameter file `{}` cannot be read: {}", printable(path), text.error().message),
                 text.error().code == Code::not_found ? "write it, or name another one (paths start at the repository root)"
                                                      : "");
    return nullptr;
  }
  files_read_.push_back(path);
  const std::uint32_t file = sources_.add(path, std::move(*text));
  Diagnostics found;
  Node root = read_params(path, file, sources_.at(file).text, found);
  report.take(found);
  if (!found.has_errors()) {
    table = make_table(path, std::move(root));
  }
  return table ? &*table : nullptr;
}

void track(const ParamTable& table, const Text& key, std::vector<Param>& out, Report& report) {
  const Node* value = key.text.empty() ? &table.root : table.names.find(key.text);
  if (value == nullptr) {
    report.error(key.mark, fmt::format("`{}` is no key of {}", printable(key.text), printable(table.path)),
                 report.suggest(table.path, key.text, [&] { return table.names.paths(); },
                                "keys are dotted: `train.depth`"));
    return;
  }
  std::vector<Param> leaves;
  add_leaves(table.path, key.text, *value, leaves);
  for (Param& leaf : leaves) {
    out.push_back(std::move(leaf));
  }
}

}  // namespace mlpipe::spec
