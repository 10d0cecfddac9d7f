import { describe, expect, it } from "vitest";
import { ConfigMap } from "../../controller/api/core-kinds.ts";
import { follow } from "../../controller/cli/follow.ts";
import type { WatchEvent } from "../../controller/client/client.ts";

function added(name: string, resourceVersion: string): WatchEvent<ConfigMap> {
  return { type: "ADDED", object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, resourceVersion } } };
}

describe("follow", () => {
  it("goes on where the server ended a watch, until it is interrupted", async () => {
    const from: string[] = [];
    const interrupted = new AbortController();
    const watches: readonly (readonly WatchEvent<ConfigMap>[])[] = [
      [added("one", "5"), { type: "BOOKMARK", resourceVersion: "9" }],
      [],
      [added("two", "12")],
      [added("three", "13")],
    ];
    const reader = {
      get: () => Promise.reject(new TypeError("not asked")),
      list: () => Promise.reject(new TypeError("not asked")),
      async *watch(_kind: unknown, { resourceVersion }: { readonly resourceVersion: string }) {
        const events = watches[from.length] ?? [];
        from.push(resourceVersion);
        // biome-ignore lint/suspicious/noExplicitAny: a Reader serves every kind, this one has ConfigMaps
        yield* events as any;
      },
    };
    const names: string[] = [];
    const following = async () => {
      const options = { resourceVersion: "3" };
      for await (const { object } of follow(reader, ConfigMap, options, interrupted.signal)) {
        names.push(object.metadata.name);
        if (names.length === 3) interrupted.abort(new TypeError("interrupted"));
      }
    };
    await expect(following()).rejects.toThrow("interrupted");
    expect(names).toEqual(["one", "two", "three"]);
    expect(from).toEqual(["3", "9", "9", "12"]);
  });
});
