#pragma once

#include "text.h"

namespace spore {

/// Decimal digits of a number, without heap and without printf.
class Decimal {
 public:
  explicit Decimal(uint64_t value) {
    do {
      digits_[--start_] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
  }
  Text text() const { return Text(digits_ + start_, sizeof digits_ - start_); }

 private:
  char digits_[20];
  size_t start_ = sizeof digits_;
};

/// Up to `Capacity` characters by value, always terminated. What does not fit is cut and remembered.
template <size_t Capacity>
class FixedText {
 public:
  FixedText() = default;
  FixedText(Text text) { append(text); }

  FixedText& append(Text text) {
    const size_t room = Capacity - size_;
    const size_t taken = text.size() < room ? text.size() : room;
    memcpy(data_ + size_, text.data(), taken);
    size_ = static_cast<uint16_t>(size_ + taken);
    data_[size_] = '\0';
    cut_ = cut_ || taken < text.size();
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
    cut_ = false;
    data_[0] = '\0';
  }

  Text text() const { return Text(data_, size_); }
  operator Text() const { return text(); }
  const char* terminated() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool cut() const { return cut_; }

 private:
  static_assert(Capacity < 65536, "the size is kept in 16 bits");
  char data_[Capacity + 1] = {};
  uint16_t size_ = 0;
  bool cut_ = false;
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
