#include "node_report.h"

#include "ipv4_text.h"

namespace spore {

namespace {

constexpr size_t shortMd5Digits = 8;
constexpr size_t longestVersion = 24;

}  // namespace

void NodeReport::writeResources(JsonWriter& json) const {
  const BoardFacts& facts = context_.facts;
  json.field("freeHeap", context_.ports.board.freeHeap()).field("chipId", facts.chipId);
  json.field("sdkVersion", facts.sdkVersion).field("cpuFreqMHz", facts.cpuFreqMHz);
  json.field("flashChipSize", facts.flashChipSize);
}

void NodeReport::writeUpdate(TextSink& out, size_t maxBytes) const {
  const LabelSet all = context_.configuration.labels();
  for (size_t count = all.size() + 1; count-- > 0;) {
    CountingSink counter;
    writeUpdate(counter, all, count, true);
    if (counter.size() <= maxBytes) return writeUpdate(out, all, count, true);
  }
  writeUpdate(out, all, 0, false);
}

void NodeReport::writeUpdate(TextSink& out, const LabelSet& all, size_t count, bool withExtras) const {
  JsonWriter json(out);
  json.beginObject();
  writeResources(json);
  json.key("labels");
  all.write(json, count);
  // A reader must not take a label for missing that only did not fit.
  if (count < all.size()) json.field("lx", static_cast<uint32_t>(all.size() - count));
  if (withExtras) writeExtras(json);
  json.endObject();
}

void NodeReport::writeExtras(JsonWriter& json) const {
  const NodeIdentity& identity = context_.identity;
  json.field("up", static_cast<uint64_t>(context_.now() / 1000)).field("boot", identity.boot);
  json.field("ver", identity.version.first(longestVersion));
  if (identity.httpPort != 80) json.field("port", static_cast<uint32_t>(identity.httpPort));
  json.field("st", nodeState(context_));
  if (context_.uploading) json.field("rx", context_.uploadReceived);
  json.field("cfg", context_.configuration.fingerprint());
  json.field("md5", context_.facts.sketchMd5.first(shortMd5Digits));
}

void NodeReport::writeExtension(JsonWriter& json) const {
  const BoardFacts& facts = context_.facts;
  const NodeIdentity& identity = context_.identity;
  json.beginObject();
  json.field("hostname", facts.hostname).field("ip", ipv4Text(context_.ports.wireless.address()).text());
  json.field("mac", facts.mac).field("rssi", context_.ports.board.rssi());
  json.field("uptimeMs", static_cast<uint64_t>(context_.now())).field("boot", identity.boot);
  json.field("resetReason", facts.resetReason).field("app", identity.application).field("version", identity.version);
  json.field("platform", facts.platform).field("state", nodeState(context_));
  json.field("cfg", context_.configuration.fingerprint()).field("token", context_.needsToken());
  json.key("ota").beginObject();
  json.field("sketchSize", facts.sketchSize).field("sketchMD5", facts.sketchMd5);
  json.field("freeSketchSpace", facts.freeSketchSpace).field("fsStart", facts.fsStart);
  json.field("flashMode", static_cast<uint32_t>(facts.flashMode)).field("gzip", facts.gzip).field("signed", false);
  if (context_.uploading) json.field("rx", context_.uploadReceived);
  json.endObject().endObject();
}

void NodeReport::writeRoute(JsonWriter& json, const Route& route) {
  json.beginObject()
      .field("uri", route.uri)
      .field("method", route.method == HttpMethod::get ? "GET" : "POST")
      .endObject();
}

}  // namespace spore
