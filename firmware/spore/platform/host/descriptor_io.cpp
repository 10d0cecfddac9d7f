#include "descriptor_io.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace spore::host {

bool readFully(int fd, void* out, size_t size, off_t offset) {
  auto* at = static_cast<char*>(out);
  while (size > 0) {
    const ssize_t got = pread(fd, at, size, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    offset += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

bool writeFully(int fd, const void* data, size_t size, off_t offset) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t put = pwrite(fd, at, size, offset);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    at += put;
    offset += put;
    size -= static_cast<size_t>(put);
  }
  return true;
}

void die(const char* what, const char* name) {
  fprintf(stderr, "spore node: %s %s: %s\n", what, name, strerror(errno));
  exit(1);
}

}  // namespace spore::host
