#pragma once

#include "block_hash.h"

namespace spore {

/// SHA-1 (FIPS 180-4), which the WebSocket handshake asks for. Not for secrets.
class Sha1 : public BlockHash<Sha1> {
 public:
  static constexpr size_t digestBytes = 20;
  static constexpr bool bigEndian = true;

  /// Call once, last.
  void finish(uint8_t (&digest)[digestBytes]);

 private:
  friend class BlockHash<Sha1>;
  void compress(const uint8_t* block);

  uint32_t state_[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
};

}  // namespace spore
