import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigMap, Namespace, Secret } from "../../controller/api/core-kinds.ts";
import type { Resource } from "../../controller/api/meta.ts";
import { Node } from "../../controller/api/node.ts";
import type { Client, WatchEvent } from "../../controller/client/client.ts";
import { listAll } from "../../controller/client/list-all.ts";

/** A client of a running API server that serves our kinds, as somebody who may do everything. */
export interface OpenClient {
  readonly client: Client;
  close(): PromiseLike<void>;
}

/** What `Client` promises, on a real server. */
export function clientContract(name: string, open: () => Promise<OpenClient>): void {
  describe(`a client ${name}`, () => {
    let opened: OpenClient;
    let client: Client;
    const { signal } = new AbortController();
    const write = { signal };
    beforeAll(async () => {
      opened = await open();
      client = opened.client;
    });
    afterAll(() => opened.close());

    /** A namespace of its own for each test. */
    let spaces = 0;
    const namespace = async () => {
      const space = await client.create(Namespace, { metadata: { name: `space-${++spaces}` } }, write);
      return space.metadata.name;
    };
    const configMap = (space: string, object: string, data: Record<string, string> = {}, labels = {}) =>
      client.create(ConfigMap, { metadata: { namespace: space, name: object, labels }, data }, write);

    it("creates, reads and freezes", async () => {
      const space = await namespace();
      const made = await configMap(space, "a", { key: "value ü" });
      const read = await client.get(ConfigMap, { namespace: space, name: "a" }, signal);
      expect(read).toEqual(made);
      expect(read).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", data: { key: "value ü" } });
      expect(Object.isFrozen(read) && Object.isFrozen(read?.metadata) && Object.isFrozen(read?.data)).toBe(true);
    });

    it("reads undefined where there is nothing, also in a namespace that is not there", async () => {
      expect(await client.get(ConfigMap, { namespace: "default", name: "nobody" }, signal)).toBeUndefined();
      expect(await client.get(ConfigMap, { namespace: "nowhere", name: "nobody" }, signal)).toBeUndefined();
      expect(await client.get(Node, { name: "nobody" }, signal)).toBeUndefined();
    });

    it("says that the server does not know a kind", async () => {
      const kind = { group: "spore.dev", version: "v1alpha1", kind: "Ghost", plural: "ghosts", namespaced: false };
      await expect(client.get(kind, { name: "a" }, signal)).rejects.toMatchObject({ code: "SPORE_NOT_FOUND" });
      await expect(client.list(kind, {}, signal)).rejects.toMatchObject({ code: "SPORE_NOT_FOUND" });
    });

    it("fills in defaults and counts generations of our kinds", async () => {
      const made = await client.create(Node, { metadata: { name: "esp-1" }, spec: { family: "spore" } }, write);
      expect(made).toMatchObject({ spec: { family: "spore", paused: false }, metadata: { generation: 1 } });
      const key = { name: "esp-1" };
      const paused = await client.patch(Node, key, { type: "merge", body: { spec: { paused: true } } }, write);
      expect(paused.metadata.generation).toBe(2);
      const body = { status: { phase: "Active" }, spec: { paused: false } };
      const status = await client.patch(Node, key, { type: "merge", body }, { signal, subresource: "status" });
      expect(status).toMatchObject({
        status: { phase: "Active" },
        spec: { paused: true },
        metadata: { generation: 2 },
      });
    });

    it("tells errors apart by code, with the causes of the server", async () => {
      const space = await namespace();
      await configMap(space, "a");
      await expect(configMap(space, "a")).rejects.toMatchObject({
        code: "SPORE_ALREADY_EXISTS",
        details: { name: "a" },
      });
      await expect(configMap("nowhere", "a")).rejects.toMatchObject({ code: "SPORE_NOT_FOUND" });
      const wrong = { metadata: { name: "wrong" }, spec: { family: "spore", address: "no address" } } as const;
      const error: unknown = await client.create(Node, wrong, write).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "SPORE_INVALID", details: { kind: "Node" } });
      expect(error).toMatchObject({ details: { causes: [{ field: "spec.address" }] } });
      await expect(client.delete(ConfigMap, { namespace: space, name: "b" }, write)).rejects.toMatchObject({
        code: "SPORE_NOT_FOUND",
      });
    });

    it("updates one state of an object only", async () => {
      const space = await namespace();
      const first = await configMap(space, "a", { count: "1" });
      const second = await client.update(ConfigMap, { ...first, data: { count: "2" } }, write);
      expect(second.data).toEqual({ count: "2" });
      await expect(client.update(ConfigMap, { ...first, data: { count: "3" } }, write)).rejects.toMatchObject({
        code: "SPORE_CONFLICT",
      });
      const body = { metadata: { resourceVersion: first.metadata.resourceVersion ?? "" }, data: { count: "4" } };
      const key = { namespace: space, name: "a" };
      await expect(client.patch(ConfigMap, key, { type: "merge", body }, write)).rejects.toMatchObject({
        code: "SPORE_CONFLICT",
      });
      expect((await client.get(ConfigMap, key, signal))?.data).toEqual({ count: "2" });
    });

    it("patches in three languages", async () => {
      const space = await namespace();
      await configMap(space, "a", { kept: "1", gone: "2" });
      const key = { namespace: space, name: "a" };
      const merged = await client.patch(
        ConfigMap,
        key,
        { type: "merge", body: { data: { gone: null, new: "3" } } },
        write,
      );
      expect(merged.data).toEqual({ kept: "1", new: "3" });
      const operations = [{ op: "replace", path: "/data/kept", value: "9" }] as const;
      const replaced = await client.patch(ConfigMap, key, { type: "json", body: operations }, write);
      expect(replaced.data).toEqual({ kept: "9", new: "3" });
      const strategic = { type: "strategic", body: { data: { new: null } } } as const;
      expect((await client.patch(ConfigMap, key, strategic, write)).data).toEqual({ kept: "9" });
    });

    it("changes nothing in a dry run", async () => {
      const space = await namespace();
      const metadata = { namespace: space, name: "a" };
      await client.create(ConfigMap, { metadata }, { signal, dryRun: true });
      expect(await client.get(ConfigMap, metadata, signal)).toBeUndefined();
      await configMap(space, "a");
      await client.delete(ConfigMap, metadata, { signal, dryRun: true });
      expect(await client.get(ConfigMap, metadata, signal)).toBeDefined();
    });

    it("hands on the server's warnings", async () => {
      const warnings: string[] = [];
      const body = { spec: { imagee: "x" } };
      await client.create(Node, { metadata: { name: "esp-2" }, spec: { family: "spore" } }, write);
      const onWarning = (text: string) => warnings.push(text);
      await client.patch(Node, { name: "esp-2" }, { type: "merge", body }, { signal, onWarning });
      expect(warnings).toEqual(['unknown field "spec.imagee"']);
      const strict = client.patch(
        Node,
        { name: "esp-2" },
        { type: "merge", body },
        { signal, fieldValidation: "Strict" },
      );
      await expect(strict).rejects.toMatchObject({ code: "SPORE_BAD_REQUEST" });
    });

    it("deletes what it means, and nothing else of that name", async () => {
      const space = await namespace();
      const key = { namespace: space, name: "a" };
      const { metadata } = await configMap(space, "a");
      const stale = client.delete(ConfigMap, key, { signal, preconditions: { uid: "another" } });
      await expect(stale).rejects.toMatchObject({ code: "SPORE_CONFLICT" });
      await client.delete(ConfigMap, key, { signal, preconditions: { uid: metadata.uid ?? "" } });
      expect(await client.get(ConfigMap, key, signal)).toBeUndefined();
    });

    it("leaves an object with a finalizer in place until that is gone", async () => {
      const space = await namespace();
      const key = { namespace: space, name: "a" };
      await client.create(ConfigMap, { metadata: { ...key, finalizers: ["spore.dev/test"] } }, write);
      await client.delete(ConfigMap, key, write);
      expect((await client.get(ConfigMap, key, signal))?.metadata.deletionTimestamp).toBeDefined();
      await client.patch(ConfigMap, key, { type: "merge", body: { metadata: { finalizers: null } } }, write);
      expect(await client.get(ConfigMap, key, signal)).toBeUndefined();
    });

    it("lists by namespace, label and field, page by page as of one version", async () => {
      const space = await namespace();
      for (const object of ["a", "b", "c", "d", "e"])
        await configMap(space, object, {}, { even: String("bd".includes(object)) });
      const names = (items: readonly Resource[]) => items.map(({ metadata }) => metadata.name);
      const even = await client.list(ConfigMap, { namespace: space, labelSelector: "even=true" }, signal);
      expect(names(even.items)).toEqual(["b", "d"]);
      expect(even.items.every(({ kind, apiVersion }) => kind === "ConfigMap" && apiVersion === "v1")).toBe(true);
      const one = await client.list(ConfigMap, { namespace: space, fieldSelector: "metadata.name=c" }, signal);
      expect(names(one.items)).toEqual(["c"]);
      const first = await client.list(ConfigMap, { namespace: space, limit: 2 }, signal);
      await configMap(space, "bb");
      const rest = await client.list(ConfigMap, { namespace: space, limit: 9, continue: first.continue ?? "" }, signal);
      expect([names(first.items), names(rest.items), rest.continue]).toEqual([["a", "b"], ["c", "d", "e"], undefined]);
      expect(names((await listAll(client, ConfigMap, { namespace: space }, signal)).items)).toEqual([
        "a",
        "b",
        "bb",
        "c",
        "d",
        "e",
      ]);
      const wrong = client.list(ConfigMap, { labelSelector: "!!" }, signal);
      await expect(wrong).rejects.toMatchObject({ code: "SPORE_BAD_REQUEST" });
    });

    it("watches from a version on: every change, once, in order", async () => {
      const space = await namespace();
      await configMap(space, "before");
      const { resourceVersion } = await client.list(ConfigMap, { namespace: space }, signal);
      const watching = new AbortController();
      const events = client.watch(ConfigMap, { namespace: space, resourceVersion }, watching.signal);
      const seen = take(events, 4);
      await configMap(space, "a", { n: "1" });
      const key = { namespace: space, name: "a" };
      await client.patch(ConfigMap, key, { type: "merge", body: { data: { n: "2" } } }, write);
      await client.delete(ConfigMap, key, write);
      await client.create(Secret, { metadata: { namespace: space, name: "not-mine" } }, write);
      await configMap(space, "z");
      expect(await seen).toEqual(["ADDED a", "MODIFIED a", "DELETED a", "ADDED z"]);
      watching.abort("enough");
      await expect(take(client.watch(ConfigMap, { resourceVersion }, watching.signal), 1)).rejects.toBe("enough");
    });

    it("watches what enters and leaves a selection", async () => {
      const space = await namespace();
      const { resourceVersion } = await client.list(ConfigMap, { namespace: space }, signal);
      const options = { namespace: space, resourceVersion, labelSelector: "app=x" };
      const seen = take(client.watch(ConfigMap, options, signal), 2);
      await configMap(space, "a");
      const relabel = (app: string | null) => ({ type: "merge", body: { metadata: { labels: { app } } } }) as const;
      await client.patch(ConfigMap, { namespace: space, name: "a" }, relabel("x"), write);
      await client.patch(ConfigMap, { namespace: space, name: "a" }, relabel(null), write);
      expect(await seen).toEqual(["ADDED a", "DELETED a"]);
    });

    it("ends a watch with the reason of its signal, while nothing happens", async () => {
      const watching = new AbortController();
      const { resourceVersion } = await client.list(Node, {}, signal);
      const next = take(client.watch(Node, { resourceVersion }, watching.signal), 1);
      setImmediate(() => watching.abort("enough"));
      await expect(next).rejects.toBe("enough");
    });

    it("does nothing once its signal has aborted", async () => {
      const space = await namespace();
      const aborted = AbortSignal.abort("too late");
      const metadata = { namespace: space, name: "a" };
      await expect(client.create(ConfigMap, { metadata }, { signal: aborted })).rejects.toBe("too late");
      expect(await client.get(ConfigMap, metadata, signal)).toBeUndefined();
    });
  });
}

async function take<T extends Resource>(
  events: AsyncIterable<WatchEvent<T>>,
  count: number,
): Promise<readonly string[]> {
  const taken: string[] = [];
  for await (const event of events) {
    if (event.type !== "BOOKMARK") taken.push(`${event.type} ${event.object.metadata.name}`);
    if (taken.length === count) break;
  }
  return taken;
}
