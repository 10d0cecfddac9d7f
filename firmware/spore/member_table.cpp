#include "member_table.h"

namespace spore {

Text name(MemberStatus status) {
  switch (status) {
    case MemberStatus::active:
      return "active";
    case MemberStatus::inactive:
      return "inactive";
    case MemberStatus::dead:
      break;
  }
  return "dead";
}

uint8_t SdkVersions::intern(Text version) {
  for (uint8_t i = 0; i < capacity; i++) {
    if (versions_[i].empty()) versions_[i].assign(version.first(24));
    if (versions_[i].text() == version.first(24)) return i;
  }
  return 255;
}

Member* MemberTable::find(Text hostname) {
  for (size_t i = 0; i < size_; i++)
    if (members_[i].hostname.text() == hostname) return &members_[i];
  return nullptr;
}

Member* MemberTable::findAddress(Ipv4 address) {
  for (size_t i = 0; i < size_; i++)
    if (members_[i].endpoint.address == address) return &members_[i];
  return nullptr;
}

Member* MemberTable::saw(Text hostname, Endpoint from, uint32_t now, bool& isNew) {
  Member* member = find(hostname);
  isNew = member == nullptr;
  if (isNew) {
    member = place(now);
    if (member == nullptr) return nullptr;
    *member = Member();
    member->hostname.assign(hostname);
  }
  member->endpoint = from;
  member->lastSeen = now;
  return member;
}

/// A free row, else that of the member that has been silent longest; an active one never gives way.
Member* MemberTable::place(uint32_t now) {
  if (size_ < capacity) return &members_[size_++];
  Member* oldest = nullptr;
  for (Member& member : members_) {
    if (member.status == MemberStatus::active) continue;
    const bool worse = oldest == nullptr || member.status > oldest->status ||
                       // By age: the 32 bits of a time wrap after 49 days.
                       (member.status == oldest->status && now - member.lastSeen > now - oldest->lastSeen);
    if (worse) oldest = &member;
  }
  return oldest;
}

void MemberTable::remove(size_t index) {
  size_--;
  if (index != size_) members_[index] = members_[size_];
}

void MemberTable::merge(Member& member, Json details, uint32_t now) {
  Json nested, value;
  const bool hasNested = details.member("resources", nested) && nested.isObject();
  auto number = [&](const char* key, uint32_t& out) {
    if (details.member(key, value) || (hasNested && nested.member(key, value))) value.number(out);
  };
  uint32_t cpu = member.cpuFreqMHz, flash = member.flashKilobytes * 1024u;
  number("freeHeap", member.freeHeap);
  number("chipId", member.chipId);
  number("cpuFreqMHz", cpu);
  number("flashChipSize", flash);
  member.cpuFreqMHz = static_cast<uint8_t>(cpu);
  member.flashKilobytes = static_cast<uint16_t>(flash / 1024);
  char room[48];
  Text version;
  if (details.member("sdkVersion", value) || (hasNested && nested.member("sdkVersion", value)))
    if (value.decode(room, sizeof room, version)) member.sdkVersion = sdkVersions_.intern(version);
  if (details.member("labels", value) && value.isObject() && !member.labels.assign(value.raw())) member.labels.clear();
  member.lastDetails = now;
  member.hasDetails = true;
}

uint32_t MemberTable::age(uint32_t now, const MemberThresholds& thresholds) {
  for (size_t i = size_; i-- > 0;)
    if (now - members_[i].lastSeen > forgetMs) remove(i);
  uint32_t changed = 0;
  for (size_t i = 0; i < size_; i++) {
    const uint32_t age = now - members_[i].lastSeen;
    const MemberStatus status = age < thresholds.inactiveMs ? MemberStatus::active
                                : age <= thresholds.deadMs  ? MemberStatus::inactive
                                                            : MemberStatus::dead;
    if (status != members_[i].status) changed |= 1u << i;
    members_[i].status = status;
  }
  return changed;
}

void MemberTable::writeResources(JsonWriter& json, const Member& member) const {
  json.beginObject();
  json.field("freeHeap", member.freeHeap).field("chipId", member.chipId);
  json.field("sdkVersion", sdkVersions_.at(member.sdkVersion));
  json.field("cpuFreqMHz", static_cast<uint32_t>(member.cpuFreqMHz));
  json.field("flashChipSize", member.flashKilobytes * 1024u);
  json.endObject();
}

}  // namespace spore
