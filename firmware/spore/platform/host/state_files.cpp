#include "state_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor_io.h"

namespace spore::host {

bool StateFiles::read(const char* name, char* out, size_t room, Text& contents) {
  const int fd = open(path(name).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct stat facts;
  const bool fits = fstat(fd, &facts) == 0 && static_cast<size_t>(facts.st_size) <= room;
  const bool whole = fits && readFully(fd, out, static_cast<size_t>(facts.st_size), 0);
  close(fd);
  if (whole) contents = Text(out, static_cast<size_t>(facts.st_size));
  return whole;
}

bool StateFiles::replace(const char* name, Text contents) {
  const std::string draft = path(name) + ".tmp";
  const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool last = power_.failsDuringNextWrite();
  const size_t size = last ? contents.size() / 2 : contents.size();
  // No flush to the disk: the power that a board loses is its process, and a busy disk would hold up its heartbeat.
  const bool written = writeFully(fd, contents.data(), size, 0);
  if (last) power_.cut();
  close(fd);
  if (!written) return false;
  if (power_.failsDuringNextWrite()) power_.cut();
  return rename(draft.c_str(), path(name).c_str()) == 0;
}

void StateFiles::setAside(const char* name) {
  // If this fails too, the defaults are written over the file at the next change.
  static_cast<void>(rename(path(name).c_str(), (path(name) + ".bad").c_str()));
}

uint32_t StateFiles::usedBytes() const {
  uint32_t sum = 0;
  for (const char* name : {"config.json", "fence.json", "config.json.bad"}) {
    struct stat facts;
    if (stat(path(name).c_str(), &facts) == 0) sum += static_cast<uint32_t>(facts.st_size);
  }
  return sum;
}

}  // namespace spore::host
