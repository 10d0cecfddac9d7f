#pragma once

#include "text.h"

namespace spore {

/// The first byte of an image of the chip.
constexpr uint8_t imageMagic = 0xe9;

/// The first two of a gzip file.
constexpr uint8_t gzipMagic[] = {0x1f, 0x8b};

/// Does `head`, of at least two bytes, begin a gzip file?
inline bool isGzip(const uint8_t* head) {
  return head[0] == gzipMagic[0] && head[1] == gzipMagic[1];
}

}  // namespace spore
