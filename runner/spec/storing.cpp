// The keys `cache` and `durability` at the top of a pipeline file.
#include "runner/spec/pipeline_reader.hpp"
#include "runner/spec/values.hpp"

namespace mlpipe::spec {

Storing read_storing(const Node& document, const Scope& scope, Report& report) {
  Storing storing;
  Values values(report);
  const Node* written = given(document, "cache");
  const Node cache = written != nullptr ? interpolate(*written, scope, report) : Node{};
  if (written != nullptr && values.map(cache, "cache", {"max_size", "link"})) {
    if (const Node* size = given(cache, "max_size")) {
      storing.max_size = values.size(*size, "cache.max_size");
    }
    if (const Node* link = given(cache, "link")) {
      const auto word = values.one_of(*link, "cache.link", {"reflink", "copy", "hardlink"});
      storing.link = word == "hardlink" ? CacheLink::hardlink
                     : word == "copy"   ? CacheLink::copy
                                        : CacheLink::reflink;
    }
  }
  if (const Node* durability = given(document, "durability")) {
    const auto word = values.one_of(*durability, "durability", {"run", "power"});
    storing.commit = word == "power" ? CommitOn::power : CommitOn::run;
  }
  return storing;
}

}  // namespace mlpipe::spec
