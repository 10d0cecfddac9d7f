const polynomial = 0x04c11db7;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 24;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 0x80000000 ? (remainder << 1) ^ polynomial : remainder << 1;
  return remainder >>> 0;
});

/**
 * CRC-32/MPEG-2 of `bytes`: most significant bit first, no final XOR, as the ESP8266 Arduino core computes it.
 * Pass the result of an earlier call as `start` to go on where it ended.
 */
export function crc32Mpeg2(bytes: Uint8Array, start = 0xffffffff): number {
  let crc = start;
  for (const byte of bytes) crc = (crc << 8) ^ (table[((crc >>> 24) ^ byte) & 0xff] ?? 0);
  return crc >>> 0;
}
