#pragma once

#include <stddef.h>
#include <stdint.h>

#define A0 17

uint64_t micros64();
void delay(unsigned long ms);
int analogRead(uint8_t pin);

class IPAddress {
 public:
  IPAddress();
  IPAddress(uint8_t a, uint8_t b, uint8_t c, uint8_t d);
  uint8_t operator[](int index) const;
  bool operator==(const IPAddress& other) const;
};

class String {
 public:
  const char* c_str() const;
  unsigned int length() const;
};

class HardwareSerial {
 public:
  void begin(unsigned long baud);
  size_t write(const uint8_t* bytes, size_t size);
  size_t println();
};
extern HardwareSerial Serial;

class EspClass {
 public:
  uint32_t getFreeHeap();
  uint32_t getChipId();
  const char* getSdkVersion();
  uint8_t getCpuFreqMHz();
  uint32_t getFlashChipRealSize();
  uint32_t getSketchSize();
  uint32_t getFreeSketchSpace();
  String getSketchMD5();
  String getResetReason();
  uint8_t getFlashChipMode();
  uint32_t random();
  bool flashRead(uint32_t address, uint8_t* out, size_t size);
  bool rtcUserMemoryRead(uint32_t wordOffset, uint32_t* out, size_t size);
  bool rtcUserMemoryWrite(uint32_t wordOffset, uint32_t* data, size_t size);
  void restart();
};
extern EspClass ESP;
