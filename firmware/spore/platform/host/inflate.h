#pragma once

#include <stdint.h>

namespace spore::host {

/// Where packed bytes come from.
class PackedBytes {
 public:
  /// The next byte, or -1 behind the last.
  virtual int next() = 0;

 protected:
  ~PackedBytes() = default;
};

/// Where unpacked bytes go.
class UnpackedBytes {
 public:
  /// False when it takes no more.
  virtual bool put(uint8_t byte) = 0;

 protected:
  ~UnpackedBytes() = default;
};

/// Unpacks one deflate stream (RFC 1951) with a window of 32 KiB. False when it is damaged, ends early, or its bytes
/// find no room.
bool inflate(PackedBytes& in, UnpackedBytes& out);

}  // namespace spore::host
