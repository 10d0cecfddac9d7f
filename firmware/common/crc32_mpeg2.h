#pragma once

#include <stddef.h>
#include <stdint.h>

namespace spore {

/// CRC-32/MPEG-2: polynomial 0x04C11DB7, most significant bit first, no final XOR. What eboot and the Arduino core use.
/// Pass an earlier result as `start` to go on where it ended. Bit by bit: it runs over 128 bytes, or at build time.
template <typename Byte>
constexpr uint32_t crc32Mpeg2(const Byte* data, size_t size, uint32_t start = 0xffffffff) {
  uint32_t crc = start;
  for (size_t i = 0; i < size; i++) {
    crc ^= static_cast<uint32_t>(static_cast<uint8_t>(data[i])) << 24;
    for (int bit = 0; bit < 8; bit++) crc = crc & 0x80000000u ? (crc << 1) ^ 0x04c11db7u : crc << 1;
  }
  return crc;
}

}  // namespace spore
