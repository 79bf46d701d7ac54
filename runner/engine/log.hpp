// The log of one attempt: redacted, written as it comes, created only once something was printed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/base/redactor.hpp"

namespace mlpipe::engine {

class AttemptLog {
 public:
  // path: absolute.
  AttemptLog(std::string path, Redactor redactor);
  ~AttemptLog();
  AttemptLog(const AttemptLog&) = delete;
  AttemptLog& operator=(const AttemptLog&) = delete;

  // Returns what may be shown.
  Result<std::string> add(std::string_view bytes);
  Result<std::string> finish();  // what was held back
  [[nodiscard]] bool empty() const { return file_ < 0; }
  [[nodiscard]] const std::string& path() const { return path_; }
  // The last lines, carriage returns collapsed as a terminal would, control characters made
  // visible.
  [[nodiscard]] std::vector<std::string> last_lines(std::size_t count) const;
  [[nodiscard]] const std::string& tail() const { return tail_; }
  [[nodiscard]] const Redactor& redactor() const { return redactor_; }

 private:
  Result<std::string> write(std::string text);
  std::string path_;
  Redactor redactor_;
  RedactedStream stream_;
  int file_ = -1;
  std::string tail_;  // the last 64 KiB
};

}  // namespace mlpipe::engine
