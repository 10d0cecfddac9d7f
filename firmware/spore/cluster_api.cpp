#include "cluster_api.h"

#include "ipv4_text.h"

namespace spore {

void ClusterApi::setUp() {
  Route route;
  route.uri = "/api/cluster/members";
  route.owner = this;
  route.handle = [](void* o, const HttpRequest&, HttpResponse& r) {
    r.stream([](void* owner, uint32_t step,
                TextSink& out) { return static_cast<ClusterApi*>(owner)->membersStep(step, out); },
             o);
  };
  context_.http.add(route);
}

/// A piece per member, because twenty of them do not fit the memory of a chip at once.
bool ClusterApi::membersStep(uint32_t step, TextSink& out) {
  JsonWriter json(out);
  if (step == 0) {
    out.write("{\"members\":[");
    writeSelf(json);
  } else if (step <= cluster_.members().size()) {
    out.write(",");
    writeMember(json, cluster_.members().at(step - 1));
  }
  if (step < cluster_.members().size()) return true;
  out.write("]}");
  return false;
}

void ClusterApi::writeSelf(JsonWriter& json) const {
  json.beginObject().field("hostname", context_.facts.hostname);
  json.field("ip", ipv4Text(context_.ports.wireless.address()).text());
  json.field("lastSeen", static_cast<uint64_t>(context_.now())).field("latency", 0u).field("status", "active");
  json.key("resources").beginObject();
  report_.writeResources(json);
  json.endObject().key("api").beginArray().endArray().key("labels");
  context_.configuration.labels().write(json);
  json.endObject();
}

void ClusterApi::writeMember(JsonWriter& json, const Member& member) const {
  json.beginObject().field("hostname", member.hostname.text()).field("ip", ipv4Text(member.endpoint.address).text());
  json.field("lastSeen", member.lastSeen).field("latency", static_cast<uint32_t>(member.latencyMs));
  json.field("status", name(member.status)).key("resources");
  cluster_.members().writeResources(json, member);
  json.key("api").beginArray().endArray();
  if (!member.labels.empty()) json.key("labels").raw(member.labels);
  json.endObject();
}

}  // namespace spore
