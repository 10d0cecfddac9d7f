#pragma once

#include "fixed_text.h"

namespace spore {

/// The answer to one request, in a buffer of fixed size: one body, or a stream of pieces made as fast as they can be
/// sent.
class HttpResponse {
 public:
  static constexpr size_t pieceBytes = 576;
  /// Writes piece number `step`, of at most `pieceBytes`. True when more pieces follow.
  using Step = bool (*)(void* owner, uint32_t step, TextSink& out);

  /// Starts a JSON body of at most `pieceBytes`.
  TextSink& begin(int status);
  /// A JSON body of any length with status 200.
  void stream(Step step, void* owner);
  /// `{"error":code,"message":message}`.
  void fail(int status, Text code, Text message);
  /// Asks the client to come back in two seconds.
  void retryLater() { retryLater_ = true; }
  /// Takes back what was begun.
  void reset(bool http11);
  bool begun() const { return status_ != 0; }
  int status() const { return status_; }

  /// Composes the first bytes to send. Call once.
  void seal();
  /// A 101 that accepts a WebSocket with the client's `key`.
  void acceptWebSocket(Text key);
  /// What waits to be sent.
  Bytes pending() const { return Bytes(static_cast<const void*>(buffer_ + start_), end_ - start_); }
  void sent(size_t bytes) { start_ += bytes; }
  /// Makes the next piece when nothing is pending. False when there is none.
  bool refill();
  /// A piece grew beyond its buffer, so the answer cannot be completed.
  bool broken() const { return broken_; }
  bool hasRoom(size_t bytes) const { return end_ - start_ + bytes <= sizeof buffer_; }
  /// Appends bytes behind what is pending, if there is room.
  void append(Bytes bytes);

 private:
  static constexpr size_t headBytes = 192;
  static constexpr size_t chunkHeadBytes = 6;
  static constexpr size_t pieceAt = headBytes + chunkHeadBytes;

  void frame(size_t bodyBytes, bool last);

  char buffer_[pieceAt + pieceBytes + 8];
  BufferSink piece_{buffer_ + pieceAt, pieceBytes};
  size_t start_ = 0;
  size_t end_ = 0;
  Step step_ = nullptr;
  void* owner_ = nullptr;
  uint32_t nextStep_ = 0;
  int status_ = 0;
  bool http11_ = true;
  bool retryLater_ = false;
  bool broken_ = false;
};

}  // namespace spore
