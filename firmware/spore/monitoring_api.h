#pragma once

#include "node_context.h"

namespace spore {

/// `GET /api/monitoring/resources`.
class MonitoringApi {
 public:
  explicit MonitoringApi(NodeContext& context) : context_(context) {}
  void setUp();
  /// Notes the lowest free heap seen. Call now and then.
  void observe();

 private:
  void resources(HttpResponse& response);

  NodeContext& context_;
  uint32_t leastFreeHeap_ = 0xffffffff;
};

}  // namespace spore
