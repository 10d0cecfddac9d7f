#pragma once

#include "flash.h"

namespace spore {

/// Facts of the `.bin` that lies in flash at some address: boot block, application at 0x1000.
struct StoredImage {
  static constexpr uint32_t applicationOffset = 0x1000;
  static constexpr uint32_t firstSegmentAt = applicationOffset + 8;
  static constexpr size_t maxSegments = 16;

  struct Segment {
    uint32_t address = 0;
    uint32_t dataAt = 0;  // flash address
    uint32_t size = 0;
  };

  uint8_t flashMode = 0;
  uint32_t size = 0;  // the whole file, up to the application's checksum
  size_t segmentCount = 0;
  Segment segments[maxSegments];
};

/// Walks the image at `base`. False when there is none, or it runs beyond `limit`.
bool readImage(const Flash& flash, uint32_t base, uint32_t limit, StoredImage& image);

}  // namespace spore
