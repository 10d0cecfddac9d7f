#include "wifi_link.h"

#include "../../../common/hex.h"

namespace spore::esp8266 {

Ipv4 toIpv4(const IPAddress& address) {
  return static_cast<Ipv4>(address[0]) << 24 | static_cast<Ipv4>(address[1]) << 16 |
         static_cast<Ipv4>(address[2]) << 8 | address[3];
}

IPAddress fromIpv4(Ipv4 address) {
  return IPAddress(static_cast<uint8_t>(address >> 24), static_cast<uint8_t>(address >> 16),
                   static_cast<uint8_t>(address >> 8), static_cast<uint8_t>(address));
}

void WifiLink::begin(const Configuration& configuration) {
  ssid_.assign(configuration.text(configuration.wifiSsid));
  password_.assign(configuration.text(configuration.wifiPassword));
  timeoutMs_ = configuration.number(configuration.wifiConnectTimeoutMs);
  WiFi.persistent(false);  // the configuration file is the one place where credentials are kept
  WiFi.setSleepMode(WIFI_NONE_SLEEP);
  join();
}

void WifiLink::join() {
  accessPoint_ = false;
  joinedAt_ = clock_.now();
  WiFi.mode(WIFI_STA);
  WiFi.hostname(facts_.hostname.data());
  if (!ssid_.empty()) WiFi.begin(ssid_.terminated(), password_.terminated());
}

void WifiLink::keep() {
  const Millis since = clock_.now() - joinedAt_;
  if (WiFi.status() == WL_CONNECTED) {
    joinedAt_ = clock_.now();
  } else if (accessPoint_) {
    // Without this a node that boots while the access point is away is lost until somebody visits it.
    if (since > retryMs && !ssid_.empty() && WiFi.softAPgetStationNum() == 0) join();
  } else if (ssid_.empty() || since > timeoutMs_) {
    accessPoint_ = true;
    joinedAt_ = clock_.now();
    WiFi.mode(WIFI_AP);
    WiFi.softAP(facts_.hostname.data());
  }
}

Ipv4 WifiLink::address() const {
  return toIpv4(accessPoint_ ? WiFi.softAPIP() : WiFi.localIP());
}

WirelessState WifiLink::state() const {
  WirelessState state;
  state.connected = WiFi.status() == WL_CONNECTED;
  state.mode = accessPoint_ ? "AP" : "STA";
  state.ssid = accessPoint_ ? facts_.hostname : ssid_.text();
  state.channel = static_cast<uint32_t>(WiFi.channel());
  if (accessPoint_) state.accessPointAddress = toIpv4(WiFi.softAPIP());
  return state;
}

void WifiLink::startScan() {
  WiFi.scanNetworks(true, true);
}

bool WifiLink::scanning() const {
  return WiFi.scanComplete() == -1;
}

bool WifiLink::scanned(size_t index, AccessPoint& found) const {
  String ssid;
  uint8_t encryption = 0;
  uint8_t* bssid = nullptr;
  int32_t rssi = 0, channel = 0;
  bool hidden = false;
  const int8_t count = WiFi.scanComplete();
  if (count < 0 || index >= static_cast<size_t>(count)) return false;
  if (!WiFi.getNetworkInfo(static_cast<uint8_t>(index), ssid, encryption, rssi, bssid, channel, hidden) ||
      bssid == nullptr)
    return false;
  foundSsid_.clear();
  foundSsid_.append(ssid.c_str());
  foundBssid_.clear();
  for (size_t i = 0; i < 6; i++) {
    char digits[2];
    writeHex(Bytes(bssid + i, 1), digits);
    if (i > 0) foundBssid_.append(':');
    foundBssid_.append(Text(digits, 2));
  }
  found = AccessPoint{foundSsid_, foundBssid_, rssi, static_cast<uint32_t>(channel), encryption, hidden};
  return true;
}

}  // namespace spore::esp8266
