#include "event_socket.h"

namespace spore {

namespace {

/// `{"event":..,"payload":..}`
class EventMessage final : public TextSource {
 public:
  EventMessage(Text event, Text payload) : event_(event), payload_(payload) {}
  void writeTo(TextSink& out) const override {
    JsonWriter json(out);
    json.beginObject().field("event", event_).field("payload", payload_).endObject();
  }

 private:
  const Text event_;
  const Text payload_;
};

/// `{"ok":true}`, or what is wrong.
class ReplyMessage final : public TextSource {
 public:
  explicit ReplyMessage(const char* error) : error_(error) {}
  void writeTo(TextSink& out) const override {
    JsonWriter json(out);
    json.beginObject().field("ok", error_ == nullptr);
    if (error_ != nullptr) json.field("error", error_);
    json.endObject();
  }

 private:
  const char* const error_;
};

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
  context_.http.sendText(client, ReplyMessage(error));
}

/// Fires what a client sent. Returns what is wrong with it, or null.
const char* EventSocket::fireFrom(size_t client, Text message) {
  Json object, name, payload;
  char nameRoom[EventBus::maxNameBytes], payloadRoom[payloadMaxBytes];
  Text event, text;
  if (!Json::parse(message, object) || !object.isObject()) return "send a JSON object";
  if (!object.member("event", name) || !name.decode(nameRoom, sizeof nameRoom, event) || event.empty())
    return "event is a string of 1 to 64 bytes";
  if (!object.member("payload", payload)) payload = Json();
  if (payload.isString()) {
    if (!payload.decode(payloadRoom, sizeof payloadRoom, text)) return "the payload is too long";
  } else if (!payload.isNull()) {
    text = payload.raw();
  }
  firing_ = payload.isObject() ? text : Text();
  firingClient_ = client;
  context_.events.fire(event, text);
  firingClient_ = HttpServer::slots;
  return nullptr;
}

void EventSocket::mirror(Text event, Text payload) {
  for (size_t client = 0; client < HttpServer::slots; client++) {
    if (!clients_[client] || isEcho(client, payload)) continue;
    if (!context_.http.sendText(client, EventMessage(event, payload))) lost_++;
  }
}

/// A client is not told what it said, also where a handler passes that on under another name. Upstream marks such a
/// payload with a private key, which costs it a second copy; ours is the same text, since the bus is synchronous.
bool EventSocket::isEcho(size_t client, Text payload) const {
  return client == firingClient_ && !firing_.empty() && payload.data() == firing_.data() &&
         payload.size() == firing_.size();
}

}  // namespace spore
