#pragma once

#include "node_context.h"

namespace spore {

/// `/api/tasks/...`.
class TaskApi {
 public:
  explicit TaskApi(NodeContext& context) : context_(context) {}
  void setUp();

 private:
  bool statusStep(uint32_t step, TextSink& out);
  void control(const HttpRequest& request, HttpResponse& response);
  bool act(Task& task, Text action, const HttpRequest& request, HttpResponse& response);

  NodeContext& context_;
};

}  // namespace spore
