#pragma once

#include <ESP8266WiFi.h>

#include "../../configuration.h"
#include "../../ports.h"

namespace spore::esp8266 {

/// The radio: a station where it can be, an access point of its own where not, and a station again as soon as that
/// works.
class WifiLink final : public Wireless {
 public:
  WifiLink(const Clock& clock, const BoardFacts& facts) : clock_(clock), facts_(facts) {}

  void begin(const Configuration& configuration);
  /// Falls back to an access point, and leaves it again. Call from the loop.
  void keep();

  Ipv4 address() const override;
  WirelessState state() const override;
  void startScan() override;
  bool scanning() const override;
  bool scanned(size_t index, AccessPoint& found) const override;

 private:
  static constexpr uint32_t retryMs = 60000;

  void join();

  const Clock& clock_;
  const BoardFacts& facts_;
  FixedText<32> ssid_;
  FixedText<64> password_;
  uint32_t timeoutMs_ = 0;
  Millis joinedAt_ = 0;
  bool accessPoint_ = false;
  // What `scanned` last pointed to.
  mutable FixedText<32> foundSsid_;
  mutable FixedText<17> foundBssid_;
};

Ipv4 toIpv4(const IPAddress& address);
IPAddress fromIpv4(Ipv4 address);

}  // namespace spore::esp8266
