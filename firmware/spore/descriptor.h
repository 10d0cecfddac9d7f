#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../common/crc32_mpeg2.h"

namespace spore {

/// 128 bytes that say what an image is; a controller finds them by their magic. `README.md` has the layout.
struct Descriptor {
  char bytes[128];
};

namespace descriptor {

constexpr size_t nameAt = 8, nameRoom = 32;
constexpr size_t versionAt = 40, versionRoom = 24;
constexpr size_t platformAt = 64, platformRoom = 16;
constexpr size_t builtAt = 80, builtRoom = 16;
constexpr size_t fsStartAt = 96, generationAt = 100, crcAt = 124;

constexpr void put(Descriptor& out, size_t at, size_t room, const char* text) {
  for (size_t i = 0; i < room && text[i] != '\0'; i++) out.bytes[at + i] = text[i];
}

constexpr void put(Descriptor& out, size_t at, uint32_t value) {
  for (size_t i = 0; i < 4; i++) out.bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xff);
}

/// Built at compile time, CRC included, so that the magic stands in the image once.
constexpr Descriptor make(const char* name, const char* version, const char* platform, const char* built,
                          uint32_t fsStart) {
  Descriptor out{};
  put(out, 0, 8, "SPOREFW1");
  put(out, nameAt, nameRoom - 1, name);
  put(out, versionAt, versionRoom - 1, version);
  put(out, platformAt, platformRoom - 1, platform);
  put(out, builtAt, builtRoom, built);
  put(out, fsStartAt, fsStart);
  put(out, generationAt, 3);
  put(out, crcAt, crc32Mpeg2(out.bytes, crcAt));
  return out;
}

}  // namespace descriptor

}  // namespace spore
