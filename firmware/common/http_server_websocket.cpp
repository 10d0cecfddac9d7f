#include "base64.h"
#include "http_server.h"

namespace spore {

namespace {

class ResponseSink final : public TextSink {
 public:
  explicit ResponseSink(HttpResponse& out) : out_(out) {}
  void write(Text text) override { out_.append(text.bytes()); }

 private:
  HttpResponse& out_;
};

/// False when there is no room for the whole frame.
bool beginFrame(HttpResponse& out, uint8_t opcode, size_t payloadBytes) {
  uint8_t head[4];
  const size_t headBytes = writeWebSocketHeader(opcode, payloadBytes, head);
  if (!out.hasRoom(headBytes + payloadBytes)) return false;
  out.append(Bytes(head, headBytes));
  return true;
}

}  // namespace

void HttpServer::openWebSocket(size_t slot) {
  Connection& connection = connections_[slot];
  const HttpRequest& request = connection.request;
  if (request.method != HttpMethod::get || request.webSocketKey.size() != base64Length(16))
    return refuse(slot, 400, "bad_request", "a WebSocket handshake is a GET with a Sec-WebSocket-Key of 16 bytes");
  if (!webSocket_->opened(slot)) {
    connection.response.fail(503, "busy", "no more WebSocket clients");
    connection.response.retryLater();
    return respond(slot);
  }
  connection.response.acceptWebSocket(request.webSocketKey);
  connection.state = State::webSocket;
  connection.reader.begin(reinterpret_cast<uint8_t*>(connection.buffer), bufferBytes);
  flush(slot);
}

void HttpServer::takeWebSocket(size_t slot, Bytes bytes) {
  Connection& connection = connections_[slot];
  connection.pinged = false;
  do {
    bytes = bytes.from(connection.reader.feed(bytes));
    for (;;) {
      const WebSocketReader::Event event = connection.reader.next();
      if (event.kind == WebSocketReader::Kind::none) break;
      if (!takeWebSocketEvent(slot, event)) return;
    }
  } while (bytes.size > 0);
}

/// False when the connection is over.
bool HttpServer::takeWebSocketEvent(size_t slot, const WebSocketReader::Event& event) {
  switch (event.kind) {
    case WebSocketReader::Kind::text:
      webSocket_->received(slot, Text(reinterpret_cast<const char*>(event.payload.data), event.payload.size));
      break;
    case WebSocketReader::Kind::binary:
      webSocket_->receivedBinary(slot);
      break;
    case WebSocketReader::Kind::ping:
      sendFrame(slot, webSocketPong, event.payload);
      break;
    case WebSocketReader::Kind::close:
      sendFrame(slot, webSocketClose, event.payload.first(2));
      drop(slot);
      break;
    case WebSocketReader::Kind::error: {
      const uint8_t code[] = {static_cast<uint8_t>(event.closeCode >> 8), static_cast<uint8_t>(event.closeCode)};
      sendFrame(slot, webSocketClose, Bytes(code, sizeof code));
      drop(slot);
      break;
    }
    case WebSocketReader::Kind::pong:
    case WebSocketReader::Kind::none:
      break;
  }
  return connections_[slot].state == State::webSocket;
}

bool HttpServer::sendText(size_t client, const TextSource& message) {
  HttpResponse& out = connections_[client].response;
  CountingSink counter;
  message.writeTo(counter);
  if (!beginFrame(out, webSocketText, counter.size())) return false;
  ResponseSink sink(out);
  message.writeTo(sink);
  flush(client);
  return true;
}

bool HttpServer::sendFrame(size_t slot, uint8_t opcode, Bytes payload) {
  HttpResponse& out = connections_[slot].response;
  if (!beginFrame(out, opcode, payload.size)) return false;
  out.append(payload);
  flush(slot);
  return true;
}

}  // namespace spore
