#include "boot_command.h"

#include "byte_order.h"
#include "crc32_mpeg2.h"

namespace spore {

namespace {

constexpr uint32_t magic = 0xeb001000;
constexpr uint32_t copyRaw = 1;
constexpr size_t crcAt = RtcMemory::bootLoaderBytes - 4;

}  // namespace

void writeBootCommand(RtcMemory& memory, const BootCommand& command) {
  uint8_t bytes[RtcMemory::bootLoaderBytes] = {};
  storeLittle32(bytes, magic);
  storeLittle32(bytes + 4, copyRaw);
  storeLittle32(bytes + 8, command.source);
  storeLittle32(bytes + 12, command.destination);
  storeLittle32(bytes + 16, command.size);
  storeLittle32(bytes + crcAt, crc32Mpeg2(bytes, crcAt));
  memory.write(0, Bytes(bytes, sizeof bytes));
}

bool readBootCommand(const RtcMemory& memory, BootCommand& command) {
  uint8_t bytes[RtcMemory::bootLoaderBytes];
  memory.read(0, bytes, sizeof bytes);
  if (loadLittle32(bytes) != magic || loadLittle32(bytes + 4) != copyRaw) return false;
  if (loadLittle32(bytes + crcAt) != crc32Mpeg2(bytes, crcAt)) return false;
  command = BootCommand{loadLittle32(bytes + 8), loadLittle32(bytes + 12), loadLittle32(bytes + 16)};
  return true;
}

void clearBootCommand(RtcMemory& memory) {
  const uint8_t zeros[RtcMemory::bootLoaderBytes] = {};
  memory.write(0, Bytes(zeros, sizeof zeros));
}

}  // namespace spore
