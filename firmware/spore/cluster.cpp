#include "cluster.h"

#include "ipv4_text.h"

namespace spore {

namespace {

using Kind = ClusterMessage::Kind;

constexpr uint32_t latencyMaxMs = 1000;

}  // namespace

void writePayload(JsonWriter& json, Text key, Text payload) {
  Json value;
  json.key(key);
  if (Json::parse(payload, value)) {
    json.raw(value.raw());
  } else {
    json.string(payload);
  }
}

void Cluster::setUp() {
  const Configuration& configuration = context_.configuration;
  addTask("discovery_listen", configuration.listenIntervalMs, 0, [](void* o) { static_cast<Cluster*>(o)->drain(); });
  addTask("discovery_send", configuration.discoveryIntervalMs, 0,
          [](void* o) { static_cast<Cluster*>(o)->sendDiscovery(); });
  addTask("heartbeat", configuration.heartbeatIntervalMs, 10,
          [](void* o) { static_cast<Cluster*>(o)->sendHeartbeat(); });
  addTask("node_update", configuration.nodeUpdateIntervalMs, 10,
          [](void* o) { static_cast<Cluster*>(o)->sendNodeUpdate(); });
  addTask("status_update", configuration.statusUpdateIntervalMs, 0,
          [](void* o) { static_cast<Cluster*>(o)->ageMembers(); });
  addTask("member_info", configuration.memberInfoIntervalMs, 0,
          [](void* o) { static_cast<Cluster*>(o)->askForDetails(); });
  addTask("print_members", configuration.printIntervalMs, 0, [](void* o) { static_cast<Cluster*>(o)->printMembers(); });
  // Datagrams are taken off the socket whenever the loop comes round: it holds about four.
  context_.tasks.find("discovery_listen")->everyPass = true;
  context_.tasks.find("member_info")->pausesForUpdate = true;
  context_.tasks.find("print_members")->pausesForUpdate = true;
  context_.tasks.find("print_members")->enabled = false;
  context_.events.on(
      "node/config", [](void* o, Text, Text) { static_cast<Cluster*>(o)->applyIntervals(); }, this);
  context_.events.on(
      "cluster/broadcast", [](void* o, Text, Text payload) { static_cast<Cluster*>(o)->takeBroadcastRequest(payload); },
      this);
}

void Cluster::addTask(const char* name, Settings::Index interval, uint8_t jitterPercent, void (*run)(void*)) {
  Task task;
  task.name = name;
  task.intervalMs = context_.configuration.number(interval);
  task.jitterPercent = jitterPercent;
  task.run = run;
  task.owner = this;
  context_.tasks.add(task);
}

void Cluster::applyIntervals() {
  const Configuration& configuration = context_.configuration;
  const struct {
    const char* task;
    Settings::Index setting;
  } intervals[] = {
      {"discovery_listen", configuration.listenIntervalMs},    {"discovery_send", configuration.discoveryIntervalMs},
      {"heartbeat", configuration.heartbeatIntervalMs},        {"node_update", configuration.nodeUpdateIntervalMs},
      {"status_update", configuration.statusUpdateIntervalMs}, {"member_info", configuration.memberInfoIntervalMs},
      {"print_members", configuration.printIntervalMs},
  };
  for (const auto& interval : intervals) {
    Task* task = context_.tasks.find(interval.task);
    const uint32_t wanted = configuration.number(interval.setting);
    if (task != nullptr && task->intervalMs != wanted) context_.tasks.setInterval(*task, wanted);
  }
}

void Cluster::drain() {
  DatagramPort::Arrival arrival;
  for (int i = 0; i < datagramsPerPass && context_.ports.datagrams.receive(received_, sizeof received_, arrival); i++) {
    const Endpoint own = context_.ports.datagrams.local();
    if (arrival.from.address != own.address || arrival.from.port != own.port)
      take(parseClusterMessage(Text(received_, arrival.size)), arrival);
  }
  introduce();
}

/// Who waits for this node to come back should not have to wait for the next round as well.
void Cluster::introduce() {
  const bool reachable = context_.ports.wireless.address() != 0;
  if (reachable && !introduced_) context_.announceSoon();
  introduced_ = reachable;
}

void Cluster::take(const ClusterMessage& message, const DatagramPort::Arrival& arrival) {
  const Endpoint from = arrival.from;
  switch (message.kind) {
    case Kind::discovery:
      return replies_.plan(from, ReplyQueue::Kind::response, context_.now(), context_.ports.random);
    case Kind::response:
      if (!message.hostname.empty()) see(message.hostname, from);
      return;
    case Kind::heartbeat:
      if (!message.hostname.empty()) see(message.hostname, from);
      return replies_.plan(from, ReplyQueue::Kind::details, context_.now(), context_.ports.random);
    case Kind::nodeInfo:
    case Kind::nodeUpdate:
      return takeDetails(message, arrival);
    case Kind::event:
      return takeEvent(message.body);
    case Kind::raw:
      return context_.events.fire("udp/raw", message.body);
    case Kind::probe:
      return arrival.broadcast ? void() : answerProbe(message, from);
    case Kind::malformed:
      malformed_++;
      return;
    case Kind::unknown:
      unknown_++;
      return;
  }
}

Member* Cluster::see(Text hostname, Endpoint from) {
  if (hostname == context_.facts.hostname) return nullptr;
  bool isNew = false;
  Member* member = members_.saw(hostname, from, now32(), isNew);
  if (member != nullptr && isNew) announceMember("node_discovered", *member);
  return member;
}

void Cluster::takeDetails(const ClusterMessage& message, const DatagramPort::Arrival& arrival) {
  Member* member = see(message.hostname, arrival.from);
  Json details;
  if (member == nullptr || !Json::parse(message.body, details)) return;
  members_.merge(*member, details, now32());
  if (message.kind == Kind::nodeInfo) {
    member->speaksNodeInfo = true;
    member->lastNodeInfo = now32();
  }
  const Millis sinceHeartbeat = context_.now() - heartbeatAt_;
  if (!arrival.broadcast && heartbeatAt_ != 0 && sinceHeartbeat < latencyMaxMs)
    member->latencyMs = static_cast<uint16_t>(sinceHeartbeat);
}

void Cluster::takeEvent(Text json) {
  Json object, name, data;
  char nameRoom[EventBus::maxNameBytes], dataRoom[maxDatagramBytes];
  Text event, payload;
  if (!Json::parse(json, object) || !object.member("event", name)) return;
  if (!name.decode(nameRoom, sizeof nameRoom, event) || event.empty()) return;
  if (object.member("src", data) && data.decode(dataRoom, sizeof dataRoom, payload) &&
      payload == context_.facts.hostname)
    return;
  payload = Text();
  if (object.member("data", data) && !data.decode(dataRoom, sizeof dataRoom, payload)) payload = data.raw();
  // A peer must not make us send, or every event would come back for ever.
  if (event != "cluster/broadcast") context_.events.fire(event, payload);
}

void Cluster::answerProbe(const ClusterMessage& message, Endpoint to) {
  FixedText<72> pong("SPORE_PONG:");
  pong.append(message.body).append(':').append(context_.facts.hostname);
  context_.ports.datagrams.send(to, pong);
}

void Cluster::sendDiscovery() {
  const Millis now = context_.now();
  if (members_.size() == 0) searchUntil_ = now + searchMs;
  if (now >= searchUntil_ && now - discoveryAt_ < searchIntervalMs) return;
  discoveryAt_ = now;
  context_.ports.datagrams.broadcast("CLUSTER_DISCOVERY", false);
}

void Cluster::sendHeartbeat() {
  FixedText<18 + maxHostnameBytes> heartbeat("CLUSTER_HEARTBEAT:");
  heartbeatAt_ = context_.now();
  context_.ports.datagrams.broadcast(heartbeat.append(context_.facts.hostname), false);
}

Text Cluster::composeDetails(const char* prefix) {
  BufferSink out(composed_, sizeof composed_);
  out.write(prefix);
  out.write(context_.facts.hostname);
  out.write(":");
  report_.writeUpdate(out, maxDatagramBytes - out.size());
  return out.text();
}

void Cluster::sendNodeUpdate() {
  context_.ports.datagrams.broadcast(composeDetails("NODE_UPDATE:"), false);
  // Somebody is watching the bar.
  Task* task = context_.uploading ? context_.tasks.find("node_update") : nullptr;
  if (task != nullptr) task->dueAt = context_.now() + progressIntervalMs;
}

void Cluster::sendDetails(Endpoint to, bool asNodeInfo) {
  context_.ports.datagrams.send(to, composeDetails(asNodeInfo ? "CLUSTER_NODE_INFO:" : "NODE_UPDATE:"));
}

void Cluster::sendReplies() {
  ReplyQueue::Reply reply;
  while (replies_.take(context_.now(), reply)) {
    if (reply.kind == ReplyQueue::Kind::response) {
      FixedText<17 + maxHostnameBytes> response("CLUSTER_RESPONSE:");
      context_.ports.datagrams.send(reply.to, response.append(context_.facts.hostname));
      continue;
    }
    const Member* peer = members_.findAddress(reply.to.address);
    const bool old = peer != nullptr && peer->speaksNodeInfo && now32() - peer->lastNodeInfo < speaksNodeInfoMs;
    sendDetails(reply.to, old);
  }
}

/// A heartbeat that only one member hears makes it answer with its details.
void Cluster::askForDetails() {
  FixedText<18 + maxHostnameBytes> heartbeat("CLUSTER_HEARTBEAT:");
  heartbeat.append(context_.facts.hostname);
  for (size_t i = 0; i < members_.size(); i++) {
    const Member& member = members_.at(i);
    const bool missing = !member.hasDetails || now32() - member.lastDetails > detailsMissingMs;
    if (missing && member.status != MemberStatus::dead) context_.ports.datagrams.send(member.endpoint, heartbeat);
  }
}

void Cluster::ageMembers() {
  const Configuration& configuration = context_.configuration;
  MemberThresholds thresholds;
  thresholds.inactiveMs = configuration.number(configuration.inactiveThresholdMs);
  thresholds.deadMs = configuration.number(configuration.deadThresholdMs);
  const uint32_t changed = members_.age(now32(), thresholds);
  for (size_t i = 0; i < members_.size(); i++)
    if ((changed >> i & 1) != 0) announceMember("member/status", members_.at(i));
}

void Cluster::printMembers() {
  for (size_t i = 0; i < members_.size(); i++) {
    const Member& member = members_.at(i);
    FixedText<96> line("member ");
    line.append(member.hostname)
        .append(' ')
        .append(ipv4Text(member.endpoint.address))
        .append(' ')
        .append(name(member.status));
    context_.ports.log.line(line);
  }
}

void Cluster::announceMember(const char* event, const Member& member) {
  char room[160];
  BufferSink out(room, sizeof room);
  JsonWriter json(out);
  json.beginObject().field("hostname", member.hostname.text()).field("ip", ipv4Text(member.endpoint.address).text());
  json.field("status", name(member.status)).endObject();
  context_.events.fire(event, out.text());
}

bool Cluster::broadcastEvent(Text event, Text data) {
  BufferSink out(composed_, maxDatagramBytes);
  out.write("CLUSTER_EVENT:");
  JsonWriter json(out);
  json.beginObject().field("event", event);
  writePayload(json, "data", data);
  json.field("src", context_.facts.hostname).endObject();
  if (out.overflowed()) return false;
  context_.ports.datagrams.broadcast(out.text(), true);
  return true;
}

void Cluster::takeBroadcastRequest(Text payload) {
  Json object, name, data;
  char nameRoom[EventBus::maxNameBytes], dataRoom[maxDatagramBytes];
  Text event, decoded;
  if (!Json::parse(payload, object) || !object.member("event", name)) return;
  if (!name.decode(nameRoom, sizeof nameRoom, event) || event.empty()) return;
  if (!object.member("data", data)) data = Json();
  if (!data.decode(dataRoom, sizeof dataRoom, decoded)) decoded = data.raw();
  broadcastEvent(event, decoded);
}

}  // namespace spore
