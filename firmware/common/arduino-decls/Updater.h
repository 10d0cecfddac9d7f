#pragma once

#include "Arduino.h"

#define U_FLASH 0

class UpdaterClass {
 public:
  void runAsync(bool on);
  bool begin(size_t size, int command);
  bool setMD5(const char* digits);
  size_t write(uint8_t* bytes, size_t size);
  bool end(bool evenIfRemaining);
  uint8_t getError() const;
};
extern UpdaterClass Update;
