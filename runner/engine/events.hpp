// Where events go: listeners, and the run's one event file. Both start with the first event that
// says something happened, so that a run with nothing to do writes nothing.
#pragma once

#include <string>
#include <vector>

#include "runner/base/error.hpp"
#include "runner/run/event.hpp"

namespace mlpipe::engine {

class Events {
 public:
  Events(std::string file, std::vector<run::Listener*> listeners);
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  // To the listeners and, except output, to the file. The file's errors are kept for status().
  void emit(const run::Event& event);
  // To the listeners only: a run in which nothing happened.
  void tell(const run::Event& event);
  void tick();
  [[nodiscard]] Status status() const { return status_; }

 private:
  std::string path_;
  std::vector<run::Listener*> listeners_;
  int file_ = -1;
  Status status_;
};

}  // namespace mlpipe::engine
