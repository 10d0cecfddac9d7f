#pragma once

#include "rtc_file.h"

namespace spore::host {

/// Counts what the board writes to storage and, where a test asks for it, takes the power away in the middle of one
/// write.
class PowerSupply {
 public:
  PowerSupply(const RtcFile& memory, uint32_t cutAfterWrites) : memory_(memory), cutAfterWrites_(cutAfterWrites) {}

  /// True when the coming write is the one that must not complete: do half of it, then `cut`.
  bool failsDuringNextWrite() { return cutAfterWrites_ != 0 && memory_.addWrite() == cutAfterWrites_; }
  [[noreturn]] void cut();

 private:
  const RtcFile& memory_;
  const uint32_t cutAfterWrites_;
};

}  // namespace spore::host
