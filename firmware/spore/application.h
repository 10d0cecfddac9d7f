#pragma once

#include "node_context.h"

namespace spore {

/// What somebody builds on a node: its settings, labels, endpoints, tasks and event handlers.
class Application {
 public:
  /// Registers settings and static labels, before the configuration is read.
  virtual void configure(Configuration& configuration) = 0;
  /// Registers the rest. Not called in safe mode.
  virtual void start(NodeContext& context) = 0;

 protected:
  ~Application() = default;
};

}  // namespace spore
