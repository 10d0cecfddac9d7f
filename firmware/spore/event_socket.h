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
  static constexpr size_t frameMaxBytes = HttpResponse::pieceBytes;

  void mirror(Text event, Text payload);
  void reply(size_t client, const char* error);
  const char* fireFrom(size_t client, Text message);

  NodeContext& context_;
  bool clients_[HttpServer::slots] = {};
  size_t count_ = 0;
  uint32_t lost_ = 0;
  char payload_[frameMaxBytes];
  char frame_[frameMaxBytes];
};

}  // namespace spore
