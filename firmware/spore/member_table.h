#pragma once

#include "../common/fixed_text.h"
#include "../common/json.h"
#include "../common/json_writer.h"
#include "cluster_message.h"
#include "ports.h"

namespace spore {

enum class MemberStatus : uint8_t { active, inactive, dead };

Text name(MemberStatus status);

/// Names of SDK versions, shared by the members: a fleet has one or two.
class SdkVersions {
 public:
  uint8_t intern(Text version);
  Text at(uint8_t index) const { return index < capacity ? versions_[index].text() : Text(); }

 private:
  static constexpr uint8_t capacity = 4;
  FixedText<24> versions_[capacity];
};

/// What a node knows of another. Times are milliseconds since this node's boot, of which 32 bits are enough for ages.
struct Member {
  static constexpr size_t maxLabelsBytes = 85;

  FixedText<maxHostnameBytes> hostname;
  FixedText<maxLabelsBytes> labels;  // JSON; empty when they are unknown or too long
  Endpoint endpoint;
  uint32_t lastSeen = 0;
  uint32_t lastDetails = 0;
  uint32_t lastNodeInfo = 0;
  uint32_t freeHeap = 0;
  uint32_t chipId = 0;
  uint16_t latencyMs = 0;
  uint16_t flashKilobytes = 0;
  uint8_t cpuFreqMHz = 0;
  uint8_t sdkVersion = 255;
  MemberStatus status = MemberStatus::active;
  bool hasDetails : 1;
  bool speaksNodeInfo : 1;

  Member() : hasDetails(false), speaksNodeInfo(false) {}
};

struct MemberThresholds {
  uint32_t inactiveMs = 10000;
  uint32_t deadMs = 60000;
};

/// The other nodes of the cluster: at most 32, the oldest dead one giving way to a new one.
class MemberTable {
 public:
  static constexpr size_t capacity = 32;
  static constexpr uint32_t forgetMs = 300000;

  size_t size() const { return size_; }
  const Member& at(size_t index) const { return members_[index]; }
  Member* find(Text hostname);
  Member* findAddress(Ipv4 address);

  /// The member `hostname`, new or known, seen now at `from`. Null when the table is full of active members.
  Member* saw(Text hostname, Endpoint from, uint32_t now, bool& isNew);
  /// Takes over what an update says; keys stand in the object itself, or in its `resources`.
  void merge(Member& member, Json details, uint32_t now);
  /// Ages the members; returns a bit for each whose status changed.
  uint32_t age(uint32_t now, const MemberThresholds& thresholds);
  void writeResources(JsonWriter& json, const Member& member) const;

 private:
  Member* place(uint32_t now);
  void remove(size_t index);

  Member members_[capacity];
  size_t size_ = 0;
  SdkVersions sdkVersions_;
};

static_assert(sizeof(Member) <= 160, "32 members must not cost more than 5 KiB");

}  // namespace spore
