#pragma once

#include "text.h"

namespace spore {

/// The few small files of a node, each replaced as a whole or not at all.
class FileStore {
 public:
  /// False when there is no such file, it cannot be read, or it is larger than `room`.
  virtual bool read(const char* name, char* out, size_t room, Text& contents) = 0;
  /// Writes beside the file, then renames: after a power cut there is the old one or the new one.
  virtual bool replace(const char* name, Text contents) = 0;
  /// Keeps a file that cannot be understood as `<name>.bad`, for a person to look at. Does nothing when there is none.
  virtual void setAside(const char* name) = 0;

 protected:
  ~FileStore() = default;
};

}  // namespace spore
