import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOf, parseWatchEvent } from "../../controller/client/watch-stream.ts";

async function* chunks(parts: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts;
}

async function collect(parts: readonly Uint8Array[], maxBytes = 1000): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(chunks(parts), maxBytes)) lines.push(line);
  return lines;
}

describe("linesOf", () => {
  it("finds the same lines however chunks cut them, also inside a character", async () => {
    const line = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replaceAll("\n", ""));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        async (lines, sizes) => {
          const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(""));
          const parts: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; ) {
            const size = sizes.next().value ?? 1;
            parts.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(await collect(parts)).toEqual(lines);
        },
      ),
    );
  });

  it("gives an unfinished last line", async () => {
    expect(await collect([Buffer.from("a\nb")])).toEqual(["a", "b"]);
  });

  it("refuses a line without an end, before it is all in memory", async () => {
    let pulled = 0;
    async function* endless() {
      for (;;) {
        pulled += 1;
        yield Buffer.alloc(100, "x");
      }
    }
    const lines = linesOf(endless(), 1000)[Symbol.asyncIterator]();
    await expect(lines.next()).rejects.toMatchObject({ code: "SPORE_TOO_LARGE" });
    expect(pulled).toBe(11);
  });
});

describe("parseWatchEvent", () => {
  const object = { kind: "Node", apiVersion: "spore.dev/v1alpha1", metadata: { name: "a", resourceVersion: "5" } };

  it("gives frozen objects", () => {
    const event = parseWatchEvent(JSON.stringify({ type: "ADDED", object }));
    expect(event).toEqual({ type: "ADDED", object });
    expect(event?.type === "ADDED" && Object.isFrozen(event.object.metadata)).toBe(true);
  });

  it("makes a bookmark its resource version", () => {
    const line = JSON.stringify({ type: "BOOKMARK", object });
    expect(parseWatchEvent(line)).toEqual({ type: "BOOKMARK", resourceVersion: "5" });
  });

  it("throws what an ERROR event says", () => {
    const status = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version: 5 (1040)" };
    const line = JSON.stringify({ type: "ERROR", object: status });
    expect(() => parseWatchEvent(line)).toThrowError(expect.objectContaining({ code: "SPORE_EXPIRED" }));
  });

  it("passes over empty lines and events of a newer server", () => {
    expect(parseWatchEvent("")).toBeUndefined();
    expect(parseWatchEvent(JSON.stringify({ type: "NEWER", object }))).toBeUndefined();
  });

  it.each(['{"type":"ADDED","obj', "null", "[]", '{"type":"ADDED","object":null}', '{"type":"ADDED","object":{}}'])(
    "calls %s a broken connection",
    (line) => {
      expect(() => parseWatchEvent(line)).toThrowError(expect.objectContaining({ code: "SPORE_UNAVAILABLE" }));
    },
  );
});
