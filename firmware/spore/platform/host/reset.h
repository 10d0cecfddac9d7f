#pragma once

#include "rtc_file.h"

namespace spore::host {

/// Replaces this program by the board's boot loader: what a reset does on a chip. Crashes and hangs lead here too.
class Reset {
 public:
  /// `loader` is run with this program's arguments. One per process.
  Reset(const RtcFile& memory, const char* loader, char** arguments);

  [[noreturn]] void now(ResetReason reason);
  /// Resets on a crash from now on, and on a hang, unless `feedWatchdog` is called every few seconds.
  void guard();
  /// Three seconds of computing, or half a minute of anything, without a call means a hang.
  static void feedWatchdog();
};

}  // namespace spore::host
