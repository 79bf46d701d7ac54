#include "runner/engine/events.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "runner/engine/files.hpp"

namespace mlpipe::engine {

Events::Events(std::string file, std::vector<run::Listener*> listeners)
    : path_(std::move(file)), listeners_(std::move(listeners)) {}

Events::~Events() {
  if (file_ >= 0) {
    close(file_);
  }
}

void Events::tell(const run::Event& event) {
  for (run::Listener* listener : listeners_) {
    listener->on(event);
  }
}

void Events::tick() {
  for (run::Listener* listener : listeners_) {
    listener->tick();
  }
}

void Events::emit(const run::Event& event) {
  tell(event);
  std::string line = run::to_json(event);
  if (line.empty() || !status_) {
    return;
  }
  line += '\n';
  if (file_ < 0) {
    status_ = make_folders(path_.substr(0, path_.rfind('/')));
    file_ = status_ ? open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
    if (status_ && file_ < 0) {
      status_ = fail_errno("cannot write " + path_, errno);
    }
  }
  // One write per line: a reader, or a crash, sees whole lines but for the last.
  if (status_ && ::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    status_ = fail_errno("cannot write " + path_, errno);
  }
}

}  // namespace mlpipe::engine
