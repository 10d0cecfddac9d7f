#include "fixed_text.h"

namespace spore {

Decimal::Decimal(uint64_t value) {
  do {
    digits_[--start_] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
}

size_t appendCut(char* data, size_t size, size_t capacity, Text text) {
  const Text taken = text.first(capacity - size);
  memcpy(data + size, taken.data(), taken.size());
  data[size + taken.size()] = '\0';
  return size + taken.size();
}

}  // namespace spore
