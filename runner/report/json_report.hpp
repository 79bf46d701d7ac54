// Every event of a run as one line of JSON (schemas/events.schema.json), as it happens.
#pragma once

#include "runner/report/options.hpp"
#include "runner/run/event.hpp"

namespace mlpipe::report {

class JsonReport final : public run::Listener {
 public:
  explicit JsonReport(Writer write) : write_(std::move(write)) {}
  void on(const run::Event& event) override;

 private:
  Writer write_;
};

}  // namespace mlpipe::report
