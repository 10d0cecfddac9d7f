#pragma once

#include "../common/clock.h"
#include "../common/file_store.h"
#include "../common/firmware_update.h"
#include "../common/http_server.h"
#include "../common/rtc_memory.h"
#include "../common/text.h"

namespace spore {

/// An IPv4 address in host byte order.
using Ipv4 = uint32_t;

struct Endpoint {
  Ipv4 address = 0;
  uint16_t port = 0;
};

/// The UDP socket of the cluster protocol.
class DatagramPort {
 public:
  struct Arrival {
    Endpoint from;
    bool broadcast = false;
    size_t size = 0;
  };

  /// The next datagram, cut to `room`. False when none waits.
  virtual bool receive(char* out, size_t room, Arrival& arrival) = 0;
  virtual void send(Endpoint to, Text datagram) = 0;
  /// Discovery and heartbeats go to everybody, cluster events to the subnet.
  virtual void broadcast(Text datagram, bool subnetOnly) = 0;
  /// Where our own datagrams come from.
  virtual Endpoint local() const = 0;

 protected:
  ~DatagramPort() = default;
};

/// What does not change while a node runs.
struct BoardFacts {
  Text hostname;
  Text mac;
  Text sdkVersion;
  Text platform;     // esp8266 or host
  Text resetReason;  // in the words of the Arduino core
  Text sketchMd5;    // 32 hex digits of the flash bytes that hold the running image
  uint32_t chipId = 0;
  uint32_t cpuFreqMHz = 0;
  uint32_t flashChipSize = 0;
  uint32_t sketchSize = 0;
  uint32_t freeSketchSpace = 0;
  uint32_t fsStart = 0;
  uint32_t totalHeap = 0;
  uint8_t flashMode = 0;
  bool gzip = false;
};

struct FileSystemUse {
  uint32_t totalBytes = 0;
  uint32_t usedBytes = 0;
};

/// What the silicon says now, and what it does.
class Board {
 public:
  virtual uint32_t freeHeap() const = 0;
  virtual int32_t rssi() const = 0;
  /// The board's analog input in millivolts.
  virtual uint32_t analogMillivolts() = 0;
  virtual FileSystemUse fileSystemUse() const = 0;
  /// Does not return to the caller on silicon; on a host it replaces the process.
  virtual void restart() = 0;

 protected:
  ~Board() = default;
};

struct AccessPoint {
  Text ssid;
  Text bssid;
  int32_t rssi = 0;
  uint32_t channel = 0;
  uint32_t encryptionType = 0;
  bool hidden = false;
};

struct WirelessState {
  Text mode;  // STA or AP
  Text ssid;
  Ipv4 accessPointAddress = 0;
  uint32_t channel = 0;
  bool connected = false;
};

/// The radio, or on a host the lack of one.
class Wireless {
 public:
  virtual Ipv4 address() const = 0;
  virtual WirelessState state() const = 0;
  virtual void startScan() = 0;
  virtual bool scanning() const = 0;
  /// The `index`th network of the last scan. False beyond the last.
  virtual bool scanned(size_t index, AccessPoint& found) const = 0;

 protected:
  ~Wireless() = default;
};

/// Says whether a browser on a foreign page may be behind a request. Null where anybody on the network may ask anyway.
class OriginGuard {
 public:
  virtual bool foreign(Text host, Text origin) const = 0;

 protected:
  ~OriginGuard() = default;
};

/// What a person at the serial console, or a test, reads. A line has no line break.
class Log {
 public:
  virtual void line(Text text) = 0;

 protected:
  ~Log() = default;
};

/// Everything a node needs from its platform.
struct Ports {
  const Clock& clock;
  Random& random;
  DatagramPort& datagrams;
  HttpTransport& http;
  FileStore& files;
  RtcMemory& memory;
  FirmwareUpdate& update;
  Board& board;
  Wireless& wireless;
  Log& log;
  const OriginGuard* guard = nullptr;
};

}  // namespace spore
