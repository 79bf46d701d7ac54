#include "runner/report/json_report.hpp"

namespace mlpipe::report {

void JsonReport::on(const run::Event& event) {
  const std::string line = run::to_json(event);
  if (!line.empty()) {
    write_(line + '\n');
  }
}

}  // namespace mlpipe::report
