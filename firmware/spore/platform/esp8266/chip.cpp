#include "chip.h"

#include <ESP8266WiFi.h>
#include <LittleFS.h>

#include "../../../common/hex.h"
#include "flash_layout.h"

namespace spore::esp8266 {

namespace {

constexpr uint32_t totalHeapBytes = 81920;
constexpr uint32_t analogSteps = 1024;  // for 1000 mV at the pin
constexpr size_t flashModeAt = 2;
constexpr size_t wordBytes = 4;

char upper(char c) {
  return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
}

uint8_t flashModeOfImage() {
  alignas(uint32_t) uint8_t head[wordBytes] = {};
  return ESP.flashRead(0, head, sizeof head) ? head[flashModeAt] : 3;
}

}  // namespace

void SerialLog::line(Text text) {
  Serial.write(text.bytes().data, text.size());
  Serial.println();
}

void ChipRtc::read(size_t offset, uint8_t* out, size_t size) const {
  for (size_t done = 0; done < size;) {
    const size_t at = offset + done;
    uint32_t word = 0;
    ESP.rtcUserMemoryRead(static_cast<uint32_t>(at / wordBytes), &word, wordBytes);
    const size_t inWord = at % wordBytes;
    const size_t taken = size - done < wordBytes - inWord ? size - done : wordBytes - inWord;
    memcpy(out + done, reinterpret_cast<const uint8_t*>(&word) + inWord, taken);
    done += taken;
  }
}

void ChipRtc::write(size_t offset, Bytes bytes) {
  for (size_t done = 0; done < bytes.size;) {
    const size_t at = offset + done;
    uint32_t word = 0;
    ESP.rtcUserMemoryRead(static_cast<uint32_t>(at / wordBytes), &word, wordBytes);
    const size_t inWord = at % wordBytes;
    const size_t taken = bytes.size - done < wordBytes - inWord ? bytes.size - done : wordBytes - inWord;
    memcpy(reinterpret_cast<uint8_t*>(&word) + inWord, bytes.data + done, taken);
    ESP.rtcUserMemoryWrite(static_cast<uint32_t>(at / wordBytes), &word, wordBytes);
    done += taken;
  }
}

int32_t ChipBoard::rssi() const {
  return WiFi.RSSI();
}

uint32_t ChipBoard::analogMillivolts() {
  return static_cast<uint32_t>(analogRead(A0)) * 1000 / analogSteps;
}

FileSystemUse ChipBoard::fileSystemUse() const {
  FSInfo info;
  if (!LittleFS.info(info)) return FileSystemUse();
  return FileSystemUse{static_cast<uint32_t>(info.totalBytes), static_cast<uint32_t>(info.usedBytes)};
}

void ChipBoard::restart() {
  ESP.restart();
}

ChipFacts::ChipFacts() {
  uint8_t mac[6];
  WiFi.macAddress(mac);
  hostname_.append("esp_");
  for (size_t i = 0; i < sizeof mac; i++) {
    char digits[2];
    writeHex(Bytes(mac + i, 1), digits);
    if (i > 0) mac_.append(':');
    for (char digit : digits) {
      mac_.append(upper(digit));
      if (i >= 3) hostname_.append(upper(digit));
    }
  }
  sketchMd5_.append(ESP.getSketchMD5().c_str());
  resetReason_.append(ESP.getResetReason().c_str());
  facts_.hostname = hostname_;
  facts_.mac = mac_;
  facts_.sketchMd5 = sketchMd5_;
  facts_.resetReason = resetReason_;
  facts_.sdkVersion = ESP.getSdkVersion();
  facts_.platform = "esp8266";
  facts_.chipId = ESP.getChipId();
  facts_.cpuFreqMHz = ESP.getCpuFreqMHz();
  facts_.flashChipSize = ESP.getFlashChipRealSize();
  facts_.sketchSize = ESP.getSketchSize();
  facts_.freeSketchSpace = ESP.getFreeSketchSpace();
  facts_.fsStart = fsStart();
  facts_.totalHeap = totalHeapBytes;
  facts_.flashMode = flashModeOfImage();
  facts_.gzip = true;
}

}  // namespace spore::esp8266
