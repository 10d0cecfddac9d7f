#pragma once

#include "../../node_context.h"

namespace spore {

/// Starts what a version has beyond the first. Each version links exactly one definition: `feature_none.cpp` (1.0.0),
/// `feature_statistics.cpp` (1.1.0 and later) or `feature_crash.cpp` (a release gone wrong, to test what stops it).
void startFeature(NodeContext& context);

}  // namespace spore
