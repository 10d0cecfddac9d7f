#pragma once

#include "cluster_message.h"
#include "member_table.h"
#include "node_context.h"
#include "node_report.h"
#include "reply_queue.h"

namespace spore {

/// The cluster protocol: who else is there, and telling them that we are.
/// It speaks to peers of every generation (README.md has the wire).
class Cluster {
 public:
  explicit Cluster(NodeContext& context) : context_(context), report_(context) {}

  /// Registers tasks and event handlers.
  void setUp();
  /// Sends the answers that are due.
  void sendReplies();
  Millis nextReplyDue() const { return replies_.nextDue(context_.now()); }
  const MemberTable& members() const { return members_; }
  uint32_t unknownDatagrams() const { return unknown_; }
  /// Sends `{"event":..,"data":..}` to every node. False when it does not fit a datagram.
  bool broadcastEvent(Text event, Text dataJson);

 private:
  static constexpr int datagramsPerPass = 16;
  static constexpr uint32_t searchMs = 30000;
  static constexpr uint32_t searchIntervalMs = 10000;
  static constexpr uint32_t speaksNodeInfoMs = 60000;
  static constexpr uint32_t progressIntervalMs = 250;
  static constexpr uint32_t detailsMissingMs = 30000;

  void drain();
  void introduce();
  void take(const ClusterMessage& message, const DatagramPort::Arrival& arrival);
  void takeDetails(const ClusterMessage& message, const DatagramPort::Arrival& arrival);
  void takeEvent(Text json);
  void answerProbe(const ClusterMessage& message, Endpoint to);
  Member* see(Text hostname, Endpoint from);
  void sendDiscovery();
  void sendHeartbeat();
  void sendNodeUpdate();
  void sendDetails(Endpoint to, bool asNodeInfo);
  Text composeDetails(const char* prefix);
  void askForDetails();
  void ageMembers();
  void printMembers();
  void addTask(const char* name, Settings::Index interval, uint8_t jitterPercent, void (*run)(void*));
  void applyIntervals();
  void announceMember(const char* event, const Member& member);
  void takeBroadcastRequest(Text payload);
  uint32_t now32() const { return static_cast<uint32_t>(context_.now()); }

  NodeContext& context_;
  NodeReport report_;
  MemberTable members_;
  ReplyQueue replies_;
  Millis heartbeatAt_ = 0;
  Millis searchUntil_ = searchMs;
  Millis discoveryAt_ = 0;
  bool introduced_ = false;
  uint32_t unknown_ = 0;
  uint32_t malformed_ = 0;
  char received_[maxReceivedBytes];
  char composed_[maxDatagramBytes];
};

/// Writes `payload` as the value of `key`: as JSON when it is JSON, else as a string.
void writePayload(JsonWriter& json, Text key, Text payload);

}  // namespace spore
