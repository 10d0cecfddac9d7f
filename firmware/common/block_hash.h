#pragma once

#include "text.h"

namespace spore {

/// What MD5, SHA-1 and SHA-256 share: 64-byte blocks, and a last block with the bit count. `Algorithm` supplies
/// `compress(block)` and says whether the count is big-endian.
template <typename Algorithm>
class BlockHash {
 public:
  static constexpr size_t blockBytes = 64;

  void update(Bytes bytes) {
    count_ += bytes.size;
    while (bytes.size > 0) {
      const size_t room = blockBytes - filled_;
      const size_t taken = bytes.size < room ? bytes.size : room;
      memcpy(block_ + filled_, bytes.data, taken);
      filled_ += taken;
      bytes = bytes.from(taken);
      if (filled_ == blockBytes) flush();
    }
  }
  void update(Text text) { update(text.bytes()); }

 protected:
  void pad() {
    const uint64_t bits = count_ * 8;
    block_[filled_++] = 0x80;
    if (filled_ > 56) {
      memset(block_ + filled_, 0, blockBytes - filled_);
      flush();
    }
    memset(block_ + filled_, 0, 56 - filled_);
    for (int i = 0; i < 8; i++) {
      const int shift = Algorithm::bigEndian ? 56 - 8 * i : 8 * i;
      block_[56 + i] = static_cast<uint8_t>(bits >> shift);
    }
    flush();
  }

 private:
  void flush() {
    static_cast<Algorithm*>(this)->compress(block_);
    filled_ = 0;
  }

  uint64_t count_ = 0;
  size_t filled_ = 0;
  uint8_t block_[blockBytes];
};

inline uint32_t rotateLeft(uint32_t x, int by) {
  return x << by | x >> (32 - by);
}
inline uint32_t rotateRight(uint32_t x, int by) {
  return x >> by | x << (32 - by);
}

}  // namespace spore
