#include "configuration.h"

namespace spore {

namespace {

constexpr const char* fileName = "config.json";
constexpr uint32_t hourMs = 3600000;
/// With more a chip would refuse every request, also the one that sets it right.
constexpr uint32_t criticalMostBytes = 12288;

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
  criticalMemoryBytes = settings_.addNumber("critical_memory_threshold_bytes", 5000, 0, criticalMostBytes);
  maxConcurrentRequests = settings_.addNumber("max_concurrent_http_requests", 3, 1, 16);
  otaToken = settings_.addText("ota_token", 64, true);
}

LabelProblem Configuration::addStaticLabel(Text key, Text value) {
  return static_.set(key, value);
}

void Configuration::load(FileStore& files) {
  Text contents;
  if (!files.read(fileName, room_, sizeof room_, contents)) {
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
  BufferSink sink(room_, sizeof room_);
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

Configuration::Change Configuration::apply(const HttpRequest& request, FileStore& files) {
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
  if (!change.problem.empty()) return change;
  change.restartRequired = draft_.restartRequired;
  change.saved = commitDraft(files);
  return change;
}

bool Configuration::adopt(const SettingValues& values, FileStore& files) {
  beginDraft();
  draft_.values = values;
  return commitDraft(files);
}

LabelProblem Configuration::setLabel(Text key, Text value, FileStore& files) {
  beginDraft();
  LabelProblem problem = draft_.labels.set(key, value);
  if (problem.empty()) problem = checkLabels();
  if (problem.empty() && !commitDraft(files)) problem = "the file could not be written";
  return problem;
}

void Configuration::beginDraft() {
  draft_.values = settings_.values();
  draft_.labels = own_;
  draft_.labelsJson = Text();
  draft_.mergesLabels = draft_.restartRequired = false;
}

/// What is not in the file must not be in force: after a restart it would be gone, and until then everybody is told
/// that it is there.
bool Configuration::commitDraft(FileStore& files) {
  exchangeDraft();
  const bool saved = save(files);
  if (!saved) exchangeDraft();
  refresh();
  return saved;
}

void Configuration::exchangeDraft() {
  const LabelSet labels = own_;
  own_ = draft_.labels;
  draft_.labels = labels;
  const SettingValues values = settings_.values();
  settings_.adopt(draft_.values);
  draft_.values = values;
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
      if (decoded.size() > valueMaxBytes) return "are too long";
      keepLabels(decoded);
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
      keepLabels(value);
      continue;
    }
    const Text problem = applyPair(name, value);
    if (!problem.empty()) return problem;
  }
  return Text();
}

/// Until all else is read: `merge` may come behind the labels.
void Configuration::keepLabels(Text json) {
  memcpy(room_, json.data(), json.size());
  draft_.labelsJson = Text(room_, json.size());
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
LabelProblem Configuration::checkLabels() const {
  LabelSet together = draft_.labels;
  return together.underlay(static_);
}

LabelSet Configuration::labels() const {
  LabelSet together = own_;
  together.underlay(static_);
  return together;
}

bool Configuration::writePart(JsonWriter& json, uint32_t part) const {
  if (part < settings_.size()) {
    json.key(settings_.at(part).name);
    settings_.writeValue(json, part, true);
    return true;
  }
  json.key("labels");
  labels().write(json);
  return false;
}

}  // namespace spore
