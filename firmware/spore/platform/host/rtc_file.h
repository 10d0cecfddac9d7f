#pragma once

#include "../../../common/rtc_memory.h"

namespace spore::host {

/// The numbers of the chip's reset reasons.
enum class ResetReason : uint32_t {
  powerOn = 0,
  hardwareWatchdog = 1,
  exception = 2,
  softwareWatchdog = 3,
  softwareRestart = 4
};

/// In the words of the Arduino core.
Text describe(ResetReason reason);

/// The board's RTC memory: an anonymous file that boot loader and program inherit from each other, so it survives every
/// reset and vanishes with the process, as the chip's does with the power. Behind the 512 bytes of user memory it holds
/// why the board was reset, how many writes its flash has seen and which port it served.
class RtcFile final : public RtcMemory {
 public:
  /// Takes over the file that the process before has left open, or starts with a zeroed one: power has just come.
  static RtcFile open();
  /// The file alone, if the process before has left it. Exits with 1 otherwise.
  static RtcFile inherit();

  void read(size_t offset, uint8_t* out, size_t size) const override;
  void write(size_t offset, Bytes bytes) override;

  ResetReason resetReason() const;
  /// Async-signal-safe.
  void setResetReason(ResetReason reason) const;
  uint32_t addWrite() const;
  /// The free port that the board took at its last start, or 0: after a reset it wants the same.
  uint16_t lastHttpPort() const;
  void setLastHttpPort(uint16_t port) const;
  int fd() const { return fd_; }

 private:
  explicit RtcFile(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace spore::host
