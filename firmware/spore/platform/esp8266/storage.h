#pragma once

#include "../../../common/file_store.h"
#include "../../../common/firmware_update.h"

namespace spore::esp8266 {

/// Small files in LittleFS.
class ChipFiles final : public FileStore {
 public:
  bool begin();
  bool read(const char* name, char* out, size_t room, Text& contents) override;
  bool replace(const char* name, Text contents) override;
  void setAside(const char* name) override;
};

/// The Arduino core's own Updater.
class ChipUpdate final : public FirmwareUpdate {
 public:
  bool begin(uint32_t size) override;
  bool setMd5(Text digits) override;
  bool write(Bytes bytes) override;
  bool end(bool evenIfRemaining) override;
  void abort() override;
  UpdateError error() const override;

 private:
  bool endedShort_ = false;
};

}  // namespace spore::esp8266
