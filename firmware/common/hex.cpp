#include "hex.h"

namespace spore {

void writeHex(Bytes bytes, char* out) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < bytes.size; i++) {
    *out++ = digits[bytes.data[i] >> 4];
    *out++ = digits[bytes.data[i] & 15];
  }
}

int hexDigit(char c) {
  if (isDigit(c)) return c - '0';
  const char lower = lowerCase(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool parseHex(Text text, uint8_t* out, size_t size) {
  if (text.size() != 2 * size) return false;
  for (size_t i = 0; i < size; i++) {
    const int high = hexDigit(text[2 * i]), low = hexDigit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return true;
}

}  // namespace spore
