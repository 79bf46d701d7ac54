// Profiles: patches of parameters and stages, chosen by name. Knows nothing of what the values mean.
#pragma once

#include <string>

#include "runner/spec/node.hpp"
#include "runner/spec/report.hpp"

namespace mlpipe::spec {

// Every name that any profile of `document` uses: stages must be keys of its `stages`, parameters keys of `params`
// (nullptr: the file could not be read, nothing is said).
void check_profiles(const Node& document, const Node* params, Report& report);

// Lays the profile's parameter values over `params`; dotted keys and nested maps are the same. Unknown keys are left
// alone: check_profiles reports them.
void patch_params(const Node& profile, Node& params);

}  // namespace mlpipe::spec
