import { createHash } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { createLiveServer } from "../../../controller/apiserver/aggregated/live-server.ts";
import type { Attributes } from "../../../controller/apiserver/authz/attributes.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { anonymous, type User } from "../../../controller/apiserver/user.ts";
import { openBlobStore } from "../../../controller/artifacts/blob-store.ts";
import { systemClock } from "../../../controller/base/clock.ts";
import { SporeError } from "../../../controller/base/errors.ts";
import { silentLogger } from "../../../controller/base/log.ts";
import { seededRandom } from "../../../controller/base/random.ts";
import { LiveNodes } from "../../../controller/drivers/live-nodes.ts";
import { Sightings } from "../../../controller/drivers/sightings.ts";
import { Asker, admin, urls } from "../../support/api-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const ada: User = { name: "ada", groups: ["system:authenticated"] };
const artifacts = "/apis/live.spore.dev/v1alpha1/artifacts";

/** A server whose one device was heard, and that lets Ada read and nobody else do anything. */
async function open({ keepsImages = true } = {}) {
  const directory = await temporaryDirectory();
  const sightings = new Sightings(systemClock);
  const live = new LiveNodes(systemClock, sightings);
  const asked: Attributes[] = [];
  const state = { ready: true };
  const server = createLiveServer({
    live,
    artifacts: keepsImages ? await openBlobStore(directory.path, systemClock) : undefined,
    checks: [{ name: "parts", run: async () => void expect(state.ready).toBe(true) }],
    metrics: async () => "spore_devices 1\n",
    authorize: async (user, wanted) => {
      asked.push(wanted);
      const isReading = ["get", "list", "watch", "head"].includes(wanted.verb);
      if (user.name !== "ada" || !isReading) throw new SporeError("SPORE_FORBIDDEN", "no");
    },
    clock: systemClock,
    random: seededRandom(1),
    log: silentLogger,
  });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    sightings.stop();
    await directory[Symbol.asyncDispose]();
  });
  sightings.heard({ family: "spore", hostname: "esp_A1B2C3", address: "127.0.0.9", uptimeSeconds: 5 });
  const as = (user: User) => new Asker(inProcessTransport(server, user));
  return { server, sightings, as, asked, state };
}

it("a live server shows livenodes as our own API server does: lists, tables and watches", async () => {
  const { as, asked, sightings } = await open();
  const list = await as(ada).get(urls.liveNodes);
  expect(list.json).toMatchObject({ kind: "LiveNodeList", items: [{ metadata: { name: "esp-a1b2c3" } }] });
  const table = await as(ada).get(urls.liveNodes, { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" });
  expect(table.json.rows[0].cells.slice(0, 3)).toEqual(["esp-a1b2c3", "Active", "127.0.0.9"]);
  expect((await as(ada).get(`${urls.liveNodes}/esp-a1b2c3`)).json.status.address).toBe("127.0.0.9");
  expect((await as(ada).get(`${urls.liveNodes}/esp-other`)).status).toBe(404);
  await using watch = await as(ada).watch(`${urls.liveNodes}?watch=true`);
  expect(await watch.take(1)).toEqual(["ADDED esp-a1b2c3"]);
  sightings.heard({ family: "spore", hostname: "esp_A1B2C4", address: "127.0.0.10" });
  expect(await watch.take(1)).toEqual(["ADDED esp-a1b2c4"]);
  expect(asked.map(({ verb }) => verb)).toEqual(["list", "list", "get", "get", "watch"]);
  expect(asked[0]).toMatchObject({ kind: "resource", group: "live.spore.dev", plural: "livenodes" });
});

it("a live server describes its group to an API server in front, and nothing else", async () => {
  const { as } = await open();
  const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const groups = await as(ada).get("/apis", { accept: aggregated });
  expect(groups.json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
    "live.spore.dev",
  ]);
  const resources = await as(ada).get("/apis/live.spore.dev/v1alpha1");
  expect(resources.json.resources).toMatchObject([{ name: "livenodes", kind: "LiveNode" }]);
  expect(Object.keys((await as(ada).get("/openapi/v3")).json.paths)).toContain("apis/live.spore.dev/v1alpha1");
  for (const path of ["/api/v1/namespaces", urls.nodes, `${urls.liveNodes}/a/status`, "/nowhere"])
    expect([path, (await as(admin).get(path)).status]).toEqual([path, 404]);
  for (const verb of ["post", "put", "merge"] as const)
    expect([verb, (await as(admin)[verb](urls.liveNodes, {})).status]).toEqual([verb, 405]);
});

it("a live server keeps images under both addresses", async () => {
  const { as } = await open();
  const bytes = Buffer.from("an image");
  const digest = createHash("sha256").update(bytes).digest("hex");
  const type = { "content-type": "application/octet-stream" };
  const put = await as(admin).send("PUT", `${artifacts}/${digest}`, { headers: type, body: bytes });
  expect([put.status, put.json]).toEqual([201, { digest: `sha256:${digest}`, sizeBytes: 8 }]);
  expect((await as(ada).get(`${artifacts}/${digest}`)).text).toBe("an image");
  const part = await as(ada).get(`/artifacts/sha256/${digest}`, { range: "bytes=3-7" });
  expect([part.status, part.text]).toEqual([206, "image"]);
  const forged = await as(admin).send("PUT", `${artifacts}/${"0".repeat(64)}`, { headers: type, body: bytes });
  expect(forged.json.message).toContain("have the SHA-256");
  for (const path of [`${artifacts}/${digest}`, `/artifacts/sha256/${digest}`])
    expect([path, (await as(ada).send("PUT", path, { body: bytes })).status]).toEqual([path, 403]);
});

it("a live server says that another one keeps the images", async () => {
  const { as } = await open({ keepsImages: false });
  const answer = await as(admin).get(`/artifacts/sha256/${"0".repeat(64)}`);
  expect([answer.status, answer.json.message]).toEqual([404, expect.stringContaining("kept by the API server")]);
});

it("a live server answers nobody as somebody else", async () => {
  const { server } = await open();
  const request = { method: "GET", path: urls.liveNodes, query: new URLSearchParams(), headers: {} } as const;
  const asEve = { user: "eve", groups: [], uid: "", extra: {} };
  const answer = await server.handle({ ...request, signal: new AbortController().signal }, admin, asEve);
  expect(answer.status).toBe(400);
});

it("a live server tells nobody in particular whether it lives, and no more", async () => {
  const { as, server, state } = await open();
  const nobody = as(anonymous);
  for (const path of ["/healthz", "/livez", "/readyz", "/version"]) expect((await nobody.get(path)).status).toBe(200);
  for (const path of [urls.liveNodes, "/apis", "/openapi/v2", "/metrics", artifacts, "/nowhere"])
    expect([path, (await nobody.get(path)).status]).toEqual([path, 401]);
  expect((await as({ name: "eve", groups: ["system:authenticated"] }).get("/metrics")).status).toBe(403);
  expect((await as(ada).get("/metrics")).text).toBe("spore_devices 1\n");
  state.ready = false;
  expect((await nobody.get("/readyz")).status).toBe(500);
  state.ready = true;
  server.retire();
  expect([(await nobody.get("/readyz")).status, (await nobody.get("/livez")).status]).toEqual([500, 200]);
  server.drain();
  expect((await as(ada).get(urls.liveNodes)).status).toBe(503);
});
