#pragma once

#include "boot_command.h"
#include "firmware_update.h"
#include "flash.h"
#include "md5.h"

namespace spore {

/// What the Arduino core's Updater does, on any flash: the two-image rule, a sector at a time, the flash-mode patch,
/// the checks at the end, the boot command in RTC memory.
class StagingUpdater final : public FirmwareUpdate {
 public:
  /// `runningSize` bytes at 0 are the running image, made for `flashMode`; the file system starts at `fsStart`.
  StagingUpdater(Flash& flash, RtcMemory& memory, uint32_t runningSize, uint8_t flashMode, uint32_t fsStart)
      : flash_(flash), memory_(memory), runningSize_(runningSize), flashMode_(flashMode), fsStart_(fsStart) {}

  bool begin(uint32_t size) override;
  bool setMd5(Text digits) override;
  bool write(Bytes bytes) override;
  bool end(bool evenIfRemaining) override;
  void abort() override;
  UpdateError error() const override { return error_; }

 private:
  bool fail(UpdateError error);
  bool flushSector();
  bool verifyStaged();

  Flash& flash_;
  RtcMemory& memory_;
  const uint32_t runningSize_;
  const uint8_t flashMode_;
  const uint32_t fsStart_;

  bool running_ = false;
  bool expectsMd5_ = false;
  uint32_t start_ = 0;
  uint32_t announced_ = 0;
  uint32_t written_ = 0;  // in flash
  size_t filled_ = 0;
  UpdateError error_ = UpdateError::none;
  Md5 md5_;
  uint8_t wantedMd5_[Md5::digestBytes];
  uint8_t sector_[Flash::sectorBytes];
};

}  // namespace spore
