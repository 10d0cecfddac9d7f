#pragma once

#include <stdint.h>

#include <string>
#include <vector>

namespace spore::host {

/// What can be made to go wrong on request.
enum class Fault { none, upload, md5, boot, crashLoop, accessPointFallback };

/// The flags of a host board. The boot loader reads them and passes them on unchanged.
struct Options {
  std::string stateDir;
  std::string bind = "127.0.0.1";
  std::string broadcast = "127.255.255.255";
  std::string hostname;
  int httpPort = -1;  // -1: as configured
  int udpPort = -1;
  uint32_t flashSize = 1u << 20;
  uint32_t fsStart = 0xeb000;
  uint32_t bootDelayMs = 0;
  uint32_t otaBytesPerSecond = 0;  // 0: as fast as they come
  uint32_t dropUdpPercent = 0;
  uint32_t powerCutAfterWrites = 0;  // 0: never
  bool untilStdinCloses = false;
  bool espLimits = false;
  Fault fault = Fault::none;
  std::vector<std::pair<std::string, std::string>> labels;
  // of `provision` only
  std::string factoryImage;
  std::string keyFile;
};

/// Reads flags from `argv[first]` on. On a mistake prints what is wrong and how to mend it, and exits with 2.
Options parseOptions(int argc, char** argv, int first);

/// An IPv4 address of the loopback network in host byte order. Exits with 2 on any other: a host board runs what it is
/// sent, so it must not be reachable from elsewhere.
uint32_t loopbackAddress(const std::string& text, const char* flag);

}  // namespace spore::host
