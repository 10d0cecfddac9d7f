#pragma once

#include "Arduino.h"

struct FSInfo {
  size_t totalBytes;
  size_t usedBytes;
};

class File {
 public:
  explicit operator bool() const;
  size_t size() const;
  size_t read(uint8_t* out, size_t size);
  size_t write(const uint8_t* bytes, size_t size);
  void close();
};

class FS {
 public:
  bool begin();
  File open(const char* path, const char* mode);
  bool rename(const char* from, const char* to);
  bool remove(const char* path);
  bool exists(const char* path);
  bool info(FSInfo& info);
};
extern FS LittleFS;
