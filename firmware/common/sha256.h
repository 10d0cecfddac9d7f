#pragma once

#include "block_hash.h"

namespace spore {

/// SHA-256 (FIPS 180-4).
class Sha256 : public BlockHash<Sha256> {
 public:
  static constexpr size_t digestBytes = 32;
  static constexpr bool bigEndian = true;

  /// Call once, last.
  void finish(uint8_t (&digest)[digestBytes]);

 private:
  friend class BlockHash<Sha256>;
  void compress(const uint8_t* block);

  uint32_t state_[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
};

}  // namespace spore
