#include "staging_updater.h"

#include "hex.h"
#include "image_magic.h"

namespace spore {

namespace {

constexpr size_t flashModeAt = 2;
constexpr size_t flashSizeAt = 3;

/// Bytes of flash that the high nibble of header byte 3 stands for; 0 when unknown.
uint32_t flashBytesOf(uint8_t headerByte) {
  static const uint16_t kilobytes[] = {512, 256, 1024, 2048, 4096, 2048, 4096, 0, 8192, 16384};
  const uint8_t nibble = headerByte >> 4;
  return nibble < sizeof kilobytes / sizeof kilobytes[0] ? kilobytes[nibble] * 1024u : 0;
}

}  // namespace

Text describe(UpdateError error) {
  switch (error) {
    case UpdateError::none:
      return "no error";
    case UpdateError::write:
      return "writing to the flash failed";
    case UpdateError::erase:
      return "erasing the flash failed";
    case UpdateError::read:
      return "reading the flash back failed";
    case UpdateError::space:
      return "not enough space beside the running image";
    case UpdateError::size:
      return "the size is not possible, or fewer bytes came than were announced";
    case UpdateError::stream:
      return "the stream timed out";
    case UpdateError::md5:
      return "MD5 check failed";
    case UpdateError::flashConfig:
      return "the flash is configured larger than the chip";
    case UpdateError::newFlashConfig:
      return "the image is made for a larger flash";
    case UpdateError::magicByte:
      return "the magic byte is wrong, it should be 0xE9";
    case UpdateError::bootStrap:
      return "the boot pins select UART mode, cut the power once";
    case UpdateError::signature:
      return "the signature does not verify";
    case UpdateError::noData:
      return "no data came";
    case UpdateError::outOfMemory:
      return "out of memory";
    case UpdateError::alreadyRunning:
      return "an update is already running";
    case UpdateError::unknownCommand:
      break;
  }
  return "unknown update command";
}

bool StagingUpdater::begin(uint32_t size) {
  if (running_) return false;  // and the running one goes on undisturbed
  error_ = UpdateError::none;
  if (size == 0) return fail(UpdateError::size);
  const uint32_t room = fsStart_ - wholeSectors(runningSize_);
  if (size > fsStart_ || wholeSectors(size) > room) return fail(UpdateError::space);
  // The command of an earlier update would copy what is about to be overwritten.
  clearBootCommand(memory_);
  start_ = fsStart_ - wholeSectors(size);
  announced_ = size;
  written_ = 0;
  filled_ = 0;
  expectsMd5_ = false;
  md5_ = Md5();
  running_ = true;
  return true;
}

bool StagingUpdater::setMd5(Text digits) {
  expectsMd5_ = parseHex(digits, wantedMd5_, sizeof wantedMd5_);
  return expectsMd5_;
}

bool StagingUpdater::write(Bytes bytes) {
  if (!running_) return false;
  if (bytes.size > announced_ - written_ - filled_) return fail(UpdateError::space);
  md5_.update(bytes);
  while (bytes.size > 0) {
    const Bytes taken = bytes.first(sizeof sector_ - filled_);
    memcpy(sector_ + filled_, taken.data, taken.size);
    filled_ += taken.size;
    bytes = bytes.from(taken.size);
    if (filled_ == sizeof sector_ && !flushSector()) return false;
  }
  return true;
}

bool StagingUpdater::flushSector() {
  if (filled_ == 0) return true;
  // An image for another flash mode would not start; the header of a compressed one cannot be reached.
  if (written_ == 0 && sector_[0] == imageMagic && filled_ > flashModeAt) sector_[flashModeAt] = flashMode_;
  const uint32_t address = start_ + written_;
  if (!flash_.eraseSector(address / Flash::sectorBytes)) return fail(UpdateError::erase);
  memset(sector_ + filled_, 0xff, (4 - filled_ % 4) % 4);
  const size_t whole = (filled_ + 3) & ~static_cast<size_t>(3);
  if (!flash_.write(address, Bytes(sector_, whole))) return fail(UpdateError::write);
  written_ += static_cast<uint32_t>(filled_);
  filled_ = 0;
  return true;
}

bool StagingUpdater::end(bool evenIfRemaining) {
  if (error_ != UpdateError::none) return false;
  if (!running_) return fail(UpdateError::noData);
  if (!flushSector()) return false;
  if (written_ == 0) return fail(UpdateError::noData);
  if (written_ < announced_ && !evenIfRemaining) return fail(UpdateError::size);
  if (!verifyStaged()) return false;
  writeBootCommand(memory_, BootCommand{start_, 0, written_});
  running_ = false;
  return true;
}

bool StagingUpdater::verifyStaged() {
  if (expectsMd5_) {
    uint8_t digest[Md5::digestBytes];
    md5_.finish(digest);
    if (memcmp(digest, wantedMd5_, sizeof digest) != 0) return fail(UpdateError::md5);
  }
  uint8_t head[4];
  if (!flash_.read(start_, head, sizeof head)) return fail(UpdateError::read);
  if (isGzip(head)) return true;
  if (head[0] != imageMagic) return fail(UpdateError::magicByte);
  return flashBytesOf(head[flashSizeAt]) > flash_.size() ? fail(UpdateError::newFlashConfig) : true;
}

void StagingUpdater::abort() {
  running_ = false;
}

bool StagingUpdater::fail(UpdateError error) {
  error_ = error;
  running_ = false;
  return false;
}

}  // namespace spore
