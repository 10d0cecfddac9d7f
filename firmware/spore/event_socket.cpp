#include "event_socket.h"

namespace spore {

namespace {

constexpr size_t eventNameMaxBytes = 64;
const char originKey[] = "_origin";

/// Copies the members of a JSON object except the private one.
void writeWithoutOrigin(TextSink& out, Json object) {
  JsonWriter json(out);
  json.beginObject();
  JsonMembers members(object);
  Json key, value;
  while (members.next(key, value)) {
    char room[16];
    Text name;
    if (key.decode(room, sizeof room, name) && name == originKey) continue;
    // A key stays as it was spelled.
    json.rawKey(key.raw()).raw(value.raw());
  }
  json.endObject();
}

/// The client that a payload came from, or `HttpServer::slots`.
size_t originOf(Json payload) {
  Json origin;
  char room[16];
  Text text;
  uint32_t client;
  if (!payload.isObject() || !payload.member(originKey, origin) || !origin.decode(room, sizeof room, text))
    return HttpServer::slots;
  return text.startsWith("ws:") && parseUnsigned(text.from(3), client) ? client : HttpServer::slots;
}

}  // namespace

void EventSocket::setUp() {
  context_.http.serveWebSocket("/ws", *this);
  context_.events.onAny(
      [](void* owner, Text event, Text payload) { static_cast<EventSocket*>(owner)->mirror(event, payload); }, this);
}

bool EventSocket::opened(size_t client) {
  if (count_ == maxClients) return false;
  clients_[client] = true;
  count_++;
  return true;
}

void EventSocket::closed(size_t client) {
  clients_[client] = false;
  count_--;
}

void EventSocket::received(size_t client, Text message) {
  reply(client, fireFrom(client, message));
}

void EventSocket::receivedBinary(size_t client) {
  reply(client, "send text, not binary");
}

void EventSocket::reply(size_t client, const char* error) {
  if (!clients_[client]) return;  // an event that it caused may have closed it
  char room[128];
  BufferSink out(room, sizeof room);
  JsonWriter json(out);
  json.beginObject().field("ok", error == nullptr);
  if (error != nullptr) json.field("error", error);
  json.endObject();
  context_.http.sendText(client, out.text());
}

/// Fires what a client sent. Returns what is wrong with it, or null.
const char* EventSocket::fireFrom(size_t client, Text message) {
  Json object, name, payload;
  char nameRoom[eventNameMaxBytes];
  Text event, text;
  if (!Json::parse(message, object) || !object.isObject()) return "send a JSON object";
  if (!object.member("event", name) || !name.decode(nameRoom, sizeof nameRoom, event) || event.empty())
    return "event is a string of 1 to 64 bytes";
  if (!object.member("payload", payload)) payload = Json();
  BufferSink out(payload_, sizeof payload_);
  if (payload.isObject()) {
    FixedText<8> origin("ws:");
    origin.append(static_cast<uint64_t>(client));
    JsonWriter json(out);
    json.beginObject();
    JsonMembers members(payload);
    Json key, value;
    while (members.next(key, value)) json.rawKey(key.raw()).raw(value.raw());
    json.field(originKey, origin.text()).endObject();
    if (out.overflowed()) return "the payload is too long";
    text = out.text();
  } else if (payload.isString()) {
    if (!payload.decode(payload_, sizeof payload_, text)) return "the payload is too long";
  } else if (!payload.isNull()) {
    text = payload.raw();
  }
  context_.events.fire(event, text);
  return nullptr;
}

void EventSocket::mirror(Text event, Text payload) {
  if (count_ == 0) return;
  Json object;
  size_t origin = HttpServer::slots;
  char clean[frameMaxBytes];
  if (Json::parse(payload, object)) origin = originOf(object);
  if (origin != HttpServer::slots) {
    BufferSink out(clean, sizeof clean);
    writeWithoutOrigin(out, object);
    payload = out.text();
  }
  BufferSink out(frame_, sizeof frame_);
  JsonWriter json(out);
  json.beginObject().field("event", event).field("payload", payload).endObject();
  for (size_t client = 0; client < HttpServer::slots; client++) {
    if (!clients_[client] || client == origin) continue;
    if (out.overflowed() || !context_.http.sendText(client, out.text())) lost_++;
  }
}

}  // namespace spore
