#include "../../../firmware/common/base64.h"
#include "../../../firmware/common/crc32_mpeg2.h"
#include "../../../firmware/common/hex.h"
#include "../../../firmware/common/hmac_sha256.h"
#include "../../../firmware/common/md5.h"
#include "../../../firmware/common/sha1.h"
#include "check.h"

using namespace spore;

namespace {

template <typename Hash>
bool hashes(Text input, size_t repeats, Text expected) {
  Hash hash;
  for (size_t i = 0; i < repeats; i++) hash.update(input);
  uint8_t digest[Hash::digestBytes];
  hash.finish(digest);
  return Hex<Hash::digestBytes>(digest).text() == expected;
}

bool encodes(Text input, Text expected) {
  char out[64];
  writeBase64(input.bytes(), out);
  return Text(out, base64Length(input.size())) == expected;
}

}  // namespace

TEST("CRC-32/MPEG-2 meets its check value") {
  CHECK(crc32Mpeg2("123456789", 9) == 0x0376e6e7);
}

TEST("MD5 meets the vectors of RFC 1321") {
  CHECK(hashes<Md5>("", 1, "d41d8cd98f00b204e9800998ecf8427e"));
  CHECK(hashes<Md5>("abc", 1, "900150983cd24fb0d6963f7d28e17f72"));
  CHECK(hashes<Md5>("1234567890", 8, "57edf4a22be3c955ac49da2e2107b67a"));
}

TEST("SHA-1 meets the vectors of FIPS 180") {
  CHECK(hashes<Sha1>("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"));
  CHECK(hashes<Sha1>("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                     "84983e441c3bd26ebaae4aa1f95129e5e54670f1"));
}

TEST("SHA-256 meets the vectors of FIPS 180") {
  CHECK(hashes<Sha256>("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  CHECK(hashes<Sha256>("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
  CHECK(hashes<Sha256>("aaaaaaaaaa", 1000, "27dd1f61b867b6a0f6e9d8a41c43231de52107e53ae424de8f847b821db4b711"));
}

TEST("HMAC-SHA-256 meets the vectors of RFC 4231") {
  uint8_t digest[32];
  HmacSha256 second(Text("Jefe").bytes());
  second.update(Text("what do ya want for nothing?"));
  second.finish(digest);
  CHECK(Hex<32>(digest).text() == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  uint8_t longKey[131];
  memset(longKey, 0xaa, sizeof longKey);
  HmacSha256 sixth(Bytes(longKey, sizeof longKey));
  sixth.update(Text("Test Using Larger Than Block-Size Key - Hash Key First"));
  sixth.finish(digest);
  CHECK(Hex<32>(digest).text() == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST("base64 meets the vectors of RFC 4648") {
  CHECK(encodes("", ""));
  CHECK(encodes("f", "Zg=="));
  CHECK(encodes("fo", "Zm8="));
  CHECK(encodes("foobar", "Zm9vYmFy"));
}
