// What the binary finds in this module.
#include <exception>

#include "runner/adapter/git/repository.hpp"

extern "C" __attribute__((visibility("default"))) mlpipe::port::Vcs* mlpipe_open_vcs(
    const char* root, mlpipe::Error* error) {
  try {
    auto opened = mlpipe::adapter::GitRepository::open(root);
    if (opened) {
      return opened->release();
    }
    *error = opened.error();
  } catch (const std::exception& failure) {
    *error = {mlpipe::Code::internal, failure.what()};
  }
  return nullptr;
}
