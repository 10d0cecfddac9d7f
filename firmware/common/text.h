#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace spore {

/// A run of bytes that somebody else owns.
struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;

  constexpr Bytes() = default;
  constexpr Bytes(const uint8_t* start, size_t length) : data(start), size(length) {}
  Bytes(const void* start, size_t length) : data(static_cast<const uint8_t*>(start)), size(length) {}

  Bytes from(size_t at) const { return at < size ? Bytes(data + at, size - at) : Bytes(data + size, 0); }
  Bytes first(size_t length) const { return Bytes(data, length < size ? length : size); }
};

/// A run of characters that somebody else owns; not terminated. The chip's toolchain has no <string_view>.
class Text {
 public:
  static constexpr size_t npos = static_cast<size_t>(-1);

  constexpr Text() = default;
  constexpr Text(const char* start, size_t length) : data_(start), size_(length) {}
  Text(const char* terminated) : data_(terminated), size_(strlen(terminated)) {}

  const char* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  char operator[](size_t at) const { return data_[at]; }
  const char* begin() const { return data_; }
  const char* end() const { return data_ + size_; }
  Bytes bytes() const { return Bytes(static_cast<const void*>(data_), size_); }

  Text from(size_t at) const { return at < size_ ? Text(data_ + at, size_ - at) : Text(data_ + size_, 0); }
  Text first(size_t length) const { return Text(data_, length < size_ ? length : size_); }
  size_t find(char wanted, size_t start = 0) const;
  bool contains(Text part) const;
  bool startsWith(Text prefix) const { return size_ >= prefix.size_ && first(prefix.size_) == prefix; }
  bool startsWithIgnoringCase(Text prefix) const {
    return size_ >= prefix.size_ && first(prefix.size_).equalsIgnoringCase(prefix);
  }
  bool equalsIgnoringCase(Text other) const;
  /// Without spaces and tabs at both ends.
  Text trimmed() const;

  friend bool operator==(Text a, Text b) { return a.size_ == b.size_ && memcmp(a.data_, b.data_, a.size_) == 0; }
  friend bool operator!=(Text a, Text b) { return !(a == b); }

 private:
  const char* data_ = "";
  size_t size_ = 0;
};

/// Where text is written to: a buffer, a piece of a response, a hash.
class TextSink {
 public:
  virtual void write(Text text) = 0;

 protected:
  ~TextSink() = default;
};

/// Text that is written anew wherever it goes, because there is no room to keep it.
class TextSource {
 public:
  virtual void writeTo(TextSink& out) const = 0;

 protected:
  ~TextSource() = default;
};

/// A decimal number that is nothing else. False when it is empty, has another character or does not fit.
bool parseUnsigned(Text text, uint32_t& value);
bool parseUnsigned(Text text, uint64_t& value);

/// Is `text` UTF-8 without a control character? What may be shown in a terminal, a label or a log.
bool isPlainUtf8(Text text);

/// Compares in a time that depends on the lengths only, so that a token cannot be guessed byte by byte.
bool equalInConstantTime(Text a, Text b);

inline bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
inline char lowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

}  // namespace spore
