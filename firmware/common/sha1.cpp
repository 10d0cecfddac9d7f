#include "sha1.h"

#include "byte_order.h"

namespace spore {

void Sha1::compress(const uint8_t* block) {
  uint32_t schedule[80];
  for (int i = 0; i < 16; i++) schedule[i] = loadBig32(block + 4 * i);
  for (int i = 16; i < 80; i++)
    schedule[i] = rotateLeft(schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16], 1);
  uint32_t a = state_[0], b = state_[1], c = state_[2], d = state_[3], e = state_[4];
  for (int i = 0; i < 80; i++) {
    uint32_t mixed;
    if (i < 20)
      mixed = ((b & c) | (~b & d)) + 0x5a827999;
    else if (i < 40)
      mixed = (b ^ c ^ d) + 0x6ed9eba1;
    else if (i < 60)
      mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    else
      mixed = (b ^ c ^ d) + 0xca62c1d6;
    const uint32_t next = rotateLeft(a, 5) + mixed + e + schedule[i];
    e = d;
    d = c;
    c = rotateLeft(b, 30);
    b = a;
    a = next;
  }
  state_[0] += a;
  state_[1] += b;
  state_[2] += c;
  state_[3] += d;
  state_[4] += e;
}

void Sha1::finish(uint8_t (&digest)[digestBytes]) {
  pad();
  for (int i = 0; i < 5; i++) storeBig32(digest + 4 * i, state_[i]);
}

}  // namespace spore
