import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeChange,
  decodeEntry,
  decodeState,
  encodeChange,
  encodeEntry,
  encodeState,
  logKey,
  revisionOfLogKey,
  stampRevision,
} from "../../controller/store/record.ts";
import { code } from "../contract/store/setup.ts";

const revision = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const key = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter((each) => !each.includes("\0"));
const value = fc.uint8Array({ maxLength: 50 });
const maybeValue = fc.option(value, { nil: undefined });

describe("records", () => {
  it("bring back each entry", () => {
    fc.assert(
      fc.property(key, value, revision, (name, bytes, at) => {
        const record = encodeEntry(bytes);
        stampRevision(record, name, at);
        const entry = decodeEntry(name, record);
        expect([entry.key, [...entry.value], entry.revision]).toEqual([name, [...bytes], at]);
      }),
    );
  });

  it("bring back each change", () => {
    fc.assert(
      fc.property(key, maybeValue, maybeValue, revision, revision, (name, now, before, at, earlier) => {
        const previous = before && { key: name, value: before, revision: earlier };
        const event = decodeChange(at, encodeChange({ key: name, revision: at, value: now, previous }), "");
        expect([event?.key, event?.revision, plain(event?.value)]).toEqual([name, at, plain(now)]);
        expect([event?.previous?.revision, plain(event?.previous?.value)]).toEqual([previous?.revision, plain(before)]);
      }),
    );
  });

  it("sort in the log by revision, then by index", () => {
    const point = fc.tuple(revision, fc.nat());
    fc.assert(
      fc.property(point, point, ([a, i], [b, j]) => {
        expect(Buffer.compare(logKey(a, i), logKey(b, j))).toBe(Math.sign(a - b || i - j));
        expect(revisionOfLogKey(logKey(a, i))).toBe(a);
      }),
    );
  });

  it("bring back the state of the file", () => {
    fc.assert(
      fc.property(revision, revision, (head, floor) => {
        expect(decodeState(encodeState({ head, floor }))).toEqual({ head, floor });
      }),
    );
  });

  it("that changed by a single bit, or lie under another key, are reported by their key", () => {
    const entry = encodeEntry(new Uint8Array(20));
    stampRevision(entry, "/a", 7);
    const change = encodeChange({ key: "/a", revision: 7, value: new Uint8Array(9), previous: undefined });
    const state = encodeState({ head: 7, floor: 3 });
    const readers: readonly (readonly [Buffer, (record: Buffer) => unknown, string])[] = [
      [entry, (record) => decodeEntry("/a", record), "the entry /a"],
      [change, (record) => decodeChange(7, record, "/b"), "the change log at revision 7"],
      [state, decodeState, "the record of its state"],
    ];
    for (const [record, read, named] of readers) {
      read(record);
      for (let bit = 0; bit < 8 * record.length; bit++) {
        const spoiled = Buffer.from(record);
        spoiled[bit >> 3] = (spoiled[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => read(spoiled)).toThrow(
          expect.objectContaining({ code: "SPORE_STORE_CORRUPT", message: expect.stringContaining(named) }),
        );
      }
    }
    expect(() => decodeEntry("/b", entry)).toThrow(code("SPORE_STORE_CORRUPT"));
    expect(() => decodeChange(8, change, "")).toThrow(code("SPORE_STORE_CORRUPT"));
  });

  it("that are cut short are reported, not misread", () => {
    const change = encodeChange({ key: "/a", revision: 1, value: new Uint8Array(30), previous: undefined });
    const short = [0, 15, change.length - 1].map((length) => () => decodeChange(1, change.subarray(0, length), ""));
    const others = [
      () => decodeEntry("/a", Buffer.alloc(7)),
      () => decodeState(Buffer.alloc(15)),
      () => revisionOfLogKey(Buffer.alloc(11)),
    ];
    for (const read of [...short, ...others]) expect(read).toThrow(code("SPORE_STORE_CORRUPT"));
  });
});

function plain(bytes: Uint8Array | undefined): readonly number[] | undefined {
  return bytes && [...bytes];
}
