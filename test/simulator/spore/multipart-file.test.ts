import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundaryOf, MultipartFile } from "../../../controller/simulator/spore/multipart-file.ts";
import { asMultipart } from "../../support/device-request.ts";

/** The file in `body`, which arrives in pieces of `sizes` bytes over and over. */
function read(body: Buffer, sizes: readonly number[]): { file: Buffer; state: string } {
  const multipart = new MultipartFile("spore-test-boundary");
  const file: Buffer[] = [];
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    file.push(...multipart.push(body.subarray(at, at + size)).map((part) => Buffer.from(part)));
    at += size;
  }
  return { file: Buffer.concat(file), state: multipart.state };
}

const pieces = fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 5 });

describe("MultipartFile", () => {
  it("gives back the file, however the body is cut", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), pieces, (bytes, sizes) => {
        const { file, state } = read(asMultipart(bytes).body, sizes);
        expect(file.equals(bytes)).toBe(true);
        expect(state).toBe("done");
      }),
    );
  });

  it("keeps bytes that only look like the delimiter", () => {
    const bytes = Buffer.from("\r\n--spore-test-boundar\r\n--spore\r\n\r\n--");
    expect(read(asMultipart(bytes).body, [1]).file.toString()).toBe(bytes.toString());
  });

  it("skips text fields before the file", () => {
    const field = '--spore-test-boundary\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n';
    const body = Buffer.concat([Buffer.from(field), asMultipart(Buffer.from("image")).body]);
    for (const size of [1, 7, 1000]) expect(read(body, [size])).toEqual({ file: Buffer.from("image"), state: "done" });
  });

  it("is not done before the closing delimiter", () => {
    const body = asMultipart(Buffer.from("image")).body;
    expect(read(body.subarray(0, body.length - 30), [50]).state).toBe("file");
  });

  it("never throws and holds no more than a header, whatever comes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9000 }), pieces, (bytes, sizes) => {
        expect(["head", "text", "file", "done", "malformed"]).toContain(read(Buffer.from(bytes), sizes).state);
      }),
      { numRuns: 30 },
    );
    expect(read(Buffer.alloc(5000, "x"), [1000]).state).toBe("malformed");
  });
});

it.each([
  ["multipart/form-data; boundary=abc", "abc"],
  ['multipart/form-data; boundary="a b c"', "a b c"],
  ["Multipart/Form-Data; charset=utf-8; boundary=abc; x=y", "abc"],
  ["application/json", undefined],
  ["multipart/form-data", undefined],
  [`multipart/form-data; boundary="${"x".repeat(71)}"`, undefined],
])("boundaryOf %s", (type, boundary) => {
  expect(boundaryOf(type)).toBe(boundary);
});
