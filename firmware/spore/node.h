#pragma once

#include "../common/boot_counter.h"
#include "application.h"
#include "cluster.h"
#include "cluster_api.h"
#include "event_socket.h"
#include "monitoring_api.h"
#include "network_api.h"
#include "node_api.h"
#include "node_context.h"
#include "task_api.h"
#include "update_session.h"

namespace spore {

/// A node of the cluster: everything but the platform. `setUp` once, then `loop` for ever.
class Node final : public HttpAdmission {
 public:
  Node(const Ports& ports, const BoardFacts& facts, const NodeIdentity& identity, Application& application);

  /// Reads the configuration. Before this the ports to listen on are not known.
  void configure();
  /// Counts the boot and starts the services; in safe mode only what it takes to be rescued.
  void setUp(uint16_t httpPort);
  void loop();
  /// When `loop` has something to do even if nothing arrives.
  Millis nextDue() const;

  HttpServer& http() { return context_.http; }
  const Configuration& configuration() const { return context_.configuration; }
  bool uploading() const { return context_.uploading; }
  bool safeMode() const { return context_.safeMode; }

  bool admit(const HttpRequest& request, size_t inFlight, HttpResponse& response) override;

 private:
  static constexpr uint32_t housekeepMs = 1000;

  void reportFullTables();
  void housekeep();
  bool answersWhileUpdating(const HttpRequest& request) const;
  bool busy(HttpResponse& response, const char* code) const;

  NodeContext context_;
  Application& application_;
  BootCounter bootCounter_;
  Cluster cluster_;
  UpdateSession update_;
  EventSocket eventSocket_;
  NodeApi nodeApi_;
  ClusterApi clusterApi_;
  TaskApi taskApi_;
  NetworkApi networkApi_;
  MonitoringApi monitoringApi_;
  Millis stableAt_ = 0;
};

}  // namespace spore
