import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileShelf, type ReceivedFile } from "../../../controller/simulator/spore/file-shelf.ts";

function receive(shelf: FileShelf, bytes: Uint8Array, pieceBytes: number, roomBytes = 10_000): ReceivedFile {
  const arriving = shelf.receive(roomBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    expect(arriving.push(bytes.slice(at, at + pieceBytes))).toBe(true);
  }
  expect(arriving.receivedBytes).toBe(bytes.length);
  return arriving.end();
}

const hashOf = (bytes: Uint8Array, algorithm: string) => createHash(algorithm).update(bytes).digest("hex");

describe("FileShelf", () => {
  it("gives back every file with its own hashes, whatever came before it and however it is cut", () => {
    // Few different bytes, so that files often begin alike, end within one another, or are the same.
    const file = fc.uint8Array({ max: 1, minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.tuple(file, fc.integer({ min: 1, max: 5 })), { maxLength: 30 }), (files) => {
        const shelf = new FileShelf();
        for (const [bytes, pieceBytes] of files) {
          const received = receive(shelf, bytes, pieceBytes);
          expect(Buffer.from(received.bytes).equals(bytes)).toBe(true);
          expect([received.md5, received.sha256]).toEqual([hashOf(bytes, "md5"), hashOf(bytes, "sha256")]);
        }
      }),
    );
  });

  it("holds one copy of what many are sent, also at the same time", () => {
    const shelf = new FileShelf();
    const image = Buffer.alloc(5000, "image");
    const first = receive(shelf, image, 700);
    const [a, b] = [shelf.receive(5000), shelf.receive(6000)];
    for (let at = 0; at < image.length; at += 1000) {
      a.push(image.subarray(at, at + 1000));
      b.push(image.subarray(at, at + 1000));
    }
    expect(a.end()).toBe(first);
    expect(b.end()).toBe(first);
  });

  it("tells a file from one that differs in its last byte", () => {
    const shelf = new FileShelf();
    const image = Buffer.alloc(5000, "image");
    const first = receive(shelf, image, 5000);
    const flipped = Buffer.from(image);
    flipped[4999] = 0;
    const other = receive(shelf, flipped, 1000);
    expect(other.md5).toBe(hashOf(flipped, "md5"));
    expect(receive(shelf, image, 333)).toBe(first);
  });

  it("takes nothing that there is no room for", () => {
    const arriving = new FileShelf().receive(10);
    expect([arriving.push(Buffer.alloc(8)), arriving.push(Buffer.alloc(3)), arriving.receivedBytes]).toEqual([
      true,
      false,
      8,
    ]);
  });
});
