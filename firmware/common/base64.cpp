#include "base64.h"

namespace spore {

void writeBase64(Bytes bytes, char* out) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t at = 0; at < bytes.size; at += 3) {
    const size_t left = bytes.size - at;
    const uint32_t group = static_cast<uint32_t>(bytes.data[at]) << 16 |
                           (left > 1 ? static_cast<uint32_t>(bytes.data[at + 1]) << 8 : 0) |
                           (left > 2 ? bytes.data[at + 2] : 0u);
    *out++ = alphabet[group >> 18 & 63];
    *out++ = alphabet[group >> 12 & 63];
    *out++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
    *out++ = left > 2 ? alphabet[group & 63] : '=';
  }
}

}  // namespace spore
