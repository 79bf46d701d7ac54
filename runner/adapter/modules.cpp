#include "runner/adapter/modules.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

namespace mlpipe::adapter {
namespace {

namespace fs = std::filesystem;

struct Module {
  std::string name;  // of the shared object, without folder
  std::string function;
  std::string needs;  // the sentence about what it needs
};

std::vector<std::string> module_folders() {
  // Chosen by hand: then nothing else is looked at.
  if (const char* const chosen = std::getenv("MLPIPE_MODULE_DIR");
      chosen != nullptr && *chosen != '\0') {
    return {chosen};
  }
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  if (error) {
    return {};
  }
  const fs::path prefix = binary.parent_path().parent_path();
  return {prefix / "lib/mlpipe", prefix / "lib" / MLPIPE_TRIPLET / "mlpipe",
          prefix / "lib64/mlpipe"};
}

Result<void*> open_module(const Module& module) {
  const std::vector<std::string> folders = module_folders();
  for (const auto& folder : folders) {
    const std::string path = folder + "/" + module.name;
    if (::access(path.c_str(), F_OK) != 0) {
      continue;
    }
    void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      return fail(Code::unavailable,
                  fmt::format("cannot load {}: {}. {}", path, ::dlerror(), module.needs));
    }
    return handle;
  }
  return fail(
      Code::unavailable,
      fmt::format("{} is not beside this mlpipe (looked in {}); install mlpipe anew, or set "
                  "MLPIPE_MODULE_DIR to its folder",
                  module.name, fmt::join(folders, ", ")));
}

// The module's one function, called; what it returns was allocated there and is deleted through
// its virtual destructor, which is the module's own.
template <class Port, class Argument>
Result<std::unique_ptr<Port>> open_port(const Module& module, const Argument* argument) {
  TRY(void* const handle, open_module(module));
  void* const symbol = ::dlsym(handle, module.function.c_str());
  if (symbol == nullptr) {
    return fail(Code::unavailable,
                fmt::format("{} belongs to another version of mlpipe: it has no {}; install mlpipe "
                            "anew",
                            module.name, module.function));
  }
  const auto open = reinterpret_cast<Port* (*)(const Argument*, Error*)>(symbol);
  Error error;
  std::unique_ptr<Port> port(open(argument, &error));
  if (port == nullptr) {
    return tl::make_unexpected(std::move(error));
  }
  return port;
}

}  // namespace

Result<std::unique_ptr<port::Vcs>> open_vcs(const std::string& root) {
  return open_port<port::Vcs, char>({"mlpipe_git.so", "mlpipe_open_vcs",
                                     "It needs libgit2 (Debian: apt-get install libgit2-1.5)"},
                                    root.c_str());
}

Result<std::unique_ptr<port::TableEngine>> open_tables(const port::EngineLimits& limits) {
  return open_port<port::TableEngine, port::EngineLimits>(
      {"mlpipe_duckdb.so", "mlpipe_open_tables", "It needs the library of DuckDB"}, &limits);
}

}  // namespace mlpipe::adapter
