#include "image_copy.h"

#include "../../../common/byte_order.h"
#include "../../../common/image_magic.h"
#include "inflate.h"

namespace spore::host {

namespace {

constexpr uint32_t gzipHeadBytes = 10, gzipLengthBytes = 4;
constexpr uint8_t deflateMethod = 8;
constexpr uint8_t hasHeadCrc = 2, hasExtra = 4, hasName = 8, hasComment = 16;

bool writeSector(Flash& flash, uint32_t to, const uint8_t (&wanted)[Flash::sectorBytes]) {
  uint8_t present[Flash::sectorBytes];
  const bool same = to == 0 && flash.read(to, present, sizeof present) && memcmp(wanted, present, sizeof wanted) == 0;
  return same || (flash.eraseSector(to / Flash::sectorBytes) && flash.write(to, Bytes(wanted, sizeof wanted)));
}

bool copyRaw(Flash& flash, const BootCommand& command) {
  uint8_t sector[Flash::sectorBytes];
  for (uint32_t done = 0; done < command.size; done += Flash::sectorBytes)
    if (!flash.read(command.source + done, sector, sizeof sector) ||
        !writeSector(flash, command.destination + done, sector))
      return false;
  return true;
}

/// The staged bytes. They are read as they are needed: unpacked ones may have gone over them meanwhile, as on silicon.
class StagedBytes final : public PackedBytes {
 public:
  StagedBytes(const Flash& flash, const BootCommand& command)
      : flash_(flash), at_(command.source), left_(command.size) {}
  int next() override {
    uint8_t byte;
    if (left_ == 0 || !flash_.read(at_, &byte, 1)) return -1;
    at_++;
    left_--;
    return byte;
  }
  void skip(size_t bytes) {
    while (bytes-- > 0) next();
  }
  void skipText() {
    while (next() > 0) continue;
  }

 private:
  const Flash& flash_;
  uint32_t at_;
  uint32_t left_;
};

/// Gathers whole sectors, and the last one when all is there.
class SectorWriter final : public UnpackedBytes {
 public:
  SectorWriter(Flash& flash, uint32_t destination, uint32_t size) : flash_(flash), to_(destination), left_(size) {}
  bool put(uint8_t byte) override {
    if (left_ == 0) return false;
    sector_[filled_++] = byte;
    left_--;
    if (filled_ < sizeof sector_ && left_ > 0) return true;
    memset(sector_ + filled_, 0xff, sizeof sector_ - filled_);
    filled_ = 0;
    to_ += Flash::sectorBytes;
    return writeSector(flash_, to_ - Flash::sectorBytes, sector_);
  }
  bool complete() const { return left_ == 0; }

 private:
  Flash& flash_;
  uint32_t to_;
  uint32_t left_;
  size_t filled_ = 0;
  uint8_t sector_[Flash::sectorBytes];
};

/// Moves behind the head of a gzip file (RFC 1952). False when it holds no deflate stream.
bool skipGzipHead(StagedBytes& in) {
  in.skip(2);
  const int method = in.next(), flags = in.next();
  if (method != deflateMethod || flags < 0) return false;
  in.skip(gzipHeadBytes - 4);
  if ((flags & hasExtra) != 0) {
    const int low = in.next(), high = in.next();
    if (low < 0 || high < 0) return false;
    in.skip(static_cast<size_t>(high) << 8 | static_cast<size_t>(low));
  }
  if ((flags & hasName) != 0) in.skipText();
  if ((flags & hasComment) != 0) in.skipText();
  if ((flags & hasHeadCrc) != 0) in.skip(2);
  return true;
}

/// How much there is to unpack say the last four bytes.
bool unpack(Flash& flash, const BootCommand& command) {
  uint8_t length[gzipLengthBytes];
  if (command.size < gzipHeadBytes + gzipLengthBytes) return false;
  if (!flash.read(command.source + command.size - gzipLengthBytes, length, sizeof length)) return false;
  StagedBytes in(flash, command);
  SectorWriter out(flash, command.destination, loadLittle32(length));
  return skipGzipHead(in) && inflate(in, out) && out.complete();
}

}  // namespace

bool copyImage(Flash& flash, const BootCommand& command) {
  uint8_t magic[2];
  if (command.source % Flash::sectorBytes != 0 || command.destination % Flash::sectorBytes != 0) return false;
  if (!flash.read(command.source, magic, sizeof magic)) return false;
  return isGzip(magic) ? unpack(flash, command) : copyRaw(flash, command);
}

}  // namespace spore::host
