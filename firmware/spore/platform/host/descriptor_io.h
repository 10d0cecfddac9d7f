#pragma once

#include <stddef.h>
#include <sys/types.h>

namespace spore::host {

/// Reads or writes all of `size` bytes at `offset`, going on after interruptions. False on an error or an early end.
bool readFully(int fd, void* out, size_t size, off_t offset);
bool writeFully(int fd, const void* data, size_t size, off_t offset);

/// Ends the process with status 1 and "what: why", `why` being errno's text.
[[noreturn]] void die(const char* what, const char* name);

}  // namespace spore::host
