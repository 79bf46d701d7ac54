#include "stages/drift/report_file.hpp"

#include "stages/drift/html_report.hpp"
#include "stages/drift/report.hpp"
#include "stages/shared/files.hpp"

namespace mlpipe::stages::drift {

Status write_report(const DriftResult& result, const std::string& root, const std::string& path) {
  if (path.ends_with(".html")) {
    return write_file(root, path, to_html(result));
  }
  return write_file(root, path,
                    path.ends_with(".md") ? to_markdown(result) : to_json(result) + "\n");
}

}  // namespace mlpipe::stages::drift
