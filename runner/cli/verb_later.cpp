#include "runner/cli/verbs.hpp"

namespace mlpipe::cli {

int completion(const std::string&) { return show({Code::internal, "completion"}); }
int gc(const GcArguments&) { return show({Code::internal, "gc"}); }
int doctor(const Common&) { return show({Code::internal, "doctor"}); }
int init(const InitArguments&) { return show({Code::internal, "init"}); }

}  // namespace mlpipe::cli
