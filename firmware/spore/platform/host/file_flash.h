#pragma once

#include <string>

#include "../../../common/flash.h"
#include "power_supply.h"

namespace spore::host {

/// A flash chip in a file of its size.
class FileFlash final : public Flash {
 public:
  /// Exits with 1 when there is no such file.
  FileFlash(const std::string& path, PowerSupply& power);
  ~FileFlash();
  FileFlash(const FileFlash&) = delete;
  FileFlash& operator=(const FileFlash&) = delete;

  uint32_t size() const override { return size_; }
  bool eraseSector(uint32_t index) override;
  bool write(uint32_t address, Bytes bytes) override;
  bool read(uint32_t address, uint8_t* out, size_t size) const override;

 private:
  int fd_;
  uint32_t size_ = 0;
  PowerSupply& power_;
};

}  // namespace spore::host
