#include "storage.h"

#include <LittleFS.h>
#include <Updater.h>

#include "../../../common/fixed_text.h"

namespace spore::esp8266 {

namespace {

using Path = FixedText<31>;

Path pathOf(const char* name, const char* ending = "") {
  return Path("/").append(name).append(ending);
}

}  // namespace

bool ChipFiles::begin() {
  return LittleFS.begin();
}

bool ChipFiles::read(const char* name, char* out, size_t room, Text& contents) {
  File file = LittleFS.open(pathOf(name).terminated(), "r");
  if (!file) return false;
  const size_t size = file.size();
  const bool whole = size <= room && file.read(reinterpret_cast<uint8_t*>(out), size) == size;
  file.close();
  if (whole) contents = Text(out, size);
  return whole;
}

bool ChipFiles::replace(const char* name, Text contents) {
  const Path draft = pathOf(name, ".tmp");
  File file = LittleFS.open(draft.terminated(), "w");
  if (!file) return false;
  const bool written = file.write(contents.bytes().data, contents.size()) == contents.size();
  file.close();
  return written && LittleFS.rename(draft.terminated(), pathOf(name).terminated());
}

void ChipFiles::setAside(const char* name) {
  const Path bad = pathOf(name, ".bad");
  if (!LittleFS.exists(pathOf(name).terminated())) return;
  LittleFS.remove(bad.terminated());
  LittleFS.rename(pathOf(name).terminated(), bad.terminated());
}

bool ChipUpdate::begin(uint32_t size) {
  endedShort_ = false;
  return Update.begin(size, U_FLASH);
}

bool ChipUpdate::setMd5(Text digits) {
  const FixedText<32> terminated(digits);
  return Update.setMD5(terminated.terminated());
}

bool ChipUpdate::write(Bytes bytes) {
  // The core takes a pointer to bytes that it does not change.
  return Update.write(const_cast<uint8_t*>(bytes.data), bytes.size) == bytes.size;
}

bool ChipUpdate::end(bool evenIfRemaining) {
  if (Update.end(evenIfRemaining)) return true;
  // Of an update that ended before its size was reached the core says no more than that.
  endedShort_ = Update.getError() == 0;
  return false;
}

/// Ending an incomplete update resets the core's Updater, and nothing is staged.
void ChipUpdate::abort() {
  Update.end(false);
}

UpdateError ChipUpdate::error() const {
  return endedShort_ ? UpdateError::size : static_cast<UpdateError>(Update.getError());
}

}  // namespace spore::esp8266
