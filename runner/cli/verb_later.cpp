#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {

int doctor(const Common&) { return show({Code::internal, "doctor"}); }
int deploy(const DeployArguments&) { return show({Code::internal, "deploy"}); }

}  // namespace mlpipe::cli
