// Any text as a pipeline file: read, validated and built, or refused with a diagnostic that has a
// place and renders. The file lies in memory-backed /dev/shm; nothing else of the repository
// exists.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "runner/spec/load.hpp"
#include "stages/kind.hpp"

namespace {

const std::string& folder() {
  static const std::string path = [] {
    std::string made = "/dev/shm/mlpipe-fuzz-" + std::to_string(getpid());
    std::filesystem::create_directories(made);
    return made;
  }();
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mlpipe;
  static const std::vector<spec::KindRules> rules = [] {
    std::vector<spec::KindRules> all;
    for (const stages::Kind& kind : stages::catalog()) {
      all.push_back(kind.rules);
    }
    return all;
  }();
  std::ofstream(folder() + "/mlpipe.yaml", std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  spec::LoadOptions options;
  options.root = folder();
  options.files = {"mlpipe.yaml"};
  options.run_date = "2026-01-01";
  options.kinds = rules;
  options.version = "0.1.0";
  const auto loaded = spec::load(options);
  if (!loaded) {
    return 0;
  }
  const std::string shown = spec::render(loaded->diagnostics, loaded->sources, spec::Colour::off);
  if (loaded->diagnostics.has_errors() != (shown.find("error") != std::string::npos)) {
    if (shown.find("warning") == std::string::npos) {
      std::abort();
    }
  }
  if (!loaded->diagnostics.has_errors()) {
    for (const spec::Stage& stage : loaded->project.stages) {
      const stages::Kind* kind = stages::find_kind(stage.kind);
      if (kind == nullptr || !kind->lower(stage)) {
        std::abort();  // what was found valid can be lowered
      }
    }
  }
  return 0;
}
