#include "rtc_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "../../../common/byte_order.h"
#include "descriptor_io.h"

namespace spore::host {

namespace {

constexpr const char* variable = "SPORE_RTC_FD";
constexpr off_t reasonAt = RtcMemory::bytes;
constexpr off_t writesAt = reasonAt + 4;
constexpr off_t portAt = writesAt + 4;
constexpr off_t fileBytes = portAt + 4;

int anonymousFile() {
#ifdef __linux__
  const int memory = memfd_create("spore-rtc", 0);
  if (memory >= 0) return memory;
#endif
  char name[] = "/tmp/spore-rtc-XXXXXX";
  const int file = mkstemp(name);
  if (file >= 0) unlink(name);
  return file;
}

int inherited() {
  const char* text = getenv(variable);
  uint32_t fd;
  struct stat facts;
  if (text == nullptr || !parseUnsigned(Text(text), fd) || fstat(static_cast<int>(fd), &facts) != 0) return -1;
  return facts.st_size == fileBytes ? static_cast<int>(fd) : -1;
}

uint32_t loadWord(int fd, off_t at) {
  uint8_t bytes[4] = {};
  return readFully(fd, bytes, sizeof bytes, at) ? loadLittle32(bytes) : 0;
}

void storeWord(int fd, off_t at, uint32_t value) {
  uint8_t bytes[4];
  storeLittle32(bytes, value);
  // Fails only when the descriptor is gone, and with it everything that could be told.
  static_cast<void>(writeFully(fd, bytes, sizeof bytes, at));
}

}  // namespace

Text describe(ResetReason reason) {
  switch (reason) {
    case ResetReason::powerOn:
      return "Power On";
    case ResetReason::hardwareWatchdog:
      return "Hardware Watchdog";
    case ResetReason::exception:
      return "Exception";
    case ResetReason::softwareWatchdog:
      return "Software Watchdog";
    case ResetReason::softwareRestart:
      break;
  }
  return "Software/System restart";
}

RtcFile RtcFile::open() {
  const int known = inherited();
  if (known >= 0) return RtcFile(known);
  const int fresh = anonymousFile();
  if (fresh < 0 || ftruncate(fresh, fileBytes) != 0) die("cannot create", "RTC memory");
  setenv(variable, std::to_string(fresh).c_str(), 1);
  return RtcFile(fresh);
}

RtcFile RtcFile::inherit() {
  const int known = inherited();
  if (known >= 0) return RtcFile(known);
  fprintf(stderr, "spore node: this program runs inside a board; start the loader in its state directory instead\n");
  exit(1);
}

void RtcFile::read(size_t offset, uint8_t* out, size_t size) const {
  if (!readFully(fd_, out, size, static_cast<off_t>(offset))) memset(out, 0, size);
}

void RtcFile::write(size_t offset, Bytes bytes) {
  if (!writeFully(fd_, bytes.data, bytes.size, static_cast<off_t>(offset))) die("cannot write", "RTC memory");
}

ResetReason RtcFile::resetReason() const {
  return static_cast<ResetReason>(loadWord(fd_, reasonAt));
}

void RtcFile::setResetReason(ResetReason reason) const {
  storeWord(fd_, reasonAt, static_cast<uint32_t>(reason));
}

uint16_t RtcFile::lastHttpPort() const {
  return static_cast<uint16_t>(loadWord(fd_, portAt));
}

void RtcFile::setLastHttpPort(uint16_t port) const {
  storeWord(fd_, portAt, port);
}

uint32_t RtcFile::addWrite() const {
  const uint32_t writes = loadWord(fd_, writesAt) + 1;
  storeWord(fd_, writesAt, writes);
  return writes;
}

}  // namespace spore::host
