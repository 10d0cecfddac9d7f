#pragma once

#include "text.h"

namespace spore {

/// The numbers of the Arduino core's Updater; they go over the wire.
enum class UpdateError : uint8_t {
  none = 0,
  write = 1,
  erase = 2,
  read = 3,
  space = 4,
  size = 5,
  stream = 6,
  md5 = 7,
  flashConfig = 8,
  newFlashConfig = 9,
  magicByte = 10,
  bootStrap = 11,
  signature = 12,
  noData = 13,
  outOfMemory = 14,
  alreadyRunning = 15,
  unknownCommand = 16
};

Text describe(UpdateError error);

/// Stages a new firmware beside the running one. Nothing is active until the boot loader has copied it.
class FirmwareUpdate {
 public:
  /// Makes room for `size` bytes; an update that runs already is refused.
  virtual bool begin(uint32_t size) = 0;
  /// 32 hex digits of the bytes as they will be written.
  virtual bool setMd5(Text digits) = 0;
  virtual bool write(Bytes bytes) = 0;
  /// Checks what was written and leaves the boot command. With `evenIfRemaining` fewer bytes than announced are
  /// accepted.
  virtual bool end(bool evenIfRemaining) = 0;
  virtual void abort() = 0;
  virtual UpdateError error() const = 0;

 protected:
  ~FirmwareUpdate() = default;
};

}  // namespace spore
