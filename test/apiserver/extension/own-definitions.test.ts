import { describe, expect, it } from "vitest";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { ownCrds } from "../../../controller/apiserver/own-kinds.ts";
import { systemClock } from "../../../controller/base/clock.ts";
import { openMemoryStore } from "../../../controller/store/memory.ts";
import type { Store } from "../../../controller/store/store.ts";
import { Asker, admin, nodeManifest, testServer, urls } from "../../support/api-server.ts";
import { crdsUrl, crdWhen, statusOf } from "../../support/crds.ts";

const nodes = `${crdsUrl}/nodes.spore.dev`;

async function withServer(work: (api: Asker) => Promise<void>, store?: Store): Promise<void> {
  await using server = await testServer(store === undefined ? {} : { store });
  await work(new Asker(inProcessTransport(server, admin)));
}

/** Changes what one server left in its store, behind the back of the next. */
async function rewrite(
  store: Store,
  change: (crd: { metadata: { annotations: object }; spec: { names: object } }) => void,
) {
  const key = "/registry/apiextensions.k8s.io/customresourcedefinitions/nodes.spore.dev";
  const entry = await store.get(key);
  const crd = JSON.parse(Buffer.from(entry?.value ?? []).toString());
  change(crd);
  await store.commit([{ key, value: Buffer.from(JSON.stringify(crd)) }]);
}

describe("Our own CRDs", () => {
  it("are there, established, when the server is, and a second start writes nothing", async () => {
    const store = openMemoryStore({ clock: systemClock });
    let revision = 0;
    await withServer(async (api) => {
      const { items } = (await api.get(crdsUrl)).json;
      expect(items.map((crd: { metadata: { name: string } }) => crd.metadata.name)).toEqual(
        ownCrds()
          .map(({ metadata }) => metadata.name)
          .sort(),
      );
      for (const crd of items) expect(statusOf(crd, "Established")).toBe("True");
      revision = await store.revision();
    }, store);
    await withServer(async () => expect(await store.revision()).toBe(revision), store);
  });

  it("are brought up to date by a newer release, and keep what people wrote on them", async () => {
    const store = openMemoryStore({ clock: systemClock });
    await withServer(
      async (api) => void (await api.merge(nodes, { metadata: { annotations: { team: "lab" } } })),
      store,
    );
    await rewrite(store, ({ metadata, spec }) => {
      metadata.annotations = { ...metadata.annotations, "spore.dev/release": "0.0.1" };
      spec.names = { ...spec.names, shortNames: ["old"] };
    });
    await withServer(async (api) => {
      const { json } = await api.get(nodes);
      expect(json).toMatchObject({
        metadata: { annotations: { team: "lab" }, generation: 2 },
        spec: { names: { shortNames: ["sn"] } },
      });
      expect((await api.get("/apis/spore.dev/v1alpha1")).text).toContain('"sn"');
    }, store);
  });

  it("are left as they are by an older release", async () => {
    const store = openMemoryStore({ clock: systemClock });
    await withServer(async () => {}, store);
    await rewrite(store, ({ metadata, spec }) => {
      metadata.annotations = { "spore.dev/release": "99.0.0" };
      spec.names = { ...spec.names, shortNames: ["newer"] };
    });
    await withServer(
      async (api) => expect((await api.get(nodes)).json.spec.names.shortNames).toEqual(["newer"]),
      store,
    );
  });

  it("keep their spec whoever asks, and take labels", () =>
    withServer(async (api) => {
      const refused = await api.merge(nodes, { spec: { names: { shortNames: ["x"] } } });
      expect([refused.status, refused.json.message]).toEqual([
        403,
        expect.stringContaining("comes with this release of spored"),
      ]);
      expect((await api.merge(nodes, { metadata: { labels: { a: "b" } } })).status).toBe(200);
      const [own] = ownCrds().filter(({ metadata }) => metadata.name === "nodes.spore.dev");
      const { resourceVersion } = (await api.get(nodes)).json.metadata;
      const { apiVersion, kind, metadata, spec } = own ?? {};
      expect(
        (await api.put(nodes, { apiVersion, kind, metadata: { ...metadata, resourceVersion }, spec })).status,
      ).toBe(200);
    }));

  it("are deleted only when that is asked for twice, and come back empty", () =>
    withServer(async (api) => {
      await api.post(urls.nodes, nodeManifest("a"));
      const { json } = await api.get(nodes);
      const refused = await api.delete(nodes);
      expect([refused.status, refused.json.message]).toEqual([
        403,
        expect.stringContaining("kubectl annotate crd nodes.spore.dev spore.dev/allow-deletion=true"),
      ]);
      expect((await api.delete(crdsUrl)).status).toBe(403);
      await api.merge(nodes, { metadata: { annotations: { "spore.dev/allow-deletion": "true" } } });
      expect((await api.delete(nodes)).status).toBe(200);
      await crdWhen(
        api,
        "nodes.spore.dev",
        (crd) => crd !== undefined && crd.metadata.uid !== json.metadata.uid && statusOf(crd, "Established") === "True",
      );
      expect((await api.get(urls.nodes)).json.items).toEqual([]);
      expect((await api.post(urls.nodes, nodeManifest("a"))).status).toBe(201);
    }));
});
