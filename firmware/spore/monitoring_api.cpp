#include "monitoring_api.h"

#include "../common/json_writer.h"

namespace spore {

namespace {

uint32_t percent(uint32_t part, uint32_t whole) {
  return whole == 0 ? 0 : static_cast<uint32_t>(part * 100ull / whole);
}

FixedText<32> formatDuration(Millis duration) {
  const uint32_t seconds = static_cast<uint32_t>(duration / 1000);
  FixedText<32> text;
  text.append(static_cast<uint64_t>(seconds / 3600)).append("h ");
  text.append(static_cast<uint64_t>(seconds / 60 % 60)).append("m ");
  return text.append(static_cast<uint64_t>(seconds % 60)).append('s');
}

}  // namespace

void MonitoringApi::setUp() {
  Route route;
  route.uri = "/api/monitoring/resources";
  route.owner = this;
  route.handle = [](void* o, const HttpRequest&, HttpResponse& r) { static_cast<MonitoringApi*>(o)->resources(r); };
  context_.http.add(route);
}

void MonitoringApi::observe() {
  const uint32_t free = context_.ports.board.freeHeap();
  if (free < leastFreeHeap_) leastFreeHeap_ = free;
}

void MonitoringApi::resources(HttpResponse& response) {
  observe();
  const uint32_t total = context_.facts.totalHeap, free = context_.ports.board.freeHeap();
  const FileSystemUse files = context_.ports.board.fileSystemUse();
  JsonWriter json(response.begin(200));
  json.beginObject().key("memory").beginObject();
  json.field("free_heap", free).field("total_heap", total).field("min_free_heap", leastFreeHeap_);
  json.field("max_alloc_heap", 0u).field("heap_fragmentation", 0u);
  json.field("heap_usage_percent", percent(total > free ? total - free : 0, total)).endObject();
  json.key("filesystem").beginObject().field("total_bytes", files.totalBytes).field("used_bytes", files.usedBytes);
  json.field("free_bytes", files.totalBytes - files.usedBytes);
  json.field("usage_percent", percent(files.usedBytes, files.totalBytes)).endObject();
  json.key("system").beginObject().field("uptime_ms", static_cast<uint64_t>(context_.now()));
  json.field("uptime_seconds", static_cast<uint64_t>(context_.now() / 1000));
  json.field("uptime_formatted", formatDuration(context_.now()).text()).endObject().endObject();
}

}  // namespace spore
