#pragma once

#include "rtc_memory.h"

namespace spore {

/// Counts boots that did not lead to a stable run, so that a firmware that crashes at start can come up in safe mode.
class BootCounter {
 public:
  static constexpr uint32_t safeModeAt = 4;
  static constexpr uint32_t stableAfterMs = 30000;

  explicit BootCounter(RtcMemory& memory) : memory_(memory) {}
  /// Counts this boot and returns how many there were in a row, this one included. Call once at boot.
  uint32_t countBoot();
  /// The run is stable, or this restart was asked for.
  void clear();

 private:
  RtcMemory& memory_;
};

}  // namespace spore
