#include "file_flash.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "descriptor_io.h"

namespace spore::host {

FileFlash::FileFlash(const std::string& path, PowerSupply& power)
    : fd_(open(path.c_str(), O_RDWR | O_CLOEXEC)), power_(power) {
  struct stat facts;
  if (fd_ < 0 || fstat(fd_, &facts) != 0) die("cannot open the board's flash", path.c_str());
  size_ = static_cast<uint32_t>(facts.st_size);
}

FileFlash::~FileFlash() {
  close(fd_);
}

bool FileFlash::eraseSector(uint32_t index) {
  if (index >= size_ / sectorBytes) return false;
  const std::vector<uint8_t> erased(sectorBytes, 0xff);
  const bool last = power_.failsDuringNextWrite();
  const bool written =
      writeFully(fd_, erased.data(), last ? sectorBytes / 2 : sectorBytes, static_cast<off_t>(index) * sectorBytes);
  if (last) power_.cut();
  return written;
}

bool FileFlash::write(uint32_t address, Bytes bytes) {
  if (address > size_ || bytes.size > size_ - address) return false;
  std::vector<uint8_t> cells(bytes.size);
  if (!readFully(fd_, cells.data(), cells.size(), address)) return false;
  for (size_t i = 0; i < bytes.size; i++) cells[i] &= bytes.data[i];
  const bool last = power_.failsDuringNextWrite();
  const bool written = writeFully(fd_, cells.data(), last ? cells.size() / 2 : cells.size(), address);
  if (last) power_.cut();
  return written;
}

bool FileFlash::read(uint32_t address, uint8_t* out, size_t size) const {
  return address <= size_ && size <= size_ - address && readFully(fd_, out, size, address);
}

}  // namespace spore::host
