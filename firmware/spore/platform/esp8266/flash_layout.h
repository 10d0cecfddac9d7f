#pragma once

#include <stdint.h>

// Where the linker put the file system: the address of this symbol, as the flash cache maps it.
extern "C" uint32_t _FS_start;

namespace spore::esp8266 {

/// Flash address of the file system.
inline uint32_t fsStart() {
  return reinterpret_cast<uintptr_t>(&_FS_start) - 0x40200000;
}

}  // namespace spore::esp8266
