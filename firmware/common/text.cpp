#include "text.h"

namespace spore {

size_t Text::find(char wanted, size_t start) const {
  if (start >= size_) return npos;
  const void* hit = memchr(data_ + start, wanted, size_ - start);
  return hit == nullptr ? npos : static_cast<size_t>(static_cast<const char*>(hit) - data_);
}

bool Text::contains(Text part) const {
  for (size_t at = 0; at + part.size_ <= size_; at++)
    if (memcmp(data_ + at, part.data_, part.size_) == 0) return true;
  return false;
}

bool Text::equalsIgnoringCase(Text other) const {
  if (size_ != other.size_) return false;
  for (size_t i = 0; i < size_; i++)
    if (lowerCase(data_[i]) != lowerCase(other.data_[i])) return false;
  return true;
}

Text Text::trimmed() const {
  auto blank = [](char c) { return c == ' ' || c == '\t'; };
  size_t start = 0, stop = size_;
  while (start < stop && blank(data_[start])) start++;
  while (stop > start && blank(data_[stop - 1])) stop--;
  return Text(data_ + start, stop - start);
}

namespace {

template <typename Number>
bool parseDecimal(Text text, Number& value) {
  if (text.empty()) return false;
  constexpr Number most = static_cast<Number>(-1);
  Number sum = 0;
  for (char c : text) {
    if (!isDigit(c)) return false;
    const Number digit = static_cast<Number>(c - '0');
    if (sum > (most - digit) / 10) return false;
    sum = sum * 10 + digit;
  }
  value = sum;
  return true;
}

/// Bytes of the UTF-8 sequence that starts at `at`; 0 when there is none.
size_t utf8SequenceLength(Text text, size_t at) {
  const auto lead = static_cast<uint8_t>(text[at]);
  const size_t length = lead < 0x80                   ? 1
                        : lead >= 0xc2 && lead < 0xe0 ? 2
                        : lead >= 0xe0 && lead < 0xf0 ? 3
                        : lead >= 0xf0 && lead < 0xf5 ? 4
                                                      : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (size_t i = 1; i < length; i++)
    if ((static_cast<uint8_t>(text[at + i]) & 0xc0) != 0x80) return 0;
  if (length == 1) return 1;
  const auto second = static_cast<uint8_t>(text[at + 1]);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second > 0x9f;
  const bool beyondUnicode = lead == 0xf4 && second > 0x8f;
  return overlong || surrogate || beyondUnicode ? 0 : length;
}

}  // namespace

bool parseUnsigned(Text text, uint32_t& value) {
  return parseDecimal(text, value);
}
bool parseUnsigned(Text text, uint64_t& value) {
  return parseDecimal(text, value);
}

bool isPlainUtf8(Text text) {
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<uint8_t>(text[at]);
    if (lead < 0x20 || lead == 0x7f) return false;
    const size_t length = utf8SequenceLength(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

bool equalInConstantTime(Text a, Text b) {
  uint8_t difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size() && i < b.size(); i++) difference |= static_cast<uint8_t>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace spore
