#pragma once

#include "node_context.h"

namespace spore {

/// Mirrors the event bus to WebSocket clients and fires what they send.
class EventSocket final : public WebSocketHandler {
 public:
  static constexpr size_t maxClients = 2;

  explicit EventSocket(NodeContext& context) : context_(context) {}
  void setUp();

  bool opened(size_t client) override;
  void received(size_t client, Text message) override;
  void receivedBinary(size_t client) override;
  void closed(size_t client) override;
  /// Events that a client missed because it did not read fast enough.
  uint32_t lost() const { return lost_; }

 private:
  static constexpr size_t payloadMaxBytes = 768;

  void mirror(Text event, Text payload);
  void reply(size_t client, const char* error);
  bool isEcho(size_t client, Text payload) const;
  const char* fireFrom(size_t client, Text message);

  NodeContext& context_;
  bool clients_[HttpServer::slots] = {};
  size_t count_ = 0;
  uint32_t lost_ = 0;
  // What a client has just sent and who it was, while the bus tells of it.
  Text firing_;
  size_t firingClient_ = HttpServer::slots;
};

}  // namespace spore
