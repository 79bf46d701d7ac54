#include "runner/report/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>

namespace mlpipe::report {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view(value);
}

bool dumb() {
  return variable("TERM").empty() || variable("TERM") == "dumb";
}

Size size_of(int fd) {
  Size size;
  winsize window{};
  if (::ioctl(fd, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
    size.columns = window.ws_col;
    size.rows = window.ws_row > 0 ? window.ws_row : size.rows;
    return size;
  }
  const std::string_view columns = variable("COLUMNS");
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(columns.data(), columns.data() + columns.size(), count);
  constexpr std::size_t narrowest = 10;
  if (error == std::errc{} && end == columns.data() + columns.size() && count >= narrowest) {
    size.columns = count;
  }
  return size;
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return;  // nobody reads any more; the run goes on and its log has everything
    }
  }
}

}  // namespace

ReportOptions terminal_options(int fd) {
  ReportOptions options;
  options.write = [fd](std::string_view text) { write_all(fd, text); };
  options.size = [fd] { return size_of(fd); };
  options.now = [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  };
  const bool plain = !variable("NO_COLOR").empty() || dumb() || ::isatty(fd) == 0;
  options.colour = plain ? Colour::off : Colour::on;
  return options;
}

bool wants_live(int fd) {
  const std::string_view ci = variable("CI");
  return ::isatty(fd) != 0 && !dumb() && (ci.empty() || ci == "false" || ci == "0");
}

}  // namespace mlpipe::report
