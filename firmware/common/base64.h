#pragma once

#include "text.h"

namespace spore {

/// Characters that `writeBase64` writes for `size` bytes.
constexpr size_t base64Length(size_t size) {
  return (size + 2) / 3 * 4;
}

/// Padded base64 (RFC 4648) of `bytes`.
void writeBase64(Bytes bytes, char* out);

}  // namespace spore
