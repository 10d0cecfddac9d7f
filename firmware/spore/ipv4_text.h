#pragma once

#include "../common/fixed_text.h"
#include "ports.h"

namespace spore {

/// `192.168.4.20`.
inline FixedText<15> ipv4Text(Ipv4 address) {
  FixedText<15> text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text.append(static_cast<uint64_t>(address >> shift & 255));
    if (shift > 0) text.append('.');
  }
  return text;
}

}  // namespace spore
