#include "http_server.h"

namespace spore {

namespace {

/// Length of the head with its empty line, or npos while it is incomplete.
size_t headLength(Text received) {
  for (size_t at = received.find('\n'); at != Text::npos; at = received.find('\n', at + 1)) {
    if (at + 2 < received.size() && received[at + 1] == '\r' && received[at + 2] == '\n') return at + 3;
  }
  return Text::npos;
}

}  // namespace

bool HttpServer::add(const Route& route) {
  if (routeCount_ == maxRoutes) {
    refusedRoutes_++;
    return false;
  }
  routes_[routeCount_++] = route;
  return true;
}

void HttpServer::serveWebSocket(const char* path, WebSocketHandler& handler) {
  webSocketPath_ = path;
  webSocket_ = &handler;
}

size_t HttpServer::open() {
  for (size_t slot = 0; slot < slots; slot++) {
    Connection& connection = connections_[slot];
    if (connection.state != State::free) continue;
    connection.state = State::head;
    connection.filled = connection.kept = 0;
    connection.inputDone = connection.uploadBegan = connection.pinged = false;
    connection.openedAt = connection.lastActive = clock_.now();
    connection.request = HttpRequest();
    connection.response.reset(true);
    return slot;
  }
  return slots;
}

void HttpServer::receive(size_t slot, Bytes bytes) {
  Connection& connection = connections_[slot];
  // A lingering connection has a deadline of its own, however busily the peer goes on talking.
  if (connection.state != State::lingering) connection.lastActive = clock_.now();
  switch (connection.state) {
    case State::head:
      return takeHead(slot, bytes);
    case State::body:
      return takeBody(slot, bytes);
    case State::upload:
      return takeUpload(slot, bytes);
    case State::webSocket:
      return takeWebSocket(slot, bytes);
    case State::responding:  // what comes behind the request is not looked at: one request per connection
    case State::lingering:
    case State::free:
      return;
  }
}

void HttpServer::takeHead(size_t slot, Bytes bytes) {
  Connection& connection = connections_[slot];
  const size_t searched = connection.filled;
  const size_t room = bufferBytes - connection.filled;
  const Bytes taken = bytes.first(room);
  memcpy(connection.buffer + connection.filled, taken.data, taken.size);
  connection.filled += taken.size;
  const size_t length = headLength(Text(connection.buffer, connection.filled));
  if (length == Text::npos) {
    if (connection.filled == bufferBytes)
      refuse(slot, 431, "bad_request", "the request line and header fields are longer than 1280 bytes");
    return;
  }
  connection.filled = length;
  beginRequest(slot, bytes.from(length - searched));
}

void HttpServer::beginRequest(size_t slot, Bytes rest) {
  Connection& connection = connections_[slot];
  HttpRequest& request = connection.request;
  const int refusal = parseHttpHead(Text(connection.buffer, connection.filled), request);
  connection.response.reset(request.http11);
  if (refusal != 0) return refuse(slot, refusal, "bad_request", "the request line or a header field is malformed");
  connection.inputDone = request.contentLength == 0 && !request.transferEncoded;
  if (!admission_.admit(request, inFlight(), connection.response)) return respond(slot);
  if (webSocketPath_ != nullptr && request.path == webSocketPath_ && request.upgradesToWebSocket) {
    openWebSocket(slot);
    if (connection.state == State::webSocket && rest.size > 0) takeWebSocket(slot, rest);
    return;
  }
  beginBody(slot, find(request), rest);
}

void HttpServer::beginBody(size_t slot, const Route* route, Bytes rest) {
  Connection& connection = connections_[slot];
  HttpRequest& request = connection.request;
  connection.bodyLeft = request.contentLength;
  if (route == nullptr) return refuse(slot, 404, "not_found", Text());
  if (request.transferEncoded) return refuse(slot, 411, "bad_request", "send a Content-Length instead of chunks");
  if (route->upload != nullptr) {
    connection.upload = route->upload;
    if (!request.hasLength) return refuse(slot, 411, "bad_request", "an upload needs a Content-Length");
    if (!MultipartParser::accepts(request.contentType))
      return refuse(slot, 400, "bad_request",
                    "an upload is multipart/form-data with a boundary of at most 70 characters");
    if (!connection.upload->begin(request, connection.response)) return respond(slot);
    multipart_.begin(request.contentType);
    connection.uploadBegan = true;
    connection.state = State::upload;
  } else {
    keepHead(connection);
    if (request.contentLength > maxBodyBytes || connection.kept + request.contentLength > bufferBytes)
      return refuse(slot, 413, "too_large", "a body has at most 1024 bytes");
    connection.state = State::body;
  }
  if (request.expectsContinue && rest.size == 0 && connection.bodyLeft > 0) {
    connection.response.append(Text("HTTP/1.1 100 Continue\r\n\r\n").bytes());
    flush(slot);
  }
  if (connection.state == State::upload) {
    takeUpload(slot, rest);
  } else {
    takeBody(slot, rest);
  }
}

/// Moves the texts that the request points to together, so that the body finds room behind them.
void HttpServer::keepHead(Connection& connection) {
  HttpRequest& request = connection.request;
  Text* texts[] = {&request.path,        &request.query,         &request.host,        &request.origin,
                   &request.contentType, &request.authorization, &request.webSocketKey};
  size_t kept = 0;
  for (size_t moved = 0; moved < sizeof texts / sizeof texts[0]; moved++) {
    Text* lowest = nullptr;  // in the order of their addresses, or one would overwrite another
    for (Text* text : texts) {
      const bool waits = !text->empty() && text->data() >= connection.buffer + kept;
      if (waits && (lowest == nullptr || text->data() < lowest->data())) lowest = text;
    }
    if (lowest == nullptr) break;
    memmove(connection.buffer + kept, lowest->data(), lowest->size());
    *lowest = Text(connection.buffer + kept, lowest->size());
    kept += lowest->size();
  }
  connection.kept = kept;
  connection.filled = kept;
}

void HttpServer::takeBody(size_t slot, Bytes bytes) {
  Connection& connection = connections_[slot];
  const Bytes taken = bytes.first(connection.bodyLeft);
  if (taken.size > 0) memcpy(connection.buffer + connection.filled, taken.data, taken.size);
  connection.filled += taken.size;
  connection.bodyLeft -= static_cast<uint32_t>(taken.size);
  if (connection.bodyLeft > 0) return;
  connection.request.body = Text(connection.buffer + connection.kept, connection.filled - connection.kept);
  connection.inputDone = true;
  dispatch(slot);
}

void HttpServer::Connection::fileBytes(Bytes bytes) {
  upload->write(bytes);
}

void HttpServer::takeUpload(size_t slot, Bytes bytes) {
  Connection& connection = connections_[slot];
  const Bytes taken = bytes.first(connection.bodyLeft);
  connection.bodyLeft -= static_cast<uint32_t>(taken.size);
  if (!multipart_.feed(taken, connection)) {
    connection.upload->abort();
    connection.uploadBegan = false;
    return refuse(slot, 400, "bad_request", "the multipart body is malformed");
  }
  if (connection.bodyLeft > 0) return;
  connection.inputDone = true;
  endUpload(slot);
}

void HttpServer::endUpload(size_t slot) {
  Connection& connection = connections_[slot];
  connection.uploadBegan = false;
  connection.response.reset(connection.request.http11);
  if (multipart_.complete() && multipart_.sawFile()) {
    connection.upload->end(connection.response);
    return respond(slot);
  }
  connection.upload->abort();
  refuse(slot, 400, "bad_request", "the body ended without a whole file part");
}

void HttpServer::dispatch(size_t slot) {
  Connection& connection = connections_[slot];
  connection.response.reset(connection.request.http11);
  const Route* route = find(connection.request);
  route->handle(route->owner, connection.request, connection.response);
  respond(slot);
}

const Route* HttpServer::find(const HttpRequest& request) const {
  for (size_t i = 0; i < routeCount_; i++)
    if (routes_[i].method == request.method && request.path == routes_[i].uri) return &routes_[i];
  return nullptr;
}

void HttpServer::refuse(size_t slot, int status, Text code, Text message) {
  connections_[slot].response.fail(status, code, message);
  respond(slot);
}

void HttpServer::respond(size_t slot) {
  Connection& connection = connections_[slot];
  if (!connection.response.begun()) connection.response.fail(500, "internal", "the endpoint gave no answer");
  connection.response.seal();
  connection.state = State::responding;
  flush(slot);
}

void HttpServer::flush(size_t slot) {
  Connection& connection = connections_[slot];
  if (connection.state == State::free) return;
  for (;;) {
    const Bytes pending = connection.response.pending();
    if (pending.size > 0) {
      const size_t sent = transport_.send(slot, pending);
      connection.response.sent(sent);
      if (sent > 0) connection.lastActive = clock_.now();
      if (sent < pending.size) return;
    }
    if (connection.state != State::responding) return;
    if (!connection.response.refill()) break;
  }
  if (connection.response.broken()) return drop(slot);
  finish(slot);
}

void HttpServer::finish(size_t slot) {
  Connection& connection = connections_[slot];
  if (connection.inputDone) return drop(slot);
  // To close on what the peer still sends would reset the connection, and the answer would be lost with it.
  connection.state = State::lingering;
  transport_.finish(slot);
}

void HttpServer::drop(size_t slot) {
  Connection& connection = connections_[slot];
  const State was = connection.state;
  connection.state = State::free;
  if (was == State::webSocket) webSocket_->closed(slot);
  if (connection.uploadBegan) connection.upload->abort();
  connection.uploadBegan = false;
  transport_.close(slot);
}

void HttpServer::peerClosed(size_t slot) {
  if (connections_[slot].state != State::free) drop(slot);
}

void HttpServer::housekeep() {
  const Millis now = clock_.now();
  for (size_t slot = 0; slot < slots; slot++) {
    Connection& connection = connections_[slot];
    if (connection.state == State::free) continue;
    const Millis silent = now - connection.lastActive;
    const bool quiet = connection.state == State::webSocket && silent > webSocketPingMs;
    if (overdue(connection, now)) {
      drop(slot);
    } else if (quiet && !connection.pinged) {
      connection.pinged = sendFrame(slot, webSocketPing, Bytes());
    }
  }
}

bool HttpServer::overdue(const Connection& connection, Millis now) const {
  const Millis silent = now - connection.lastActive, open = now - connection.openedAt;
  switch (connection.state) {
    case State::head:
    case State::body:
      // As a whole, or a client that sends a byte now and then would hold its slot for hours.
      return open > idleMs;
    case State::upload:
      return silent > 2 * idleMs || open > uploadMs;
    case State::responding:
      return silent > idleMs;
    case State::lingering:
      return silent > lingerMs;
    case State::webSocket:
      return silent > 2 * webSocketPingMs;
    case State::free:
      break;
  }
  return false;
}

size_t HttpServer::inFlight() const {
  size_t count = 0;
  for (const Connection& connection : connections_) {
    const State state = connection.state;
    if (state != State::free && state != State::webSocket && state != State::lingering) count++;
  }
  return count;
}

}  // namespace spore
