#include "runner/spec/validator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "runner/spec/embedded.hpp"
#include "runner/spec/not_built.hpp"
#include "runner/spec/schema.hpp"
#include "runner/spec/schema_check.hpp"

namespace mlpipe::spec {
namespace {

// Parsed on first use: a run that finds its compiled pipeline valid never needs it.
const Result<SchemaSet>& schemas() {
  static const Result<SchemaSet> set = SchemaSet::parse(embedded::pipeline_schema());
  return set;
}

const SchemaSet* schemas_or_tell(Mark mark, Diagnostics& diagnostics) {
  if (!schemas()) {
    diagnostics.error(mark, fmt::format("mlpipe's own {}", schemas().error().message),
                      "this is a bug of mlpipe; please report it");
    return nullptr;
  }
  return &*schemas();
}

}  // namespace

void validate_pipeline(const Node& document, std::span<const std::string> kinds,
                       Diagnostics& diagnostics) {
  const SchemaSet* set = schemas_or_tell(document.mark, diagnostics);
  if (set == nullptr) {
    return;
  }
  if (document.kind == NodeKind::null) {
    diagnostics.error(document.mark, "the file is empty",
                      "a pipeline file starts with `mlpipe: 1` and has `stages:`");
    return;
  }
  if (!document.is_scalar() && document.items.empty()) {
    diagnostics.error(document.mark, "the file holds no keys",
                      "a pipeline file starts with `mlpipe: 1` and has `stages:`");
    return;
  }
  SchemaCheck(*set, diagnostics).document(set->root(), document);
  refuse_not_built(document, kinds, diagnostics);
}

void validate_stage(std::string_view name, const Node& stage, std::span<const std::string> kinds,
                    Diagnostics& diagnostics) {
  const SchemaSet* set = schemas_or_tell(stage.mark, diagnostics);
  const Schema* whole = set == nullptr ? nullptr : set->definition("whole_stage");
  if (whole != nullptr) {
    SchemaCheck(*set, diagnostics).value(*whole, stage, name);
    refuse_not_built_in_stage(stage, kinds, diagnostics);
  }
}

std::string_view pipeline_schema() {
  return embedded::pipeline_schema();
}

}  // namespace mlpipe::spec
