#include "../../../firmware/common/boot_counter.h"
#include "../../../firmware/common/staging_updater.h"
#include "check.h"

using namespace spore;

namespace {

/// 64 KiB of flash in memory.
class MemoryFlash final : public Flash {
 public:
  MemoryFlash() { memset(cells, 0xff, sizeof cells); }
  uint32_t size() const override { return sizeof cells; }
  bool eraseSector(uint32_t index) override {
    memset(cells + index * sectorBytes, 0xff, sectorBytes);
    return true;
  }
  bool write(uint32_t address, Bytes bytes) override {
    if (failing) return false;
    for (size_t i = 0; i < bytes.size; i++) cells[address + i] &= bytes.data[i];
    return true;
  }
  bool read(uint32_t address, uint8_t* out, size_t size) const override {
    memcpy(out, cells + address, size);
    return true;
  }
  uint8_t cells[65536];
  bool failing = false;
};

class MemoryRtc final : public RtcMemory {
 public:
  void read(size_t offset, uint8_t* out, size_t size) const override { memcpy(out, cells + offset, size); }
  void write(size_t offset, Bytes bytes) override { memcpy(cells + offset, bytes.data, bytes.size); }
  uint8_t cells[bytes] = {};
};

constexpr uint32_t fsStart = 0xe000;
constexpr uint32_t runningSize = 5000;  // two sectors
constexpr uint8_t dout = 3;

MemoryFlash flash;
uint8_t image[3 * Flash::sectorBytes];

struct Bench {
  MemoryRtc rtc;
  StagingUpdater updater{flash, rtc, runningSize, dout, fsStart};
  Bench() {
    flash.failing = false;
    for (size_t i = 0; i < sizeof image; i++) image[i] = static_cast<uint8_t>(i * 7);
    image[0] = 0xe9;
    image[2] = 0;
    image[3] = 0x10;  // 256 KiB would be too large for this flash
  }
};

}  // namespace

TEST("StagingUpdater keeps the two-image rule to the byte") {
  Bench bench;
  constexpr uint32_t room = fsStart - 2 * Flash::sectorBytes;
  CHECK(bench.updater.begin(room));
  bench.updater.abort();
  CHECK(!bench.updater.begin(room + 1));
  CHECK(bench.updater.error() == UpdateError::space);
  CHECK(!bench.updater.begin(0));
  CHECK(bench.updater.error() == UpdateError::size);
}

TEST("StagingUpdater stages in front of the file system and leaves eboot's command") {
  Bench bench;
  image[3] = 0x70;  // a size that the header's table does not know
  constexpr uint32_t size = Flash::sectorBytes + 10;
  CHECK(bench.updater.begin(size));
  for (uint32_t at = 0; at < size; at += 1001) CHECK(bench.updater.write(Bytes(image, size).from(at).first(1001)));
  CHECK(bench.updater.end(false));
  BootCommand command;
  CHECK(readBootCommand(bench.rtc, command));
  CHECK(command.source == fsStart - 2 * Flash::sectorBytes && command.destination == 0 && command.size == size);
  CHECK(flash.cells[command.source + 2] == dout);
  CHECK(memcmp(flash.cells + command.source + 3, image + 3, size - 3) == 0);
}

TEST("StagingUpdater refuses what the real one refuses") {
  const struct {
    UpdateError error;
    uint32_t announced;
    uint32_t sent;
    uint8_t magic;
    const char* md5;
    bool failing;
  } cases[] = {
      {UpdateError::magicByte, 100, 100, 0xea, nullptr, false},
      {UpdateError::newFlashConfig, 100, 100, 0xe9, nullptr, false},
      {UpdateError::md5, 100, 100, 0xe9, "00000000000000000000000000000000", false},
      {UpdateError::size, 100, 99, 0xe9, nullptr, false},
      {UpdateError::space, 100, 101, 0xe9, nullptr, false},
      {UpdateError::noData, 100, 0, 0xe9, nullptr, false},
      {UpdateError::write, 100, 100, 0xe9, nullptr, true},
  };
  for (const auto& wrong : cases) {
    Bench bench;
    image[0] = wrong.magic;
    flash.failing = wrong.failing;
    CHECK(bench.updater.begin(wrong.announced));
    if (wrong.md5 != nullptr) CHECK(bench.updater.setMd5(wrong.md5));
    bench.updater.write(Bytes(image, wrong.sent));
    CHECK(!bench.updater.end(false));
    CHECK(bench.updater.error() == wrong.error);
    BootCommand command;
    CHECK(!readBootCommand(bench.rtc, command));
  }
}

TEST("an update that was staged before is forgotten when another begins") {
  Bench bench;
  writeBootCommand(bench.rtc, BootCommand{0x4000, 0, 100});
  CHECK(bench.updater.begin(100));
  BootCommand command;
  CHECK(!readBootCommand(bench.rtc, command));
}

TEST("a boot command with one bit changed is none") {
  MemoryRtc rtc;
  BootCommand command;
  for (size_t bit = 0; bit < RtcMemory::bootLoaderBytes * 8; bit++) {
    writeBootCommand(rtc, BootCommand{0x4000, 0, 100});
    rtc.cells[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    CHECK(!readBootCommand(rtc, command));
  }
}

TEST("BootCounter counts, survives what else is in memory, and clears") {
  MemoryRtc rtc;
  memset(rtc.cells, 0x5a, sizeof rtc.cells);
  BootCounter counter(rtc);
  CHECK(counter.countBoot() == 1);
  CHECK(counter.countBoot() == 2);
  clearBootCommand(rtc);
  CHECK(counter.countBoot() == 3);
  counter.clear();
  CHECK(counter.countBoot() == 1);
}
