// How near hashing and looking come to what the machine can do. Arguments: a folder of many small
// files and a big file in MLPIPE_BENCH_TREE and MLPIPE_BENCH_FILE; without them both are made in a
// temporary folder.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "runner/cache/files.hpp"
#include "runner/cache/hash_file.hpp"
#include "runner/cache/index.hpp"
#include "runner/cache/object_store.hpp"

namespace mlpipe {
namespace {

using cache::Company;
using cache::Fd;
using cache::Kind;

std::string scratch() {
  static const std::string folder = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "mlpipe-bench-XXXXXX").string();
    return std::string(mkdtemp(pattern.data()));
  }();
  return folder;
}

const std::string& big_file() {
  static const std::string path = [] {
    if (const char* given = std::getenv("MLPIPE_BENCH_FILE")) {
      return std::string(given);
    }
    std::string made = scratch() + "/big";
    std::ofstream(made, std::ios::binary) << std::string(256U << 20U, 'b');
    return made;
  }();
  return path;
}

const std::string& tree() {
  static const std::string path = [] {
    if (const char* given = std::getenv("MLPIPE_BENCH_TREE")) {
      return std::string(given);
    }
    std::string made = scratch() + "/tree";
    for (int i = 0; i < 10'000; ++i) {
      const std::string folder = made + "/" + std::to_string(i / 100);
      std::filesystem::create_directories(folder);
      std::ofstream(folder + "/" + std::to_string(i)) << i << std::string(1000, 'x');
    }
    return made;
  }();
  return path;
}

// The bound for one big file: the hash alone, bytes in the cache of the core.
void sha256_alone(benchmark::State& state) {
  const std::string block(1U << 20U, 'x');
  Sha256 hasher;
  for (auto _ : state) {
    hasher.update(block);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) << 20);
}
BENCHMARK(sha256_alone)->UseRealTime();

void one_big_file(benchmark::State& state) {
  std::int64_t bytes = 0;
  for (auto _ : state) {
    const auto hashed =
        cache::hash_stable(AT_FDCWD, big_file(), static_cast<Company>(state.range(0)), "big");
    bytes += hashed ? static_cast<std::int64_t>(hashed->signature.size) : 0;
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK(one_big_file)->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);

// The bound for an unchanged tree: list and stat everything, one thread.
std::size_t list_and_stat(cache::Descent& descent) {
  std::size_t files = 0;
  const auto names = cache::list_folder(descent.fd(), descent.path());
  for (const auto& name : *names) {
    struct stat status {};
    if (name.kind != Kind::folder) {
      files +=
          fstatat(descent.fd(), name.text.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 ? 1U : 0U;
    } else if (descent.enter(name.text)) {
      files += list_and_stat(descent);
      (void)descent.leave();
    }
  }
  return files;
}

void tree_floor(benchmark::State& state) {
  std::size_t files = 0;
  for (auto _ : state) {
    cache::Descent descent(*cache::open_folder(AT_FDCWD, tree()), "");
    files = list_and_stat(descent);
  }
  state.counters["files"] = static_cast<double>(files);
}
BENCHMARK(tree_floor)->UseRealTime()->Unit(benchmark::kMillisecond);

// The bound for a first look: open, read, hash, close of every file on one core.
void tree_look(benchmark::State& state, bool known) {
  const std::string root = std::filesystem::path(tree()).parent_path();
  const std::string name = std::filesystem::path(tree()).filename();
  const std::string state_dir = scratch() + "/.mlpipe";
  cache::ObjectStore store(state_dir, root, cache::Link::reflink_or_copy);
  for (auto _ : state) {
    if (!known) {
      state.PauseTiming();
      std::filesystem::remove(state_dir + "/index");
      state.ResumeTiming();
    }
    cache::Index index(state_dir, root, store);
    const auto content = index.look(name, cache::View::output);
    if (!content || !index.save()) {
      state.SkipWithError("look failed");
      return;
    }
  }
}
BENCHMARK_CAPTURE(tree_look, first, false)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tree_look, unchanged, true)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mlpipe

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  std::filesystem::remove_all(mlpipe::scratch());
  return 0;
}
