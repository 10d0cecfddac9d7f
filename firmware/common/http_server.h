#pragma once

#include "clock.h"
#include "http_request.h"
#include "http_response.h"
#include "multipart.h"
#include "websocket.h"

namespace spore {

/// The TCP connections of a platform, by slot.
class HttpTransport {
 public:
  /// Sends as many bytes as fit now, and returns how many.
  virtual size_t send(size_t slot, Bytes bytes) = 0;
  /// Says "no more from us" and goes on reading, so that an early answer is not lost in a reset.
  virtual void finish(size_t slot) = 0;
  /// Ends the connection after what was sent. The server calls nothing for this slot any more.
  virtual void close(size_t slot) = 0;

 protected:
  ~HttpTransport() = default;
};

/// Takes in the file of a multipart request while it arrives; one at a time, so `begin` refuses while one is under way.
class UploadHandler {
 public:
  /// False when the upload is refused; `response` then says why.
  virtual bool begin(const HttpRequest& request, HttpResponse& response) = 0;
  virtual void write(Bytes bytes) = 0;
  /// The whole file arrived.
  virtual void end(HttpResponse& response) = 0;
  /// The file did not arrive whole: the peer left or sent nonsense.
  virtual void abort() = 0;

 protected:
  ~UploadHandler() = default;
};

/// What an endpoint wants to be told; served as documentation.
struct RouteParameter {
  const char* name;
  const char* location;  // query, body, header
  bool required;
  const char* type;    // string, number, boolean, json, file
  const char* values;  // a JSON array of what is allowed, or null
};

struct Route {
  using Handle = void (*)(void* owner, const HttpRequest& request, HttpResponse& response);

  HttpMethod method = HttpMethod::get;
  const char* uri = nullptr;
  Handle handle = nullptr;
  void* owner = nullptr;
  UploadHandler* upload = nullptr;  // instead of `handle`
  const RouteParameter* parameters = nullptr;
  uint8_t parameterCount = 0;
};

class WebSocketHandler {
 public:
  virtual bool opened(size_t client) = 0;
  virtual void received(size_t client, Text message) = 0;
  virtual void receivedBinary(size_t client) = 0;
  virtual void closed(size_t client) = 0;

 protected:
  ~WebSocketHandler() = default;
};

/// Decides whether a request may be looked at at all.
class HttpAdmission {
 public:
  /// False when it is refused; `response` then says why. `inFlight` counts this request too.
  virtual bool admit(const HttpRequest& request, size_t inFlight, HttpResponse& response) = 0;

 protected:
  ~HttpAdmission() = default;
};

/// An HTTP/1.1 server for a handful of connections, without heap: the platform hands it bytes and asks nothing back.
/// Each connection carries one request, as with the library that upstream nodes use.
class HttpServer {
 public:
  static constexpr size_t slots = 4;
  static constexpr size_t maxRoutes = 28;
  static constexpr size_t bufferBytes = 1280;
  static constexpr size_t maxBodyBytes = 1024;
  /// For a whole request but an upload, and for silence while an answer is taken off our hands.
  static constexpr uint32_t idleMs = 10000;
  /// For a whole upload, however it trickles in: while it lasts nobody else can update the node.
  static constexpr uint32_t uploadMs = 600000;
  static constexpr uint32_t lingerMs = 2000;
  static constexpr uint32_t webSocketPingMs = 30000;

  HttpServer(HttpTransport& transport, const Clock& clock, HttpAdmission& admission)
      : transport_(transport), clock_(clock), admission_(admission) {}

  bool add(const Route& route);
  void serveWebSocket(const char* path, WebSocketHandler& handler);
  size_t routeCount() const { return routeCount_; }
  const Route& route(size_t index) const { return routes_[index]; }

  /// A slot for a new connection, or `slots` when all are taken.
  size_t open();
  /// Gives back a slot for which no connection came.
  void release(size_t slot) { connections_[slot].state = State::free; }
  void receive(size_t slot, Bytes bytes);
  /// The transport takes bytes again.
  void writable(size_t slot) { flush(slot); }
  /// The peer is gone, or will send no more. Do not look for that while `answering`: it may listen still.
  void peerClosed(size_t slot);
  /// Ends what has been silent too long. Call about once a second.
  void housekeep();
  /// How many routes found no room.
  uint8_t refusedRoutes() const { return refusedRoutes_; }

  bool answering(size_t slot) const { return connections_[slot].state == State::responding; }
  bool sending(size_t slot) const { return connections_[slot].response.pending().size > 0; }
  bool uploading(size_t slot) const { return connections_[slot].state == State::upload; }
  /// Sends a text message to a WebSocket client; false when its buffer is full and the message is lost.
  bool sendText(size_t client, const TextSource& message);
  bool isWebSocket(size_t slot) const { return connections_[slot].state == State::webSocket; }

 private:
  enum class State : uint8_t { free, head, body, upload, responding, lingering, webSocket };

  struct Connection final : MultipartSink {
    State state = State::free;
    bool uploadBegan = false;
    bool inputDone = false;  // nothing of the request is left on the wire
    bool pinged = false;
    size_t filled = 0;
    size_t kept = 0;  // bytes of the buffer that hold the parsed head
    uint32_t bodyLeft = 0;
    Millis openedAt = 0;
    Millis lastActive = 0;
    HttpRequest request;
    HttpResponse response;
    WebSocketReader reader;
    UploadHandler* upload = nullptr;
    char buffer[bufferBytes];

    void fileBytes(Bytes bytes) override;
  };

  void takeHead(size_t slot, Bytes bytes);
  void beginRequest(size_t slot, Bytes rest);
  void keepHead(Connection& connection);
  void takeBody(size_t slot, Bytes bytes);
  void takeUpload(size_t slot, Bytes bytes);
  void endUpload(size_t slot);
  void takeWebSocket(size_t slot, Bytes bytes);
  bool takeWebSocketEvent(size_t slot, const WebSocketReader::Event& event);
  void dispatch(size_t slot);
  void openWebSocket(size_t slot);
  void beginBody(size_t slot, const Route* route, Bytes rest);
  const Route* find(const HttpRequest& request) const;
  void respond(size_t slot);
  void refuse(size_t slot, int status, Text code, Text message);
  void flush(size_t slot);
  void finish(size_t slot);
  void drop(size_t slot);
  bool sendFrame(size_t slot, uint8_t opcode, Bytes payload);
  bool overdue(const Connection& connection, Millis now) const;
  size_t inFlight() const;

  HttpTransport& transport_;
  const Clock& clock_;
  HttpAdmission& admission_;
  Route routes_[maxRoutes];
  uint8_t routeCount_ = 0;
  uint8_t refusedRoutes_ = 0;
  const char* webSocketPath_ = nullptr;
  WebSocketHandler* webSocket_ = nullptr;
  MultipartParser multipart_;  // one is enough: an upload handler takes one upload at a time
  Connection connections_[slots];
};

}  // namespace spore
