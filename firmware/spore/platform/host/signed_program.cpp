#include "signed_program.h"

#include "../../../common/hmac_sha256.h"

namespace spore::host {

namespace {

constexpr uint32_t wordsAt = StoredImage::firstSegmentAt + 8;
constexpr uint32_t wordsBytes = 8;
constexpr size_t segmentHeadBytes = 8;
constexpr size_t programSegment = 1;
const char macMagic[] = "SPOREMAC";
constexpr size_t macMagicBytes = sizeof macMagic - 1;

}  // namespace

bool readSignedProgram(const Flash& flash, uint32_t limit, const std::string& key, std::vector<uint8_t>& program,
                       std::string& problem) {
  StoredImage image;
  problem = "there is no image in flash, or it is torn";
  if (!readImage(flash, 0, limit, image)) return false;
  problem = "the image is none for a host";
  if (image.segmentCount < programSegment + 2) return false;
  const StoredImage::Segment& mac = image.segments[image.segmentCount - 1];
  const StoredImage::Segment& code = image.segments[programSegment];
  uint8_t signature[macMagicBytes + HmacSha256::digestBytes];
  if (mac.size != sizeof signature || !flash.read(mac.dataAt, signature, sizeof signature)) return false;
  if (memcmp(signature, macMagic, macMagicBytes) != 0) return false;

  const uint32_t end = mac.dataAt - segmentHeadBytes;
  std::vector<uint8_t> covered(end - StoredImage::applicationOffset);
  if (!flash.read(StoredImage::applicationOffset, covered.data(), covered.size())) return false;
  memset(covered.data() + wordsAt - StoredImage::applicationOffset, 0, wordsBytes);
  HmacSha256 hmac(Bytes(static_cast<const void*>(key.data()), key.size()));
  hmac.update(Bytes(covered.data(), covered.size()));
  uint8_t digest[HmacSha256::digestBytes];
  hmac.finish(digest);
  problem = "the image was not built with this board's key";
  const Text wanted(reinterpret_cast<const char*>(signature) + macMagicBytes, sizeof digest);
  if (!equalInConstantTime(Text(reinterpret_cast<const char*>(digest), sizeof digest), wanted)) return false;

  program.resize(code.size);
  return flash.read(code.dataAt, program.data(), program.size());
}

}  // namespace spore::host
