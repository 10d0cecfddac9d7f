import { describe, expect, it } from "vitest";
import type { ConfigMap } from "../../../controller/api/core-kinds.ts";
import { follow } from "../../../controller/cli/session/follow.ts";
import type { WatchEvent } from "../../../controller/client/client.ts";

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
    const open = async function* (resourceVersion: string) {
      const events = watches[from.length] ?? [];
      from.push(resourceVersion);
      yield* events;
    };
    const names: string[] = [];
    const following = async () => {
      const versionOf = ({ metadata }: ConfigMap) => metadata.resourceVersion;
      for await (const { object } of follow(open, versionOf, "3", interrupted.signal)) {
        names.push(object.metadata.name);
        if (names.length === 3) interrupted.abort(new TypeError("interrupted"));
      }
    };
    await expect(following()).rejects.toThrow("interrupted");
    expect(names).toEqual(["one", "two", "three"]);
    expect(from).toEqual(["3", "9", "9", "12"]);
  });
});
