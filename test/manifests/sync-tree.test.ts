import { renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ConfigMap } from "../../controller/api/core-kinds.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { inventoryKey, readInventory } from "../../controller/manifests/inventory.ts";
import { syncTree } from "../../controller/manifests/sync-tree.ts";
import { compileSchema } from "../../controller/schema/compiled-schema.ts";
import { MapObjectApi } from "../support/object-api.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

const compiled = compileSchema({ type: "object", "x-kubernetes-preserve-unknown-fields": true }, ConfigMap);
const manifest = (name: string, value = "1") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, uid: u-${name}}\ndata: {a: "${value}"}\n`;

const never = new AbortController().signal;

describe("syncTree", () => {
  let directory: string;
  let api: MapObjectApi;

  beforeEach(() => {
    directory = directoryOfTest();
    api = new MapObjectApi();
  });

  const write = (name: string, text: string) => writeFileSync(join(directory, `${name}.yaml`), text);
  const sync = (pruneAll = false) =>
    syncTree(
      {
        directory,
        pruneAll,
        lookup: (_apiVersion, kind) => (kind === "ConfigMap" ? { kind: ConfigMap, compiled } : undefined),
        kindOf: (_group, kind) => (kind === "ConfigMap" ? ConfigMap : undefined),
        api,
        log: silentLogger,
        clock: systemClock,
      },
      never,
    );
  const present = async (name: string) => (await api.read(ConfigMap, { namespace: "default", name })) !== undefined;

  it("applies what is there, and removes what left", async () => {
    write("a", manifest("a"));
    write("b", manifest("b"));
    await sync();
    unlinkSync(join(directory, "a.yaml"));
    await sync();
    expect([await present("a"), await present("b")]).toEqual([false, true]);
    expect((await readInventory(api, inventoryKey(directory))).items.map(({ name }) => name)).toEqual(["b"]);
  });

  it("writes nothing the second time", async () => {
    write("a", manifest("a"));
    await sync();
    const { length } = api.writes;
    await sync();
    expect(api.writes.slice(length)).toEqual([]);
  });

  it("leaves alone what never came from the directory, and what was made anew since", async () => {
    await api.create(
      ConfigMap,
      { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default", name: "own" } },
      false,
    );
    write("a", manifest("a"));
    write("b", manifest("b"));
    await sync();
    const other = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "default", name: "a", uid: "another" },
    };
    await api.create(ConfigMap, other, false);
    unlinkSync(join(directory, "a.yaml"));
    await sync();
    expect([await present("own"), await present("a")]).toEqual([true, true]);
  });

  it("changes nothing for one bad document, names it, and forgets that when it is mended", async () => {
    write("a", manifest("a"));
    await sync();
    write("a", manifest("a", "2"));
    write("b", "apiVersion: v1\nkind: ConfigMop\nmetadata: {name: b}\n");
    await expect(sync()).rejects.toThrow("b.yaml:2:1: kind: unknown kind ConfigMop");
    expect(await api.read(ConfigMap, { namespace: "default", name: "a" })).toMatchObject({ data: { a: "1" } });
    expect(await readInventory(api, inventoryKey(directory))).toMatchObject({
      state: "Failed",
      message: expect.stringContaining("b.yaml:2:1"),
    });
    write("b", manifest("b"));
    await sync();
    expect(await readInventory(api, inventoryKey(directory))).toMatchObject({ state: "Applied", message: "" });
  });

  it("removes nothing when the directory vanished or cannot be read", async () => {
    write("a", manifest("a"));
    await sync();
    renameSync(directory, `${directory}-away`);
    await expect(sync(true)).rejects.toThrow("does not exist");
    expect(await present("a")).toBe(true);
    renameSync(`${directory}-away`, directory);
    await sync();
    rmSync(directory, { recursive: true });
  });

  it("removes more than a fifth only when told to", async () => {
    for (let index = 0; index < 10; index += 1) write(`c${index}`, manifest(`c${index}`));
    await sync();
    for (const index of [1, 2, 3]) unlinkSync(join(directory, `c${index}.yaml`));
    await expect(sync()).rejects.toThrow("3 of the 10 objects");
    expect(await present("c1")).toBe(true);
    await sync(true);
    expect([await present("c1"), await present("c4")]).toEqual([false, true]);
    unlinkSync(join(directory, "c4.yaml"));
    await sync();
    expect(await present("c4")).toBe(false);
  });

  it("shows itself as a ConfigMap", async () => {
    write("a", manifest("a"));
    await sync();
    expect(await api.read(ConfigMap, inventoryKey(directory))).toMatchObject({ data: { directory, state: "Applied" } });
  });
});
