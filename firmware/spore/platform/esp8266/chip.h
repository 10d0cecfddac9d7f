#pragma once

#include <Arduino.h>

#include "../../../common/rtc_memory.h"
#include "../../cluster_message.h"
#include "../../ports.h"

namespace spore::esp8266 {

class ChipClock final : public Clock {
 public:
  Millis now() const override { return micros64() / 1000; }
};

class ChipRandom final : public Random {
 public:
  uint32_t next() override { return ESP.random(); }
};

class SerialLog final : public Log {
 public:
  void line(Text text) override;
};

/// RTC user memory, which the chip reads and writes in words.
class ChipRtc final : public RtcMemory {
 public:
  void read(size_t offset, uint8_t* out, size_t size) const override;
  void write(size_t offset, Bytes bytes) override;
};

class ChipBoard final : public Board {
 public:
  uint32_t freeHeap() const override { return ESP.getFreeHeap(); }
  int32_t rssi() const override;
  uint32_t analogMillivolts() override;
  FileSystemUse fileSystemUse() const override;
  void restart() override;
};

/// The texts behind the chip's facts, and the facts.
class ChipFacts {
 public:
  ChipFacts();
  const BoardFacts& facts() const { return facts_; }

 private:
  FixedText<maxHostnameBytes> hostname_;
  FixedText<17> mac_;
  FixedText<32> sketchMd5_;
  FixedText<32> resetReason_;
  BoardFacts facts_;
};

}  // namespace spore::esp8266
