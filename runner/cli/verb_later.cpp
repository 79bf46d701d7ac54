#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {

int deploy(const DeployArguments&) { return show({Code::internal, "deploy"}); }

}  // namespace mlpipe::cli
