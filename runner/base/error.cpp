#include "runner/base/error.hpp"

#include <cerrno>
#include <cstring>

namespace mlpipe {
namespace {

Code code_of(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      return Code::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::permission;
    case ENOSPC:
    case EDQUOT:
      return Code::no_space;
    case EAGAIN:
    case EBUSY:
      return Code::busy;
    default:
      return Code::io;
  }
}

}  // namespace

tl::unexpected<Error> fail_errno(const std::string& what, int errno_value) {
  return fail(code_of(errno_value), what + ": " + std::strerror(errno_value));
}

}  // namespace mlpipe
