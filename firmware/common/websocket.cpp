#include "websocket.h"

namespace spore {

namespace {

constexpr size_t maskBytes = 4;
constexpr size_t maxControlPayload = 125;
constexpr uint16_t whole = 1000;
constexpr uint16_t protocolError = 1002;
constexpr uint16_t notUtf8 = 1007;
constexpr uint16_t tooBig = 1009;

/// `isPlainUtf8` refuses control characters, which text messages may hold, so check around them.
bool isUtf8(Text text) {
  size_t start = 0;
  for (size_t i = 0; i < text.size(); i++) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte >= 0x20 && byte != 0x7f) continue;
    if (!isPlainUtf8(text.from(start).first(i - start))) return false;
    start = i + 1;
  }
  return isPlainUtf8(text.from(start));
}

}  // namespace

void WebSocketReader::begin(uint8_t* buffer, size_t capacity) {
  *this = WebSocketReader();
  buffer_ = buffer;
  capacity_ = capacity;
}

size_t WebSocketReader::feed(Bytes bytes) {
  const size_t room = capacity_ - filled_;
  const size_t taken = bytes.size < room ? bytes.size : room;
  memcpy(buffer_ + filled_, bytes.data, taken);
  filled_ += taken;
  return taken;
}

WebSocketReader::Event WebSocketReader::next() {
  releaseLast();
  for (;;) {
    Frame frame;
    const uint16_t verdict = parseFrame(frame);
    if (verdict == 0) return Event();
    if (verdict != whole) return Event{Kind::error, Bytes(), verdict};
    uint8_t* mask = buffer_ + message_ + frame.headBytes - maskBytes;
    uint8_t* payload = mask + maskBytes;
    for (size_t i = 0; i < frame.payloadBytes; i++) payload[i] ^= mask[i % maskBytes];
    if (frame.opcode >= webSocketClose) return takeControl(frame);
    const Event event = takeData(frame);
    if (event.kind != Kind::none) return event;
  }
}

uint16_t WebSocketReader::parseFrame(Frame& frame) const {
  const uint8_t* at = buffer_ + message_;
  const size_t size = filled_ - message_;
  if (size < 2) return 0;
  const bool masked = (at[1] & 0x80) != 0;
  frame.final = (at[0] & 0x80) != 0;
  frame.opcode = at[0] & 15;
  frame.payloadBytes = at[1] & 0x7f;
  frame.headBytes = 2 + maskBytes;
  const bool control = frame.opcode >= webSocketClose;
  const bool known = frame.opcode <= 2 || (control && frame.opcode <= webSocketPong);
  if (!masked || (at[0] & 0x70) != 0 || !known) return protocolError;
  if (control && (!frame.final || frame.payloadBytes > maxControlPayload)) return protocolError;
  if (!control && (frame.opcode == 0) != inMessage_) return protocolError;
  if (frame.payloadBytes == 127) return tooBig;
  if (frame.payloadBytes == 126) {
    if (size < 4) return 0;
    frame.payloadBytes = static_cast<size_t>(at[2]) << 8 | at[3];
    frame.headBytes += 2;
  }
  if (!control && message_ + frame.payloadBytes > maxMessage) return tooBig;
  return size < frame.headBytes + frame.payloadBytes ? 0 : whole;
}

WebSocketReader::Event WebSocketReader::takeControl(const Frame& frame) {
  const Bytes payload(buffer_ + message_ + frame.headBytes, frame.payloadBytes);
  consumed_ = frame.headBytes + frame.payloadBytes;
  if (frame.opcode == webSocketClose) return Event{Kind::close, payload, whole};
  return Event{frame.opcode == webSocketPing ? Kind::ping : Kind::pong, payload, whole};
}

WebSocketReader::Event WebSocketReader::takeData(const Frame& frame) {
  if (frame.opcode != 0) binary_ = frame.opcode == 2;
  inMessage_ = !frame.final;
  dropBehindMessage(frame.headBytes);
  message_ += frame.payloadBytes;
  if (!frame.final) return Event();
  delivered_ = true;
  const Bytes payload(buffer_, message_);
  if (binary_) return Event{Kind::binary, payload, whole};
  if (!isUtf8(Text(reinterpret_cast<const char*>(buffer_), message_))) return Event{Kind::error, Bytes(), notUtf8};
  return Event{Kind::text, payload, whole};
}

/// Gives back what the last event pointed to.
void WebSocketReader::releaseLast() {
  if (delivered_) {
    memmove(buffer_, buffer_ + message_, filled_ - message_);
    filled_ -= message_;
    message_ = 0;
    delivered_ = false;
  }
  dropBehindMessage(consumed_);
  consumed_ = 0;
}

void WebSocketReader::dropBehindMessage(size_t bytes) {
  memmove(buffer_ + message_, buffer_ + message_ + bytes, filled_ - message_ - bytes);
  filled_ -= bytes;
}

size_t writeWebSocketHeader(uint8_t opcode, size_t size, uint8_t (&out)[4]) {
  out[0] = static_cast<uint8_t>(0x80 | opcode);
  if (size < 126) {
    out[1] = static_cast<uint8_t>(size);
    return 2;
  }
  out[1] = 126;
  out[2] = static_cast<uint8_t>(size >> 8);
  out[3] = static_cast<uint8_t>(size);
  return 4;
}

}  // namespace spore
