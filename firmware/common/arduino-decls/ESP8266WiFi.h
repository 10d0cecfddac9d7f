#pragma once

#include "Arduino.h"

enum WiFiMode_t { WIFI_OFF = 0, WIFI_STA = 1, WIFI_AP = 2, WIFI_AP_STA = 3 };
enum WiFiSleepType_t { WIFI_NONE_SLEEP = 0 };
enum wl_status_t { WL_IDLE_STATUS = 0, WL_CONNECTED = 3 };

class WiFiClient {
 public:
  WiFiClient();
  explicit operator bool();
  uint8_t connected();
  int available();
  int read(uint8_t* out, size_t size);
  size_t availableForWrite();
  size_t write(const uint8_t* bytes, size_t size);
  void setNoDelay(bool on);
  void stop(unsigned int waitMs = 0);
};

class WiFiServer {
 public:
  explicit WiFiServer(uint16_t port);
  void begin(uint16_t port);
  WiFiClient accept();
};

class ESP8266WiFiClass {
 public:
  void persistent(bool on);
  bool mode(WiFiMode_t mode);
  WiFiMode_t getMode();
  bool hostname(const char* name);
  wl_status_t begin(const char* ssid, const char* password);
  bool softAP(const char* ssid);
  uint8_t softAPgetStationNum();
  bool setSleepMode(WiFiSleepType_t type);
  wl_status_t status();
  IPAddress localIP();
  IPAddress softAPIP();
  IPAddress broadcastIP();
  uint8_t* macAddress(uint8_t* out);
  String SSID();
  int32_t RSSI();
  int32_t channel();
  int8_t scanNetworks(bool async, bool showHidden);
  int8_t scanComplete();
  bool getNetworkInfo(uint8_t index, String& ssid, uint8_t& encryption, int32_t& rssi, uint8_t*& bssid,
                      int32_t& channel, bool& hidden);
};
extern ESP8266WiFiClass WiFi;
