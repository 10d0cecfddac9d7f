// Unpacks a deflate stream, then mutilated copies of it, under the sanitizers. Arguments: packed file, unpacked file,
// rounds.

#include <stdio.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "../../../firmware/spore/platform/host/inflate.h"
#include "fake_board.h"

namespace {

using Content = std::vector<uint8_t>;

Content readAll(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return Content(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

/// In memory of exactly their size, so that the sanitizer sees a read beyond them.
class Packed final : public spore::host::PackedBytes {
 public:
  explicit Packed(const Content& bytes) : size_(bytes.size()), bytes_(new uint8_t[bytes.size()]) {
    memcpy(bytes_.get(), bytes.data(), size_);
  }
  int next() override { return at_ < size_ ? bytes_[at_++] : -1; }

 private:
  size_t size_;
  std::unique_ptr<uint8_t[]> bytes_;
  size_t at_ = 0;
};

class Unpacked final : public spore::host::UnpackedBytes {
 public:
  explicit Unpacked(size_t most) : most_(most) {}
  bool put(uint8_t byte) override {
    if (bytes.size() == most_) return false;
    bytes.push_back(byte);
    return true;
  }
  Content bytes;

 private:
  const size_t most_;
};

}  // namespace

int main(int, char** argv) {
  const Content packed = readAll(argv[1]), wanted = readAll(argv[2]);
  {
    Packed in(packed);
    Unpacked out(wanted.size());
    if (!spore::host::inflate(in, out) || out.bytes != wanted) return printf("unpacked wrongly\n"), 1;
  }
  spore::tests::SeededRandom random(7);
  const auto rounds = static_cast<uint32_t>(strtoul(argv[3], nullptr, 10));
  uint32_t refused = 0;
  for (uint32_t round = 0; round < rounds; round++) {
    Content damaged = packed;
    // Mostly near the start, where the codes are.
    const uint32_t reach = static_cast<uint32_t>(round % 4 == 0 ? damaged.size() : 64);
    for (uint32_t edits = 1 + random.below(4); edits > 0; edits--)
      damaged[random.below(reach < damaged.size() ? reach : static_cast<uint32_t>(damaged.size()))] ^=
          static_cast<uint8_t>(1u << random.below(8));
    if (random.below(4) == 0) damaged.resize(random.below(static_cast<uint32_t>(damaged.size())));
    Packed in(damaged);
    Unpacked out(wanted.size());
    refused += spore::host::inflate(in, out) ? 0 : 1;
  }
  printf("refused %u of %u\n", refused, rounds);
  return refused > 0 ? 0 : 1;
}
