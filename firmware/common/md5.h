#pragma once

#include "block_hash.h"

namespace spore {

/// MD5 (RFC 1321): what the Updater compares an upload with. Not for secrets.
class Md5 : public BlockHash<Md5> {
 public:
  static constexpr size_t digestBytes = 16;
  static constexpr bool bigEndian = false;

  /// Call once, last.
  void finish(uint8_t (&digest)[digestBytes]);

 private:
  friend class BlockHash<Md5>;
  void compress(const uint8_t* block);

  uint32_t state_[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
};

}  // namespace spore
