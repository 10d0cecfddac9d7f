#pragma once

#include "sha256.h"

namespace spore {

/// HMAC (RFC 2104) with SHA-256, fed piece by piece.
class HmacSha256 {
 public:
  static constexpr size_t digestBytes = Sha256::digestBytes;

  explicit HmacSha256(Bytes key);
  void update(Bytes bytes) { inner_.update(bytes); }
  void update(Text text) { inner_.update(text); }
  /// Call once, last.
  void finish(uint8_t (&digest)[digestBytes]);

 private:
  Sha256 inner_;
  Sha256 outer_;
};

}  // namespace spore
