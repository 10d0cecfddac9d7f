#pragma once

#include <string>

#include "../../../common/file_store.h"
#include "power_supply.h"

namespace spore::host {

/// The node's files in its state directory: what LittleFS holds on a chip.
class StateFiles final : public FileStore {
 public:
  StateFiles(const std::string& directory, PowerSupply& power) : directory_(directory), power_(power) {}

  bool read(const char* name, char* out, size_t room, Text& contents) override;
  bool replace(const char* name, Text contents) override;
  void setAside(const char* name) override;
  uint32_t usedBytes() const;

 private:
  std::string path(const char* name) const { return directory_ + "/" + name; }

  const std::string directory_;
  PowerSupply& power_;
};

}  // namespace spore::host
