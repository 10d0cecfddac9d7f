#pragma once

#include "text.h"

namespace spore {

/// 512 bytes that survive a reset and not a loss of power. The first 128 belong to the boot loader.
class RtcMemory {
 public:
  static constexpr size_t bytes = 512;
  static constexpr size_t bootLoaderBytes = 128;

  virtual void read(size_t offset, uint8_t* out, size_t size) const = 0;
  virtual void write(size_t offset, Bytes bytes) = 0;

 protected:
  ~RtcMemory() = default;
};

}  // namespace spore
