#pragma once

#include <time.h>

#include <random>
#include <string>

#include "../../../common/image_reader.h"
#include "../../ports.h"
#include "http_sockets.h"
#include "options.h"
#include "reset.h"
#include "state_files.h"

namespace spore::host {

class HostClock final : public Clock {
 public:
  HostClock() : start_(read()) {}
  Millis now() const override { return read() - start_; }

 private:
  static Millis read() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<Millis>(time.tv_sec) * 1000 + static_cast<Millis>(time.tv_nsec) / 1000000;
  }
  const Millis start_;
};

class HostRandom final : public Random {
 public:
  uint32_t next() override { return device_(); }

 private:
  std::random_device device_;
};

class ConsoleLog final : public Log {
 public:
  explicit ConsoleLog(const Clock& clock) : clock_(clock) {}
  void line(Text text) override;

 private:
  const Clock& clock_;
};

/// What a host can say in place of silicon.
class HostBoard final : public Board {
 public:
  HostBoard(const HttpSockets& sockets, const StateFiles& files, Reset& reset)
      : sockets_(sockets), files_(files), reset_(reset) {}

  uint32_t freeHeap() const override;
  int32_t rssi() const override { return -40; }
  /// The load of the machine: one waiting program is one volt.
  uint32_t analogMillivolts() override;
  FileSystemUse fileSystemUse() const override { return {65536, files_.usedBytes()}; }
  void restart() override { reset_.now(ResetReason::softwareRestart); }

 private:
  const HttpSockets& sockets_;
  const StateFiles& files_;
  Reset& reset_;
};

/// A cable in place of a radio.
class HostNetwork final : public Wireless {
 public:
  explicit HostNetwork(Ipv4 address) : address_(address) {}
  Ipv4 address() const override { return address_; }
  WirelessState state() const override;
  void startScan() override {}
  bool scanning() const override { return false; }
  bool scanned(size_t, AccessPoint&) const override { return false; }

 private:
  const Ipv4 address_;
};

/// The texts behind a board's facts, and the facts.
class HostFacts {
 public:
  HostFacts(const Options& options, const Flash& flash, ResetReason reason);
  const BoardFacts& facts() const { return facts_; }

 private:
  std::string hostname_;
  std::string mac_;
  std::string md5_;
  BoardFacts facts_;
};

/// Lets through what comes from this machine's own address: no page of another origin, no name that was made to resolve
/// here.
class LoopbackGuard final : public OriginGuard {
 public:
  explicit LoopbackGuard(const std::string& address) : address_(address) {}
  bool foreign(Text host, Text origin) const override;

 private:
  bool isOwn(Text authority) const;

  const std::string address_;
};

}  // namespace spore::host
