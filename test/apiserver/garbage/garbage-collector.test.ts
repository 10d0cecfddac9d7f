import { describe, expect, it } from "vitest";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { systemClock } from "../../../controller/base/clock.ts";
import { openMemoryStore } from "../../../controller/store/memory.ts";
import type { Store } from "../../../controller/store/store.ts";
import { type Answer, Asker, admin, configMap, testServer, urls } from "../../support/api-server.ts";
import { establish, job, jobCrd, jobsUrl } from "../../support/crds.ts";

async function withServer(work: (api: Asker) => Promise<void>, store?: Store): Promise<void> {
  await using server = await testServer(store === undefined ? {} : { store });
  await work(new Asker(inProcessTransport(server, admin)));
}

/** A ConfigMap with these owners, as it was stored. */
async function made(
  api: Asker,
  name: string,
  owners: readonly object[] = [],
  more: object = {},
): Promise<Answer["json"]> {
  return (await api.post(urls.configMaps, configMap(name, {}, { ownerReferences: owners, ...more }))).json;
}

function owner({ apiVersion, kind, metadata }: Answer["json"], more: object = {}) {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, ...more };
}

const at = (name: string) => `${urls.configMaps}/${name}`;
const statusOf = async (api: Asker, url: string) => (await api.get(url)).status;
const gone = (api: Asker, url: string) => expect.poll(() => statusOf(api, url), { timeout: 5000 }).toBe(404);

describe("the garbage collector", () => {
  it("deletes what an owner leaves behind, down to the last grandchild, and nothing else", () =>
    withServer(async (api) => {
      const parent = await made(api, "parent");
      const child = await made(api, "child", [owner(parent)]);
      await made(api, "grandchild", [owner(child)]);
      const free = await made(api, "free");
      await api.delete(at("parent"));
      await gone(api, at("grandchild"));
      expect(await statusOf(api, at("child"))).toBe(404);
      expect((await api.get(at("free"))).json).toEqual(free);
    }));

  it("deletes what names an owner that never was, or one that bears its name by chance", () =>
    withServer(async (api) => {
      const namesake = await made(api, "owner");
      await made(api, "stray", [owner(namesake, { uid: "somebody-else" })]);
      await gone(api, at("stray"));
      expect(await statusOf(api, at("owner"))).toBe(200);
    }));

  it("keeps what another owner holds, and strikes the one that left off the list", () =>
    withServer(async (api) => {
      const [a, b] = [await made(api, "a"), await made(api, "b")];
      await made(api, "shared", [owner(a), owner(b)]);
      await api.delete(at("a"));
      await expect.poll(async () => (await api.get(at("shared"))).json.metadata.ownerReferences).toEqual([owner(b)]);
    }));

  it("leaves dependents alone that are orphaned, and those of owners whose kind nobody knows", () =>
    withServer(async (api) => {
      const parent = await made(api, "parent");
      await made(api, "child", [owner(parent)]);
      await made(api, "foreign", [{ apiVersion: "apps/v1", kind: "Deployment", name: "d", uid: "u" }]);
      await api.delete(at("parent"), { propagationPolicy: "Orphan" });
      await gone(api, at("parent"));
      expect((await api.get(at("child"))).json.metadata.ownerReferences).toBeUndefined();
      await made(api, "stray", [owner(parent)]);
      await gone(api, at("stray")); // it came last, so the others had their turn
      expect([await statusOf(api, at("child")), await statusOf(api, at("foreign"))]).toEqual([200, 200]);
    }));

  it("lets an owner in the foreground go after the dependents that block it", () =>
    withServer(async (api) => {
      const parent = await made(api, "parent");
      const blocking = owner(parent, { blockOwnerDeletion: true });
      await made(api, "child", [blocking], { finalizers: ["example.org/hold"] });
      await api.delete(at("parent"), { propagationPolicy: "Foreground" });
      await expect.poll(async () => (await api.get(at("child"))).json.metadata.deletionTimestamp).toBeDefined();
      await made(api, "stray", [owner(parent, { uid: "nobody" })]);
      await gone(api, at("stray"));
      expect(await statusOf(api, at("parent"))).toBe(200);
      await api.merge(at("child"), { metadata: { finalizers: null } });
      await gone(api, at("parent"));
      expect(await statusOf(api, at("child"))).toBe(404);
    }));

  it("knows the kinds that users bring, as owners and as dependents, and cluster-wide owners", () =>
    withServer(async (api) => {
      await establish(api, jobCrd());
      const node = (
        await api.post(urls.nodes, {
          apiVersion: "spore.dev/v1alpha1",
          kind: "Node",
          metadata: { name: "n" },
          spec: { family: "spore" },
        })
      ).json;
      const parent = (await api.post(jobsUrl, job("parent", {}, { ownerReferences: [owner(node)] }))).json;
      await made(api, "child", [owner(parent)]);
      await api.delete(`${urls.nodes}/n`);
      await gone(api, at("child"));
      expect(await statusOf(api, `${jobsUrl}/parent`)).toBe(404);
    }));

  it("goes on after a restart with what was left", async () => {
    const store = openMemoryStore({ clock: systemClock });
    let uid = "";
    await withServer(async (api) => {
      const parent = await made(api, "parent");
      uid = parent.metadata.uid;
      await made(api, "child", [owner(parent)]);
    }, store);
    await store.commit([{ key: "/registry/core/configmaps/default/parent", value: undefined }]);
    await withServer((api) => gone(api, at("child")), store);
    expect(uid).not.toBe("");
  });

  it("deletes a thousand dependents", () =>
    withServer(async (api) => {
      const parent = await made(api, "parent");
      await Promise.all(Array.from({ length: 1000 }, (_, index) => made(api, `child-${index}`, [owner(parent)])));
      await api.delete(at("parent"));
      await expect.poll(async () => (await api.get(urls.configMaps)).json.items.length, { timeout: 10_000 }).toBe(0);
    }));
});
