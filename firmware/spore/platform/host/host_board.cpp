#include "host_board.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <vector>

#include "../../../common/crc32_mpeg2.h"
#include "../../../common/hex.h"
#include "../../../common/md5.h"

namespace spore::host {

namespace {

constexpr uint32_t totalHeapBytes = 81920;
constexpr uint32_t idleFreeHeapBytes = 36864;
constexpr uint32_t connectionBytes = 3584;

/// The last six hex digits of a hostname, or a number made of all of it: hostname and chip id are one fact.
uint32_t chipIdOf(const std::string& hostname) {
  uint8_t bytes[3];
  const Text text(hostname.data(), hostname.size());
  if (text.size() >= 6 && parseHex(text.from(text.size() - 6), bytes, sizeof bytes))
    return static_cast<uint32_t>(bytes[0]) << 16 | static_cast<uint32_t>(bytes[1]) << 8 | bytes[2];
  return crc32Mpeg2(hostname.data(), hostname.size()) & 0xffffff;
}

std::string format(const char* pattern, uint32_t chipId) {
  char out[32];
  snprintf(out, sizeof out, pattern, chipId >> 16 & 255, chipId >> 8 & 255, chipId & 255);
  return out;
}

std::string md5Of(const Flash& flash, uint32_t size) {
  std::vector<uint8_t> image(size);
  if (!flash.read(0, image.data(), size)) return std::string(32, '0');
  Md5 md5;
  md5.update(Bytes(image.data(), image.size()));
  uint8_t digest[Md5::digestBytes];
  md5.finish(digest);
  const Text text = Hex<Md5::digestBytes>(digest).text();
  return std::string(text.data(), text.size());
}

}  // namespace

void ConsoleLog::line(Text text) {
  FixedText<256> line("[");
  line.append(clock_.now()).append("] ").append(text).append('\n');
  // Nobody has to be listening.
  static_cast<void>(!write(STDOUT_FILENO, line.terminated(), line.size()));
}

uint32_t HostBoard::freeHeap() const {
  return idleFreeHeapBytes - static_cast<uint32_t>(sockets_.openConnections()) * connectionBytes;
}

uint32_t HostBoard::analogMillivolts() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? static_cast<uint32_t>(load * 1000) : 0;
}

WirelessState HostNetwork::state() const {
  WirelessState state;
  state.connected = true;
  state.mode = "STA";
  return state;
}

HostFacts::HostFacts(const Options& options, const Flash& flash, ResetReason reason) {
  const uint32_t address = loopbackAddress(options.bind, "--bind");
  hostname_ = options.hostname.empty() ? format("esp_%02X%02X%02X", address) : options.hostname;
  facts_.chipId = chipIdOf(hostname_);
  mac_ = format("84:F3:EB:%02X:%02X:%02X", facts_.chipId);
  StoredImage image;
  if (readImage(flash, 0, options.fsStart, image)) {
    facts_.sketchSize = image.size;
    facts_.flashMode = image.flashMode;
  }
  md5_ = md5Of(flash, facts_.sketchSize);
  facts_.freeSketchSpace = options.fsStart - wholeSectors(facts_.sketchSize);
  facts_.hostname = Text(hostname_.data(), hostname_.size());
  facts_.mac = Text(mac_.data(), mac_.size());
  facts_.sketchMd5 = Text(md5_.data(), md5_.size());
  facts_.sdkVersion = "host";
  facts_.platform = "host";
  facts_.resetReason = describe(reason);
  facts_.cpuFreqMHz = 80;
  facts_.flashChipSize = flash.size();
  facts_.fsStart = options.fsStart;
  facts_.totalHeap = totalHeapBytes;
  facts_.gzip = true;
}

bool LoopbackGuard::foreign(Text host, Text origin) const {
  if (!host.empty() && !isOwn(host)) return true;
  if (origin.empty()) return false;
  const Text scheme("http://");
  return !origin.startsWithIgnoringCase(scheme) || !isOwn(origin.from(scheme.size()));
}

/// The address with any port, because a port may be mapped; `localhost` only where it means this address.
bool LoopbackGuard::isOwn(Text authority) const {
  const Text name = authority.first(authority.find(':'));
  return name == Text(address_.data(), address_.size()) ||
         (address_ == "127.0.0.1" && name.equalsIgnoringCase("localhost"));
}

}  // namespace spore::host
