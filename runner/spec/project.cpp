#include "runner/spec/pipeline.hpp"

namespace mlpipe::spec {

std::string Project::label(const Stage& stage) const {
  return pipelines.size() < 2 ? stage.name : pipeline_of(stage).name + ':' + stage.name;
}

}  // namespace mlpipe::spec
