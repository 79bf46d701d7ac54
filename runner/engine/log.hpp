// The log of one attempt: redacted, written as it comes, created only once something was printed.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runner/base/error.hpp"

namespace mlpipe {
class Redactor;
}

namespace mlpipe::engine {

class AttemptLog {
 public:
  // path: absolute. The redactor belongs to the log, since what it holds back belongs to one stream.
  AttemptLog(std::string path, std::unique_ptr<Redactor> redactor);
  ~AttemptLog();
  AttemptLog(AttemptLog&&) noexcept;
  AttemptLog& operator=(AttemptLog&&) noexcept;

  // Returns what may be shown.
  Result<std::string> add(std::string_view bytes);
  Result<std::string> finish();  // what was held back
  [[nodiscard]] bool empty() const { return file_ < 0; }
  [[nodiscard]] const std::string& path() const { return path_; }
  // The last lines, carriage returns collapsed as a terminal would, control characters made visible.
  [[nodiscard]] std::vector<std::string> last_lines(std::size_t count) const;
  [[nodiscard]] const std::string& tail() const { return tail_; }

 private:
  Result<std::string> write(std::string text);
  std::string path_;
  std::unique_ptr<Redactor> redactor_;
  int file_ = -1;
  std::string tail_;  // the last 64 KiB
};

}  // namespace mlpipe::engine
