#include "network_api.h"

#include "ipv4_text.h"

namespace spore {

namespace {

const RouteParameter wifiParameters[] = {
    {"ssid", "body", true, "string", nullptr},
    {"password", "body", false, "string", nullptr},
    {"connect_timeout_ms", "body", false, "number", nullptr},
};

void writeAccessPoint(JsonWriter& json, const AccessPoint& found) {
  json.beginObject().field("ssid", found.ssid).field("rssi", found.rssi).field("channel", found.channel);
  json.field("encryption_type", found.encryptionType)
      .field("hidden", found.hidden)
      .field("bssid", found.bssid)
      .endObject();
}

}  // namespace

void NetworkApi::setUp() {
  Route route;
  route.owner = this;
  route.uri = "/api/network/status";
  route.handle = [](void* o, const HttpRequest&, HttpResponse& r) { static_cast<NetworkApi*>(o)->status(r); };
  context_.http.add(route);
  route.uri = "/api/network/wifi/scan";
  route.handle = [](void* o, const HttpRequest&, HttpResponse& r) {
    r.stream(
        [](void* owner, uint32_t step, TextSink& out) { return static_cast<NetworkApi*>(owner)->scanStep(step, out); },
        o);
  };
  context_.http.add(route);
  route.method = HttpMethod::post;
  route.handle = [](void* o, const HttpRequest&, HttpResponse& r) { static_cast<NetworkApi*>(o)->startScan(r); };
  context_.http.add(route);
  route.uri = "/api/network/wifi/config";
  route.parameters = wifiParameters;
  route.parameterCount = 3;
  route.handle = [](void* o, const HttpRequest& q, HttpResponse& r) { static_cast<NetworkApi*>(o)->configure(q, r); };
  context_.http.add(route);
}

void NetworkApi::status(HttpResponse& response) {
  const WirelessState state = context_.ports.wireless.state();
  JsonWriter json(response.begin(200));
  json.beginObject().key("wifi").beginObject().field("connected", state.connected).field("mode", state.mode);
  json.field("ssid", state.ssid).field("ip", ipv4Text(context_.ports.wireless.address()).text());
  json.field("mac", context_.facts.mac).field("hostname", context_.facts.hostname);
  json.field("rssi", context_.ports.board.rssi()).field("channel", state.channel);
  json.field("ap_ip", ipv4Text(state.accessPointAddress).text()).endObject().endObject();
}

bool NetworkApi::scanStep(uint32_t step, TextSink& out) {
  JsonWriter json(out);
  AccessPoint found;
  if (step == 0) out.write("{\"access_points\":[");
  if (context_.ports.wireless.scanned(step, found)) {
    if (step > 0) out.write(",");
    writeAccessPoint(json, found);
    return true;
  }
  out.write("],\"scanning\":");
  json.boolean(context_.ports.wireless.scanning());
  out.write("}");
  return false;
}

void NetworkApi::startScan(HttpResponse& response) {
  context_.ports.wireless.startScan();
  JsonWriter json(response.begin(200));
  json.beginObject().field("status", "scanning").endObject();
}

void NetworkApi::configure(const HttpRequest& request, HttpResponse& response) {
  struct Field {
    const char* parameter;
    Settings::Index setting;
    bool required;
  };
  Configuration& configuration = context_.configuration;
  const Field fields[] = {
      {"ssid", configuration.wifiSsid, true},
      {"password", configuration.wifiPassword, false},
      {"connect_timeout_ms", configuration.wifiConnectTimeoutMs, false},
  };
  SettingValues draft = configuration.settings().values();
  for (const Field& field : fields) {
    char room[SettingValues::maxTextBytes + 1];
    Text value;
    const FormLookup lookup = request.parameter(field.parameter, room, sizeof room, value);
    if (lookup == FormLookup::absent && !field.required) continue;
    const Text problem = lookup == FormLookup::found ? configuration.settings().assign(draft, field.setting, value)
                                                     : Text("is missing or too long");
    if (problem.empty()) continue;
    FixedText<96> message(field.parameter);
    return response.fail(400, "bad_request", message.append(' ').append(problem));
  }
  if (!configuration.adopt(draft, context_.ports.files))
    return response.fail(500, "internal", "the configuration could not be written; nothing has changed");
  context_.restartSoon();
  JsonWriter json(response.begin(200));
  json.beginObject().field("status", "success").field("message", "saved, restarting");
  json.field("config_saved", true).field("restarting", true).endObject();
}

}  // namespace spore
