import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readContinueToken, writeContinueToken } from "../../controller/apiserver/continue-token.ts";

describe("continue tokens", () => {
  it("read back as they were written, and travel in a URL as they are", () => {
    const revision = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(fc.record({ revision, after: fc.string() }), (token) => {
        const text = writeContinueToken(token);
        expect(readContinueToken(text)).toEqual(token);
        expect(encodeURIComponent(text)).toBe(text);
      }),
    );
  });

  it("of strangers are refused", () => {
    for (const value of ["", "rubbish", "e30", Buffer.from('{"rv":1.5,"after":""}').toString("base64url")]) {
      expect(() => readContinueToken(value)).toThrow(expect.objectContaining({ code: "SPORE_BAD_REQUEST" }));
    }
  });
});
