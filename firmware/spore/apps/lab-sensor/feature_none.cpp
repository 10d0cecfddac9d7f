#include "feature.h"

namespace spore {

void startFeature(NodeContext&) {}

}  // namespace spore
