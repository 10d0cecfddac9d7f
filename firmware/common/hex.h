#pragma once

#include "text.h"

namespace spore {

/// Lower-case hex digits of `bytes` into `out`, which holds twice as many characters.
void writeHex(Bytes bytes, char* out);

/// -1 when `c` is no hex digit.
int hexDigit(char c);

/// Fills `out` from exactly `2 * size` hex digits of either case.
bool parseHex(Text text, uint8_t* out, size_t size);

/// Hex digits of a digest, by value.
template <size_t Size>
class Hex {
 public:
  explicit Hex(const uint8_t (&bytes)[Size]) { writeHex(Bytes(bytes, Size), digits_); }
  Text text() const { return Text(digits_, sizeof digits_); }

 private:
  char digits_[2 * Size];
};

}  // namespace spore
