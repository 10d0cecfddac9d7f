#include "inflate.h"

#include <stddef.h>

#include <vector>

namespace spore::host {

namespace {

constexpr int longestCode = 15;
constexpr size_t windowBytes = 32768;
constexpr size_t literals = 288, distances = 30, lengthSymbols = 19;
constexpr int endOfBlock = 256;

/// Bits, the least significant of each byte first. At the end of the input it goes on with zeros and says so.
class BitReader {
 public:
  explicit BitReader(PackedBytes& in) : in_(in) {}

  uint32_t bit() {
    if (left_ == 0) {
      const int byte = in_.next();
      ended_ = ended_ || byte < 0;
      bits_ = byte < 0 ? 0 : static_cast<uint32_t>(byte);
      left_ = 8;
    }
    const uint32_t one = bits_ & 1;
    bits_ >>= 1;
    left_--;
    return one;
  }
  uint32_t number(int bits) {
    uint32_t value = 0;
    for (int i = 0; i < bits; i++) value |= bit() << i;
    return value;
  }
  void toByteBoundary() { left_ = 0; }
  bool ended() const { return ended_; }

 private:
  PackedBytes& in_;
  uint32_t bits_ = 0;
  int left_ = 0;
  bool ended_ = false;
};

/// A canonical Huffman code: codes of one length are consecutive numbers, and those of the next length follow them.
class HuffmanCode {
 public:
  /// From the length of each symbol's code, 0 for a symbol that does not occur. False when no such code exists.
  bool build(const uint8_t* lengths, size_t symbols) {
    uint16_t start[longestCode + 2] = {};
    for (uint16_t& count : counts_) count = 0;
    for (size_t i = 0; i < symbols; i++) counts_[lengths[i]]++;
    counts_[0] = 0;
    int32_t free = 1;
    for (int length = 1; length <= longestCode; length++) {
      free = 2 * free - counts_[length];
      if (free < 0) return false;
      start[length + 1] = static_cast<uint16_t>(start[length] + counts_[length]);
    }
    for (size_t i = 0; i < symbols; i++)
      if (lengths[i] != 0) symbols_[start[lengths[i]]++] = static_cast<uint16_t>(i);
    return true;
  }

  /// The next symbol, or -1 when the bits are no code.
  int read(BitReader& bits) const {
    uint32_t code = 0, first = 0, before = 0;
    for (int length = 1; length <= longestCode; length++) {
      code = code << 1 | bits.bit();
      first <<= 1;
      if (code - first < counts_[length]) return symbols_[before + code - first];
      before += counts_[length];
      first += counts_[length];
    }
    return -1;
  }

 private:
  uint16_t counts_[longestCode + 1];
  uint16_t symbols_[literals];
};

class Inflater {
 public:
  Inflater(PackedBytes& in, UnpackedBytes& out) : bits_(in), out_(out), window_(windowBytes) {}

  bool run() {
    for (;;) {
      const bool last = bits_.bit() == 1;
      const uint32_t kind = bits_.number(2);
      const bool good = kind == 0   ? copyStored()
                        : kind == 1 ? useFixedCodes() && unpack()
                                    : kind == 2 && readCodes() && unpack();
      if (!good || bits_.ended()) return false;
      if (last) return true;
    }
  }

 private:
  bool put(uint8_t byte) {
    window_[written_++ % windowBytes] = byte;
    return out_.put(byte);
  }

  bool copyStored() {
    bits_.toByteBoundary();
    const uint32_t size = bits_.number(16), inverted = bits_.number(16);
    if (size != (inverted ^ 0xffff)) return false;
    for (uint32_t i = 0; i < size && !bits_.ended(); i++)
      if (!put(static_cast<uint8_t>(bits_.number(8)))) return false;
    return true;
  }

  bool useFixedCodes() {
    uint8_t lengths[literals];
    for (size_t i = 0; i < literals; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    uint8_t five[distances];
    for (uint8_t& length : five) length = 5;
    return literalCode_.build(lengths, literals) && distanceCode_.build(five, distances);
  }

  /// The codes of a block with codes of its own, which are packed themselves.
  bool readCodes() {
    static const uint8_t order[lengthSymbols] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    const size_t literalCount = bits_.number(5) + 257, distanceCount = bits_.number(5) + 1;
    const size_t lengthCount = bits_.number(4) + 4;
    if (literalCount > literals - 2 || distanceCount > distances) return false;
    uint8_t lengths[literals + distances] = {};
    for (size_t i = 0; i < lengthCount; i++) lengths[order[i]] = static_cast<uint8_t>(bits_.number(3));
    HuffmanCode lengthCode;
    if (!lengthCode.build(lengths, lengthSymbols)) return false;
    const size_t all = literalCount + distanceCount;
    for (size_t at = 0; at < all;) {
      const int symbol = lengthCode.read(bits_);
      if (symbol < 0 || bits_.ended()) return false;
      if (symbol < 16) {
        lengths[at++] = static_cast<uint8_t>(symbol);
        continue;
      }
      if (symbol == 16 && at == 0) return false;
      const uint8_t repeated = symbol == 16 ? lengths[at - 1] : 0;
      const size_t times = symbol == 16   ? 3 + bits_.number(2)
                           : symbol == 17 ? 3 + bits_.number(3)
                                          : 11 + bits_.number(7);
      if (times > all - at) return false;
      for (size_t i = 0; i < times; i++) lengths[at++] = repeated;
    }
    return literalCode_.build(lengths, literalCount) && distanceCode_.build(lengths + literalCount, distanceCount);
  }

  bool unpack() {
    while (!bits_.ended()) {
      const int symbol = literalCode_.read(bits_);
      if (symbol == endOfBlock) return true;
      if (symbol < 0) return false;
      if (symbol < endOfBlock ? !put(static_cast<uint8_t>(symbol)) : !repeat(symbol - endOfBlock - 1)) return false;
    }
    return false;
  }

  /// Copies what was unpacked before: `lengthSymbol` says how much, the bits behind it how far back.
  bool repeat(int lengthSymbol) {
    constexpr int longest = 28;
    if (lengthSymbol > longest) return false;
    const int lengthBits = lengthSymbol < 8 || lengthSymbol == longest ? 0 : lengthSymbol / 4 - 1;
    const uint32_t lengthBase = lengthSymbol == longest ? 258
                                : lengthSymbol < 8      ? 3 + static_cast<uint32_t>(lengthSymbol)
                                                   : 3 + ((4u + static_cast<uint32_t>(lengthSymbol) % 4) << lengthBits);
    const uint32_t length = lengthBase + bits_.number(lengthBits);
    const int distanceSymbol = distanceCode_.read(bits_);
    if (distanceSymbol < 0) return false;
    const int distanceBits = distanceSymbol < 4 ? 0 : distanceSymbol / 2 - 1;
    const uint32_t distanceBase = distanceSymbol < 4
                                      ? 1 + static_cast<uint32_t>(distanceSymbol)
                                      : 1 + ((2u + static_cast<uint32_t>(distanceSymbol) % 2) << distanceBits);
    const uint32_t distance = distanceBase + bits_.number(distanceBits);
    if (distance > written_) return false;
    for (uint32_t i = 0; i < length; i++)
      if (!put(window_[(written_ - distance) % windowBytes])) return false;
    return true;
  }

  BitReader bits_;
  UnpackedBytes& out_;
  HuffmanCode literalCode_;
  HuffmanCode distanceCode_;
  std::vector<uint8_t> window_;
  uint64_t written_ = 0;
};

}  // namespace

bool inflate(PackedBytes& in, UnpackedBytes& out) {
  return Inflater(in, out).run();
}

}  // namespace spore::host
