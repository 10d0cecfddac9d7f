#pragma once

#include "rtc_memory.h"

namespace spore {

/// What an update leaves for the boot loader: copy `size` bytes from `source` to `destination`, then start them.
struct BootCommand {
  uint32_t source = 0;
  uint32_t destination = 0;
  uint32_t size = 0;
};

/// In eboot's format: magic 0xEB001000, action 1, 29 arguments, CRC-32/MPEG-2 of all before it.
void writeBootCommand(RtcMemory& memory, const BootCommand& command);
/// False when there is none: wrong magic, action or CRC.
bool readBootCommand(const RtcMemory& memory, BootCommand& command);
void clearBootCommand(RtcMemory& memory);

}  // namespace spore
