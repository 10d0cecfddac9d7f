#include "hmac_sha256.h"

namespace spore {

HmacSha256::HmacSha256(Bytes key) {
  uint8_t block[Sha256::blockBytes] = {};
  uint8_t shortened[digestBytes];
  if (key.size > sizeof block) {
    Sha256 hash;
    hash.update(key);
    hash.finish(shortened);
    key = Bytes(shortened, sizeof shortened);
  }
  memcpy(block, key.data, key.size);
  for (uint8_t& byte : block) byte ^= 0x36;
  inner_.update(Bytes(block, sizeof block));
  for (uint8_t& byte : block) byte ^= 0x36 ^ 0x5c;
  outer_.update(Bytes(block, sizeof block));
}

void HmacSha256::finish(uint8_t (&digest)[digestBytes]) {
  inner_.finish(digest);
  outer_.update(Bytes(digest, sizeof digest));
  outer_.finish(digest);
}

}  // namespace spore
