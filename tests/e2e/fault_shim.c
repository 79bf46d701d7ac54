/* Preloaded into mlpipe by fault_test.py: from the Nth change to the file system on, every change
 * fails with the errno of MLPIPE_FAULT_ERRNO, as on a disk that is full or became read-only. N is
 * MLPIPE_FAULT_AT; writes to pipes and terminals do not count. The number of changes is written to
 * the file descriptor MLPIPE_FAULT_REPORT at exit. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long changes;
static long fault_at = -1;
static int fault_errno = ENOSPC;

__attribute__((constructor)) static void begin(void) {
  const char* at = getenv("MLPIPE_FAULT_AT");
  const char* number = getenv("MLPIPE_FAULT_ERRNO");
  if (at != NULL) {
    fault_at = atol(at);
  }
  if (number != NULL) {
    fault_errno = atoi(number);
  }
}

__attribute__((destructor)) static void report(void) {
  const char* fd = getenv("MLPIPE_FAULT_REPORT");
  if (fd != NULL) {
    dprintf(atoi(fd), "%ld\n", atomic_load(&changes));
  }
}

/* Whether this change fails. */
static int refuse(void) {
  const long number = atomic_fetch_add(&changes, 1) + 1;
  if (fault_at > 0 && number >= fault_at) {
    errno = fault_errno;
    return 1;
  }
  return 0;
}

static int is_file(int fd) {
  struct stat found;
  return fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void* bytes, size_t count) {
  return is_file(fd) && refuse() ? -1 : REAL(write)(fd, bytes, count);
}
ssize_t pwrite(int fd, const void* bytes, size_t count, off_t offset) {
  return refuse() ? -1 : REAL(pwrite)(fd, bytes, count, offset);
}
ssize_t pwrite64(int fd, const void* bytes, size_t count, off64_t offset) {
  return refuse() ? -1 : REAL(pwrite64)(fd, bytes, count, offset);
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  return is_file(fd) && refuse() ? -1 : REAL(writev)(fd, parts, count);
}
ssize_t copy_file_range(int in, off64_t* in_offset, int out, off64_t* out_offset, size_t count,
                        unsigned flags) {
  return refuse() ? -1 : REAL(copy_file_range)(in, in_offset, out, out_offset, count, flags);
}
int rename(const char* from, const char* to) {
  return refuse() ? -1 : REAL(rename)(from, to);
}
int renameat(int from_fd, const char* from, int to_fd, const char* to) {
  return refuse() ? -1 : REAL(renameat)(from_fd, from, to_fd, to);
}
int link(const char* from, const char* to) {
  return refuse() ? -1 : REAL(link)(from, to);
}
int linkat(int from_fd, const char* from, int to_fd, const char* to, int flags) {
  return refuse() ? -1 : REAL(linkat)(from_fd, from, to_fd, to, flags);
}
int symlinkat(const char* text, int fd, const char* path) {
  return refuse() ? -1 : REAL(symlinkat)(text, fd, path);
}
int mkdir(const char* path, mode_t mode) {
  return refuse() ? -1 : REAL(mkdir)(path, mode);
}
int mkdirat(int fd, const char* path, mode_t mode) {
  return refuse() ? -1 : REAL(mkdirat)(fd, path, mode);
}

/* Opening is a change only where it may create. */
#define OPEN(name, ...)                       \
  mode_t mode = 0;                            \
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) { \
    va_list arguments;                        \
    va_start(arguments, flags);               \
    mode = va_arg(arguments, mode_t);         \
    va_end(arguments);                        \
    if ((flags & O_CREAT) != 0 && refuse()) { \
      return -1;                              \
    }                                         \
  }                                           \
  return REAL(name)(__VA_ARGS__, flags, mode)

int open(const char* path, int flags, ...) {
  OPEN(open, path);
}
int open64(const char* path, int flags, ...) {
  OPEN(open64, path);
}
int openat(int fd, const char* path, int flags, ...) {
  OPEN(openat, fd, path);
}
int openat64(int fd, const char* path, int flags, ...) {
  OPEN(openat64, fd, path);
}
