#include "boot_counter.h"

#include "byte_order.h"

namespace spore {

namespace {

constexpr uint32_t magic = 0x53504243;

void store(RtcMemory& memory, uint32_t count) {
  uint8_t bytes[12];
  storeLittle32(bytes, magic);
  storeLittle32(bytes + 4, count);
  storeLittle32(bytes + 8, ~count);
  memory.write(RtcMemory::bootLoaderBytes, Bytes(bytes, sizeof bytes));
}

}  // namespace

uint32_t BootCounter::countBoot() {
  uint8_t bytes[12];
  memory_.read(RtcMemory::bootLoaderBytes, bytes, sizeof bytes);
  const uint32_t before = loadLittle32(bytes + 4);
  const bool valid = loadLittle32(bytes) == magic && loadLittle32(bytes + 8) == ~before;
  const uint32_t count = valid ? before + 1 : 1;
  store(memory_, count);
  return count;
}

void BootCounter::clear() {
  store(memory_, 0);
}

}  // namespace spore
