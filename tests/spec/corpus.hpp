// Reads and judges one pipeline file as text in, diagnostics out; shared by the corpus test and the
// verdict program.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "runner/spec/validator.hpp"
#include "runner/spec/yaml_reader.hpp"

namespace mlpipe::spec {

struct Judged {
  bool refused = false;
  bool silent = true;  // no errors and no warnings
  std::string rendered;
};

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

inline Judged judge(const std::filesystem::path& path) {
  static const std::vector<std::string> kinds{"command", "data_check", "unit_test",
                                              "train",   "regression", "deploy"};
  Sources sources;
  const std::uint32_t file = sources.add(path.filename().string(), file_text(path));
  Diagnostics diagnostics;
  const Node document = read_yaml(file, sources.at(file).text, diagnostics);
  if (!diagnostics.has_errors()) {
    validate_pipeline(document, kinds, diagnostics);
  }
  return {diagnostics.has_errors(), diagnostics.empty(), render(diagnostics, sources, Colour::off)};
}

}  // namespace mlpipe::spec
