#include "sha256.h"

#include "byte_order.h"

namespace spore {

namespace {

const uint32_t cubeRootTable[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

}  // namespace

void Sha256::compress(const uint8_t* block) {
  uint32_t schedule[64];
  for (int i = 0; i < 16; i++) schedule[i] = loadBig32(block + 4 * i);
  for (int i = 16; i < 64; i++) {
    const uint32_t near = schedule[i - 2], far = schedule[i - 15];
    const uint32_t small1 = rotateRight(near, 17) ^ rotateRight(near, 19) ^ near >> 10;
    const uint32_t small0 = rotateRight(far, 7) ^ rotateRight(far, 18) ^ far >> 3;
    schedule[i] = schedule[i - 16] + small0 + schedule[i - 7] + small1;
  }
  uint32_t s[8];
  memcpy(s, state_, sizeof s);
  for (int i = 0; i < 64; i++) {
    const uint32_t big1 = rotateRight(s[4], 6) ^ rotateRight(s[4], 11) ^ rotateRight(s[4], 25);
    const uint32_t big0 = rotateRight(s[0], 2) ^ rotateRight(s[0], 13) ^ rotateRight(s[0], 22);
    const uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
    const uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
    const uint32_t first = s[7] + big1 + choice + cubeRootTable[i] + schedule[i];
    memmove(s + 1, s, 7 * sizeof s[0]);
    s[4] += first;
    s[0] = first + big0 + majority;
  }
  for (int i = 0; i < 8; i++) state_[i] += s[i];
}

void Sha256::finish(uint8_t (&digest)[digestBytes]) {
  pad();
  for (int i = 0; i < 8; i++) storeBig32(digest + 4 * i, state_[i]);
}

}  // namespace spore
