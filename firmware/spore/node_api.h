#pragma once

#include "cluster.h"
#include "node_context.h"
#include "node_report.h"

namespace spore {

/// `/api/node/...`: status, endpoints, restart, configuration, events.
class NodeApi {
 public:
  NodeApi(NodeContext& context, Cluster& cluster) : context_(context), cluster_(cluster), report_(context) {}
  /// Registers what answers in safe mode too.
  void setUpBasics();
  void setUp();

 private:
  void status(const HttpRequest& request, HttpResponse& response);
  bool statusStep(uint32_t step, TextSink& out);
  bool briefStep(uint32_t step, TextSink& out);
  bool writeExtension(TextSink& out);
  bool endpointsStep(uint32_t step, TextSink& out);
  bool configStep(uint32_t step, TextSink& out);
  void restart(HttpResponse& response);
  void configure(const HttpRequest& request, HttpResponse& response);
  void fireEvent(const HttpRequest& request, HttpResponse& response, bool everywhere);

  NodeContext& context_;
  Cluster& cluster_;
  NodeReport report_;
};

}  // namespace spore
