// The options of `mlpipe data`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runner/cli/session.hpp"

namespace mlpipe::cli {

struct DataArguments {
  enum class Action : std::uint8_t {
    add,
    status,
    checkout,
    remove,
    commit,
    unprotect,
    gc,
    push,
    fetch,
    pull
  };
  Common common;
  Action action = Action::status;
  std::vector<std::string> targets;
  std::string remote;          // -r NAME
  bool force = false;          // checkout: overwrite; gc: really remove
  bool allow_missing = false;  // checkout, pull
  bool run_cache = false;      // push, fetch, pull
  bool workspace = false;      // gc -w
};
int data(const DataArguments& arguments);

}  // namespace mlpipe::cli
