#include "configuration.h"

namespace spore {

namespace {

constexpr const char* fileName = "config.json";
constexpr uint32_t hourMs = 3600000;

/// Parameters that steer the request and are no settings.
bool steersRequest(Text name) {
  return name == "merge" || name == "token";
}

const char unknownKeyProblem[] = "is not a key of this node";

}  // namespace

Configuration::Configuration() {
  wifiSsid = settings_.addText("wifi_ssid", 32, false, true);
  wifiPassword = settings_.addText("wifi_password", 64, true, true);
  wifiConnectTimeoutMs = settings_.addNumber("wifi_connect_timeout_ms", 15000, 1000, hourMs, true);
  wifiRetryDelayMs = settings_.addNumber("wifi_retry_delay_ms", 500, 100, hourMs, true);
  udpPort = settings_.addNumber("udp_port", 4210, 1, 65535, true);
  apiServerPort = settings_.addNumber("api_server_port", 80, 1, 65535, true);
  discoveryIntervalMs = settings_.addNumber("discovery_interval_ms", 1000, 100, hourMs);
  listenIntervalMs = settings_.addNumber("cluster_listen_interval_ms", 10, 1, 1000);
  heartbeatIntervalMs = settings_.addNumber("heartbeat_interval_ms", 2000, 100, hourMs);
  nodeUpdateIntervalMs = settings_.addNumber("node_update_broadcast_interval_ms", 5000, 100, hourMs);
  statusUpdateIntervalMs = settings_.addNumber("status_update_interval_ms", 1000, 100, hourMs);
  memberInfoIntervalMs = settings_.addNumber("member_info_interval_ms", 10000, 100, hourMs);
  printIntervalMs = settings_.addNumber("print_interval_ms", 5000, 100, hourMs);
  inactiveThresholdMs = settings_.addNumber("node_inactive_threshold_ms", 10000, 1000, hourMs);
  deadThresholdMs = settings_.addNumber("node_dead_threshold_ms", 60000, 1000, hourMs);
  restartDelayMs = settings_.addNumber("restart_delay_ms", 1000, 0, 60000);
  lowMemoryBytes = settings_.addNumber("low_memory_threshold_bytes", 10000, 0, 1u << 20);
  criticalMemoryBytes = settings_.addNumber("critical_memory_threshold_bytes", 5000, 0, 1u << 20);
  maxConcurrentRequests = settings_.addNumber("max_concurrent_http_requests", 3, 1, 16);
  otaToken = settings_.addText("ota_token", 64, true);
}

LabelProblem Configuration::addStaticLabel(Text key, Text value) {
  const LabelProblem problem = static_.set(key, value);
  refresh();
  return problem;
}

void Configuration::load(FileStore& files) {
  Text contents;
  if (!files.read(fileName, fileRoom_, sizeof fileRoom_, contents)) {
    files.setAside(fileName);  // one that is there and cannot be read, or is far too long
    save(files);
    return refresh();
  }
  Json body;
  if (!Json::parse(contents, body) || !body.isObject()) {
    files.setAside(fileName);
    return refresh();
  }
  beginDraft();
  JsonMembers members(body);
  Json name, value;
  while (members.next(name, value)) {
    // One value that this firmware does not take must not cost the others: a newer firmware may have written the file.
    char nameRoom[48], valueRoom[valueMaxBytes];
    Text keyText, text;
    if (!name.decode(nameRoom, sizeof nameRoom, keyText)) continue;
    if (keyText == "labels") {
      own_.merge(value);
      continue;
    }
    if (!value.decode(valueRoom, sizeof valueRoom, text)) text = value.raw();
    applyPair(keyText, text);
  }
  settings_.adopt(draft_.values);
  refresh();
}

bool Configuration::save(FileStore& files) {
  BufferSink sink(fileRoom_, sizeof fileRoom_);
  JsonWriter json(sink);
  json.beginObject();
  json.key("labels");
  own_.write(json);
  for (size_t i = 0; i < settings_.size(); i++) {
    if (!settings_.isSet(i)) continue;
    json.key(settings_.at(i).name);
    settings_.writeValue(json, i, false);
  }
  json.endObject();
  return !sink.overflowed() && files.replace(fileName, sink.text());
}

Configuration::Change Configuration::apply(const HttpRequest& request) {
  Change change;
  beginDraft();
  change.problem = applyForm(request.query, change.key);
  if (change.problem.empty() && request.hasFormBody()) change.problem = applyForm(request.body, change.key);
  if (change.problem.empty() && request.hasJsonBody()) {
    Json body;
    if (Json::parse(request.body, body) && body.isObject()) {
      change.problem = applyJson(body, change.key);
    } else {
      change.problem = "is not a JSON object";
      change.key.assign("the body");
    }
  }
  if (change.problem.empty() && !draft_.labelsJson.empty()) {
    change.key.assign("labels");
    change.problem = applyLabels();
    change.labelsChanged = change.problem.empty();
  }
  change.unknownKey = change.problem == unknownKeyProblem;
  if (!change.problem.empty()) return change;
  change.restartRequired = draft_.restartRequired;
  own_ = draft_.labels;
  settings_.adopt(draft_.values);
  refresh();
  return change;
}

LabelProblem Configuration::setLabel(Text key, Text value) {
  beginDraft();
  LabelProblem problem = draft_.labels.set(key, value);
  if (problem.empty()) problem = checkLabels();
  if (!problem.empty()) return problem;
  own_ = draft_.labels;
  refresh();
  return problem;
}

void Configuration::beginDraft() {
  draft_.values = settings_.values();
  draft_.labels = own_;
  draft_.labelsJson = Text();
  draft_.mergesLabels = draft_.restartRequired = false;
}

Text Configuration::applyPair(Text name, Text value) {
  const size_t index = settings_.find(name);
  if (index == settings_.size()) return unknownKeyProblem;
  const Text problem = settings_.assign(draft_.values, index, value);
  if (problem.empty() && settings_.at(index).needsRestart) draft_.restartRequired = true;
  return problem;
}

Text Configuration::applyJson(Json body, FixedText<48>& key) {
  JsonMembers members(body);
  Json name, value;
  while (members.next(name, value)) {
    char nameRoom[48], valueRoom[valueMaxBytes];
    Text text;
    key.clear();
    if (!name.decode(nameRoom, sizeof nameRoom, text)) return unknownKeyProblem;
    key.assign(text);
    if (key.text() == "merge") {
      draft_.mergesLabels = value.raw() == "1" || value.isTrue() || value.raw() == "\"1\"";
      continue;
    }
    if (steersRequest(key)) continue;
    const size_t index = settings_.find(key);
    if (value.isNull() && index < settings_.size()) {
      settings_.unset(draft_.values, index);
      draft_.restartRequired = draft_.restartRequired || settings_.at(index).needsRestart;
      continue;
    }
    Text decoded = value.raw();
    if (value.isString() && !value.decode(valueRoom, sizeof valueRoom, decoded)) return "is too long";
    if (key.text() == "labels") {
      if (decoded.size() > sizeof draft_.labelsRoom) return "are too long";
      memcpy(draft_.labelsRoom, decoded.data(), decoded.size());
      draft_.labelsJson = Text(draft_.labelsRoom, decoded.size());
      continue;
    }
    const Text problem = applyPair(key, decoded);
    if (!problem.empty()) return problem;
  }
  return Text();
}

Text Configuration::applyForm(Text form, FixedText<48>& key) {
  FormPairs pairs(form);
  Text encodedName, encodedValue;
  while (pairs.next(encodedName, encodedValue)) {
    char nameRoom[48], valueRoom[valueMaxBytes];
    Text name, value;
    key.clear();
    if (!decodeForm(encodedName, nameRoom, sizeof nameRoom, name)) return unknownKeyProblem;
    key.assign(name);
    if (!decodeForm(encodedValue, valueRoom, sizeof valueRoom, value)) return "is malformed or too long";
    if (name == "merge") draft_.mergesLabels = value == "1" || value == "true";
    if (steersRequest(name)) continue;
    if (name == "labels") {
      memcpy(draft_.labelsRoom, value.data(), value.size());
      draft_.labelsJson = Text(draft_.labelsRoom, value.size());
      continue;
    }
    const Text problem = applyPair(name, value);
    if (!problem.empty()) return problem;
  }
  return Text();
}

LabelProblem Configuration::applyLabels() {
  Json object;
  if (!Json::parse(draft_.labelsJson, object)) return "are not a JSON object";
  if (!draft_.mergesLabels) draft_.labels.clear();
  const LabelProblem problem = draft_.labels.merge(object);
  if (!problem.empty()) return problem;
  return checkLabels();
}

/// Do the drafted labels fit together with those of the application?
LabelProblem Configuration::checkLabels() {
  effective_ = draft_.labels;
  const LabelProblem problem = effective_.underlay(static_);
  refresh();
  return problem;
}

void Configuration::refresh() {
  effective_ = own_;
  effective_.underlay(static_);
  fingerprint_ = settings_.fingerprint(otaToken);
}

bool Configuration::writePart(JsonWriter& json, uint32_t part) const {
  if (part < settings_.size()) {
    json.key(settings_.at(part).name);
    settings_.writeValue(json, part, true);
    return true;
  }
  json.key("labels");
  effective_.write(json);
  return false;
}

}  // namespace spore
