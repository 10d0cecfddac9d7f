#pragma once

#include "text.h"

namespace spore {

/// Reads the frames of a client (RFC 6455) in a buffer of the connection: masked, fragmented or not, at most
/// `maxMessage` bytes per message.
class WebSocketReader {
 public:
  static constexpr size_t maxMessage = 1024;

  enum class Kind : uint8_t {
    none,    // feed more
    text,    // a whole text message
    binary,  // a whole binary message
    ping,
    pong,
    close,
    error  // the connection is beyond repair; `closeCode` says why
  };

  struct Event {
    Kind kind = Kind::none;
    Bytes payload;
    uint16_t closeCode = 1000;
  };

  void begin(uint8_t* buffer, size_t capacity);
  /// Copies as many bytes as the buffer takes, and returns how many.
  size_t feed(Bytes bytes);
  /// The next event in what was fed. Its payload is valid until the next call.
  Event next();

 private:
  struct Frame {
    bool final;
    uint8_t opcode;
    size_t headBytes;
    size_t payloadBytes;
  };

  /// 0: not all there; otherwise the close code of an error, or 1000 when `frame` is whole.
  uint16_t parseFrame(Frame& frame) const;
  Event takeControl(const Frame& frame);
  Event takeData(const Frame& frame);
  void releaseLast();
  void dropBehindMessage(size_t bytes);

  uint8_t* buffer_ = nullptr;
  size_t capacity_ = 0;
  size_t message_ = 0;  // unmasked bytes of a message in parts, at the start of the buffer
  size_t filled_ = 0;
  size_t consumed_ = 0;  // bytes behind the message that the last event used
  bool delivered_ = false;
  bool inMessage_ = false;
  bool binary_ = false;
};

/// Bytes of a server's frame header in front of `size` bytes, at most 4.
size_t writeWebSocketHeader(uint8_t opcode, size_t size, uint8_t (&out)[4]);

constexpr uint8_t webSocketText = 1;
constexpr uint8_t webSocketClose = 8;
constexpr uint8_t webSocketPing = 9;
constexpr uint8_t webSocketPong = 10;

}  // namespace spore
