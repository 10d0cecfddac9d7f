#pragma once

#include "../common/event_bus.h"
#include "../common/http_server.h"
#include "../common/task_scheduler.h"
#include "configuration.h"
#include "ports.h"

namespace spore {

/// What this node is, for as long as it runs.
struct NodeIdentity {
  Text application;
  Text version;
  uint32_t boot = 0;  // drawn at random, so that every restart shows
  uint16_t httpPort = 80;
};

/// What the parts of a node share.
struct NodeContext {
  NodeContext(const Ports& nodePorts, const BoardFacts& boardFacts, const NodeIdentity& nodeIdentity,
              HttpAdmission& admission)
      : ports(nodePorts),
        facts(boardFacts),
        identity(nodeIdentity),
        tasks(nodePorts.clock, nodePorts.random),
        http(nodePorts.http, nodePorts.clock, admission) {}

  const Ports ports;
  const BoardFacts facts;
  NodeIdentity identity;
  Configuration configuration;
  TaskScheduler tasks;
  EventBus events;
  HttpServer http;
  /// Bytes of an upload that have arrived, while one is under way.
  uint32_t uploadReceived = 0;
  bool uploading = false;
  bool safeMode = false;
  Millis restartAt = 0;  // 0: not planned

  Millis now() const { return ports.clock.now(); }
  /// Lets the answer leave before the restart.
  void restartSoon() { restartAt = now() + configuration.number(configuration.restartDelayMs) + 1; }
  /// Says at once what has changed, instead of at the next round.
  void announceSoon() {
    if (Task* task = tasks.find("node_update")) tasks.hurry(*task);
  }
  bool needsToken() const { return !configuration.text(configuration.otaToken).empty(); }
  /// Does `request` carry the token, if one is configured?
  bool authorized(const HttpRequest& request) const;
};

/// `safe`, `ota`, `low` or `ok`.
Text nodeState(const NodeContext& context);

}  // namespace spore
