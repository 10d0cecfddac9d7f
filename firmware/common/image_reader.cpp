#include "image_reader.h"

#include "byte_order.h"
#include "image_magic.h"

namespace spore {

bool readImage(const Flash& flash, uint32_t base, uint32_t limit, StoredImage& image) {
  uint8_t head[8];
  if (limit > flash.size() || !flash.read(base, head, sizeof head) || head[0] != imageMagic) return false;
  image = StoredImage();
  image.flashMode = head[2];
  uint32_t at = base + StoredImage::applicationOffset;
  if (at + sizeof head > limit || !flash.read(at, head, sizeof head) || head[0] != imageMagic) return false;
  const size_t count = head[1];
  if (count == 0 || count > StoredImage::maxSegments) return false;
  at += sizeof head;
  for (size_t i = 0; i < count; i++) {
    if (limit - at < sizeof head || !flash.read(at, head, sizeof head)) return false;
    at += sizeof head;
    const uint32_t size = loadLittle32(head + 4);
    if (size % 4 != 0 || size > limit - at) return false;
    image.segments[image.segmentCount++] = StoredImage::Segment{loadLittle32(head), at, size};
    at += size;
  }
  const uint32_t body = at - base - StoredImage::applicationOffset;
  image.size = StoredImage::applicationOffset + (body | 15) + 1;
  return image.size <= limit - base;
}

}  // namespace spore
