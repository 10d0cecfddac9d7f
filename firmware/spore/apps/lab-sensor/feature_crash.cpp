#include "feature.h"

namespace spore {

namespace {

/// Long enough for the node to show itself once, short enough never to count as stable.
constexpr uint32_t crashAfterMs = 300;

}  // namespace

void startFeature(NodeContext& context) {
  Task task;
  task.name = "lab_crash";
  task.intervalMs = crashAfterMs;
  task.run = [](void*) { __builtin_trap(); };
  context.tasks.add(task);
}

}  // namespace spore
