#pragma once

#include "ESP8266WiFi.h"

class WiFiUDP {
 public:
  WiFiUDP();
  uint8_t begin(uint16_t port);
  int parsePacket();
  int read(char* out, size_t size);
  IPAddress remoteIP();
  uint16_t remotePort();
  IPAddress destinationIP();
  int beginPacket(IPAddress address, uint16_t port);
  size_t write(const uint8_t* bytes, size_t size);
  int endPacket();
};
