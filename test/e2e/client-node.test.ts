import {
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  Watch,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { sleep, systemClock } from "../../controller/base/clock.ts";
import { randomInteger, seededRandom } from "../../controller/base/random.ts";
import { openMemoryStore } from "../../controller/store/memory.ts";
import { Asker, admin, configMap, groupManifest, nodeManifest, urls } from "../support/api-server.ts";
import { type HttpsServer, httpsServer, type TestIdentity, testIdentity } from "../support/https-server.ts";
import { isLongRun } from "../support/long-run.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const never = new AbortController().signal;
const namespace = "default";
let identity: TestIdentity;
beforeAll(async () => {
  identity = await testIdentity();
});
afterAll(() => identity[Symbol.asyncDispose]());

/** A server that can be restarted, behind a wire that can be cut; what it stores stays. */
async function open() {
  const store = openMemoryStore({ clock: systemClock });
  const proxy = await TcpProxy.open();
  let server: HttpsServer | undefined;
  const start = async () => {
    server = await httpsServer(identity, { store });
    proxy.target = server.listener;
  };
  const stop = async () => {
    proxy.target = undefined;
    await server?.[Symbol.asyncDispose]();
  };
  await start();
  onTestFinished(async () => {
    await stop();
    await proxy[Symbol.asyncDispose]();
  });
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [
      {
        name: "spore",
        server: `https://127.0.0.1:${proxy.port}`,
        caData: Buffer.from(identity.credentials.authority.certificate).toString("base64"),
      },
    ],
    users: [{ name: "admin", token: identity.token }],
    contexts: [{ name: "spore", cluster: "spore", user: "admin" }],
    currentContext: "spore",
  });
  const ask = () => {
    if (!server) throw new TypeError("the server does not run");
    return new Asker(inProcessTransport(server.api, admin));
  };
  return { store, proxy, config, start, stop, ask };
}

describe("@kubernetes/client-node", () => {
  it("creates, reads, changes, lists and deletes typed objects whose bodies do not say their kind", async () => {
    const { config } = await open();
    const core = config.makeApiClient(CoreV1Api);
    const made = await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: "a" }, data: { x: "1" } },
    });
    expect(made).toMatchObject({ kind: "ConfigMap", metadata: { name: "a", namespace }, data: { x: "1" } });
    const patched = await core.patchNamespacedConfigMap(
      { name: "a", namespace, body: { data: { y: "2" } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
    expect(patched.data).toEqual({ x: "1", y: "2" });
    const jsonPatched = await core.patchNamespacedConfigMap({
      name: "a",
      namespace,
      body: [{ op: "remove", path: "/data/x" }],
    });
    expect(jsonPatched.data).toEqual({ y: "2" });
    await expect(
      core.replaceNamespacedConfigMap({ name: "a", namespace, body: { ...made, data: {} } }),
    ).rejects.toMatchObject({ code: 409 });
    const { items } = await core.listNamespacedConfigMap({ namespace });
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(["a"]);
    const gone = await core.deleteNamespacedConfigMap({ name: "a", namespace });
    expect(gone.status).toBe("Success");
    await expect(core.readNamespacedConfigMap({ name: "a", namespace })).rejects.toMatchObject({ code: 404 });
  });

  it("finds our kinds by discovery, and applies them on the server's side", async () => {
    const { config } = await open();
    const objects = KubernetesObjectApi.makeApiClient(config);
    const made = await objects.create(nodeManifest("n1"));
    expect(made).toMatchObject({ kind: "Node", metadata: { name: "n1" } });
    const group = { ...groupManifest("g1"), metadata: { name: "g1", namespace } };
    const applied = await objects.patch<KubernetesObject>(
      group,
      undefined,
      undefined,
      "test",
      true,
      PatchStrategy.ServerSideApply,
    );
    expect(applied).toMatchObject({ kind: "NodeGroup", metadata: { name: "g1" } });
    const read = await objects.read({
      apiVersion: "spore.dev/v1alpha1",
      kind: "NodeGroup",
      metadata: { name: "g1", namespace },
    });
    expect(read.metadata?.uid).toBe(applied.metadata?.uid);
    const all = await objects.list("spore.dev/v1alpha1", "Node");
    expect(all.items.map(({ metadata }) => metadata?.name)).toEqual(["n1"]);
    const custom = config.makeApiClient(CustomObjectsApi);
    const version = { group: "spore.dev", version: "v1alpha1", plural: "nodes" };
    expect(await custom.getClusterCustomObject({ ...version, name: "n1" })).toMatchObject({ kind: "Node" });
    await objects.delete(made);
    await expect(objects.read({ ...made, metadata: { name: "n1" } })).rejects.toMatchObject({ code: 404 });
  });

  it("watches, with a selector and from a resource version", async () => {
    const { config, ask } = await open();
    const seen: string[] = [];
    const watching = await new Watch(config).watch(
      urls.configMaps,
      { labelSelector: "room=lab", resourceVersion: (await ask().get(urls.configMaps)).json.metadata.resourceVersion },
      (type, object) => void seen.push(`${type} ${object.metadata.name}`),
      () => {},
    );
    onTestFinished(() => watching.abort());
    await ask().post(urls.configMaps, configMap("in", {}, { labels: { room: "lab" } }));
    await ask().post(urls.configMaps, configMap("out"));
    await ask().merge(`${urls.configMaps}/in`, { metadata: { labels: { room: "hall" } } });
    await expect.poll(() => seen).toEqual(["ADDED in", "DELETED in"]);
  });

  it.each(Array.from({ length: isLongRun ? 60 : 3 }, (_, index) => index + 1))(
    "has in its informer's cache what the server lists, after every storm: seed %i",
    async (seed) => {
      const random = seededRandom(seed);
      const chance = (share: number) => random() < share;
      const { store, proxy, config, start, stop, ask } = await open();
      const core = config.makeApiClient(CoreV1Api);
      const informer = makeInformer<V1ConfigMap>(config, urls.configMaps, () =>
        core.listNamespacedConfigMap({ namespace }),
      );
      let isOver = false;
      let connections = 0;
      informer.on("connect", () => {
        connections += 1;
      });
      // It stops at every error but a clean end; whoever uses it starts it again.
      informer.on("error", () => {
        if (!isOver) void sleep(systemClock, 20, never).then(() => informer.start());
      });
      await informer.start();
      onTestFinished(async () => {
        isOver = true;
        await informer.stop();
      });
      const write = async () => {
        const name = `c${randomInteger(random, 0, 9)}`;
        const path = `${urls.configMaps}/${name}`;
        if (chance(0.25)) await ask().delete(path);
        else if ((await ask().merge(path, { data: { value: String(random()) } })).status === 404)
          await ask().post(urls.configMaps, configMap(name, { value: String(random()) }));
      };
      for (let storm = 0; storm < 4; storm++) {
        for (let step = 0; step < 30; step++) {
          await write();
          if (chance(0.1)) proxy.cut();
          if (chance(0.05)) {
            const away = proxy.target;
            proxy.target = undefined;
            proxy.cut();
            for (let more = 0; more < 5; more++) await write();
            if (chance(0.7)) await store.compact(await store.revision());
            proxy.target = away;
          }
          if (chance(0.03)) {
            await stop();
            await start();
          }
          if (chance(0.2)) await sleep(systemClock, 5, never);
        }
        const { json } = await ask().get(urls.configMaps);
        const listed = json.items.map(({ metadata }: V1ConfigMap) => `${metadata?.name} ${metadata?.resourceVersion}`);
        const cached = () =>
          informer.list(namespace).map(({ metadata }) => `${metadata?.name} ${metadata?.resourceVersion}`);
        await expect.poll(() => cached().sort(), { timeout: 10_000 }).toEqual(listed.sort());
      }
      expect(connections).toBeGreaterThan(4); // it was a storm
    },
    60_000,
  );
});
