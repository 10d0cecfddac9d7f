/** Protocol Buffers, as far as messages of strings and messages go. A field is bytes; a message is its fields in a row. */

const bytesType = 2;

/** A field whose value is a message. */
export function messageField(number: number, ...fields: readonly Uint8Array[]): Uint8Array {
  return bytesField(number, Buffer.concat(fields));
}

export function textField(number: number, text: string): Uint8Array {
  return bytesField(number, Buffer.from(text, "utf8"));
}

function bytesField(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(varint(number * 8 + bytesType)), Buffer.from(varint(bytes.length)), bytes]);
}

/** Seven bits to a byte, the low ones first; the top bit says that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}
