#pragma once

#include "node_context.h"

namespace spore {

/// `/api/network/...`.
class NetworkApi {
 public:
  explicit NetworkApi(NodeContext& context) : context_(context) {}
  void setUp();

 private:
  void status(HttpResponse& response);
  bool scanStep(uint32_t step, TextSink& out);
  void startScan(HttpResponse& response);
  void configure(const HttpRequest& request, HttpResponse& response);

  NodeContext& context_;
};

}  // namespace spore
