#pragma once

#include "text.h"

namespace spore {

/// NOR flash: erased in sectors to 0xFF, and a write only clears bits.
class Flash {
 public:
  static constexpr uint32_t sectorBytes = 4096;

  virtual uint32_t size() const = 0;
  virtual bool eraseSector(uint32_t index) = 0;
  virtual bool write(uint32_t address, Bytes bytes) = 0;
  virtual bool read(uint32_t address, uint8_t* out, size_t size) const = 0;

 protected:
  ~Flash() = default;
};

/// `size` rounded up to whole sectors.
constexpr uint32_t wholeSectors(uint32_t size) {
  return (size + Flash::sectorBytes - 1) & ~(Flash::sectorBytes - 1);
}

}  // namespace spore
