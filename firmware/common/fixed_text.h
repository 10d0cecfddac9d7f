#pragma once

#include "text.h"

namespace spore {

/// Decimal digits of a number, without heap and without printf.
class Decimal {
 public:
  explicit Decimal(uint64_t value);
  Text text() const { return Text(digits_ + start_, sizeof digits_ - start_); }

 private:
  char digits_[20];
  size_t start_ = sizeof digits_;
};

/// Copies what fits of `text` behind the first `size` of `capacity` characters, terminates it and returns the new size.
/// Apart from `FixedText`, of which there are twenty capacities.
size_t appendCut(char* data, size_t size, size_t capacity, Text text);

/// Up to `Capacity` characters by value, always terminated. What does not fit is cut and remembered.
template <size_t Capacity>
class FixedText {
 public:
  FixedText() : size_(0), cut_(0) {}
  FixedText(Text text) : FixedText() { append(text); }

  FixedText& append(Text text) {
    const size_t whole = size_ + text.size();
    size_ = static_cast<uint16_t>(appendCut(data_, size_, Capacity, text)) & 0x7fff;
    if (size_ < whole) cut_ = 1;
    return *this;
  }
  FixedText& append(char c) { return append(Text(&c, 1)); }
  FixedText& append(uint64_t number) { return append(Decimal(number).text()); }
  /// False, and unchanged, when it does not fit.
  bool assign(Text text) {
    if (text.size() > Capacity) return false;
    clear();
    append(text);
    return true;
  }
  void clear() {
    size_ = 0;
    cut_ = 0;
    data_[0] = '\0';
  }

  Text text() const { return Text(data_, size_); }
  operator Text() const { return text(); }
  const char* terminated() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool cut() const { return cut_ != 0; }

 private:
  static_assert(Capacity < 32768, "the size is kept in 15 bits");
  char data_[Capacity + 1] = {};
  uint16_t size_ : 15;
  uint16_t cut_ : 1;
};

/// Writes into memory that somebody else owns; counts on past its end, so a first pass can measure.
class BufferSink final : public TextSink {
 public:
  BufferSink(char* start, size_t capacity) : start_(start), capacity_(capacity) {}
  void write(Text text) override {
    if (size_ + text.size() <= capacity_) memcpy(start_ + size_, text.data(), text.size());
    size_ += text.size();
  }
  bool overflowed() const { return size_ > capacity_; }
  size_t size() const { return size_; }
  Text text() const { return Text(start_, overflowed() ? 0 : size_); }
  Bytes bytes() const { return text().bytes(); }

 private:
  char* start_;
  size_t capacity_;
  size_t size_ = 0;
};

/// Counts what a writer would write.
class CountingSink final : public TextSink {
 public:
  void write(Text text) override { size_ += text.size(); }
  size_t size() const { return size_; }

 private:
  size_t size_ = 0;
};

}  // namespace spore
