// Errors as values: a code the caller can switch on and one sentence for a person.
// Knows nothing of where a message is shown. Where a pipeline file is at fault, spec::Diagnostics
// carries the position.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace mlpipe {

enum class Code : std::uint8_t {
  usage,        // the command line is wrong
  invalid,      // text or data that a person wrote is wrong
  not_found,    // the thing asked for does not exist
  permission,   // the operating system refused
  no_space,     // disk full or quota reached
  busy,         // somebody else holds it
  corrupt,      // stored bytes fail their checksum or grammar
  changed,      // the thing changed while it was being read
  unavailable,  // an outside thing (library, server, git object) cannot be reached
  refused,      // a rule of ours says no
  interrupted,  // the user stopped it
  io,           // any other failure of a system call
  internal      // our own bug
};

struct Error {
  Code code = Code::internal;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(Code code, std::string message) {
  return tl::make_unexpected(Error{code, std::move(message)});
}

// The error of a failed system call: "<what>: <strerror(errno_value)>", with the code that fits
// errno.
[[nodiscard]] tl::unexpected<Error> fail_errno(const std::string& what, int errno_value);

}  // namespace mlpipe

#define MLPIPE_CAT_(a, b) a##b
#define MLPIPE_CAT(a, b) MLPIPE_CAT_(a, b)
// TRY(auto x, expression): x is the value of a Result, or the error is returned from here.
#define TRY(declaration, expression)                                                  \
  auto MLPIPE_CAT(try_result_, __LINE__) = (expression);                              \
  if (!MLPIPE_CAT(try_result_, __LINE__)) {                                           \
    return tl::make_unexpected(std::move(MLPIPE_CAT(try_result_, __LINE__)).error()); \
  }                                                                                   \
  declaration = std::move(*MLPIPE_CAT(try_result_, __LINE__))
// TRY_OK(expression): the same for a Status.
#define TRY_OK(expression)                                                                         \
  if (auto MLPIPE_CAT(try_status_, __LINE__) = (expression); !MLPIPE_CAT(try_status_, __LINE__)) { \
    return tl::make_unexpected(std::move(MLPIPE_CAT(try_status_, __LINE__)).error());              \
  }
