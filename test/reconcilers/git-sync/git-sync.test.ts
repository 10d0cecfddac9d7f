import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { ConfigMap, Event, Namespace, Secret } from "../../../controller/api/core-kinds.ts";
import { Firmware } from "../../../controller/api/firmware.ts";
import { GitSync, type GitSyncSpec } from "../../../controller/api/git-sync.ts";
import { reconcileAnnotation } from "../../../controller/api/git-sync-requests.ts";
import { ServiceAccount } from "../../../controller/api/identity-kinds.ts";
import { serviceAccountUser } from "../../../controller/apiserver/authn/service-account-tokens.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { controllers, gitSyncs } from "../../../controller/apiserver/user.ts";
import { FactsCache } from "../../../controller/artifacts/facts-cache.ts";
import { silentLogger } from "../../../controller/base/log.ts";
import { seededRandom } from "../../../controller/base/random.ts";
import { apiClient } from "../../../controller/client/api-client.ts";
import { firmwareController } from "../../../controller/reconcilers/firmware.ts";
import { gitSyncController } from "../../../controller/reconcilers/git-sync/git-sync.ts";
import { Mirrors } from "../../../controller/reconcilers/git-sync/mirrors.ts";
import { ServedKinds } from "../../../controller/reconcilers/git-sync/served-kinds.ts";
import { EventRecorder } from "../../../controller/runtime/event-recorder.ts";
import { Manager } from "../../../controller/runtime/manager.ts";
import { gitServer, type TestRepository, testRepository } from "../../support/git-repository.ts";
import { sampleImage } from "../../support/sample-images.ts";
import { sporeKinds } from "../../support/spore-kinds.ts";
import { directoryOfTest } from "../../support/temporary-directory.ts";
import { type Cluster, eventually, never, startCluster, stateOf } from "../control-plane.ts";

const configMap = (name: string, value: string, more = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\ndata: {a: "${value}"}\n`;

describe("a GitSync", () => {
  let directory: string;
  let repository: TestRepository;
  let cluster: Cluster;

  beforeEach(async () => {
    directory = directoryOfTest();
    repository = testRepository(directory);
    cluster = await startCluster();
    await start();
  });

  /** Starts the controller, as a process does that remembers nothing. */
  async function start() {
    const { server, clock, blobs } = cluster;
    const [log, random] = [silentLogger, seededRandom(3)];
    const clientOf = (user: typeof controllers) =>
      apiClient(inProcessTransport(server, user), { clock, userAgent: "spored/1" });
    const manager = new Manager({ client: clientOf(controllers), clock, log, random });
    const { client, caches } = manager;
    const recorder = new EventRecorder({ client, clock, log, random, component: "spored", instance: "test" });
    manager.addRunnable(recorder);
    manager.add(firmwareController({ client, caches, blobs, facts: new FactsCache((digest) => blobs.read(digest)) }));
    manager.add(
      gitSyncController({
        client,
        caches,
        recorder,
        random,
        blobs,
        mirrors: new Mirrors(join(directory, "mirrors")),
        fileRoots: [directory],
        kinds: new ServedKinds(sporeKinds, caches),
        actAs: (account) =>
          clientOf(account === undefined ? gitSyncs : serviceAccountUser(account.namespace ?? "", account.name)),
      }),
    );
    const stopping = new AbortController();
    const ran = manager.run(stopping.signal);
    const stop = async () => {
      stopping.abort();
      await ran;
    };
    onTestFinished(stop);
    return stop;
  }

  let asked = 0;

  async function create(spec: Partial<GitSyncSpec> = {}, name = "fleet") {
    const metadata = { namespace: "default", name };
    await cluster.client.create(GitSync, { metadata, spec: { url: repository.path, ...spec } }, { signal: never });
    return await seen((sync) => sync.status?.conditions !== undefined, name);
  }

  /** Asks for a look at the repository, and waits for its end. */
  async function look(name = "fleet", more: Readonly<Record<string, string>> = {}) {
    asked += 1;
    const annotations = { [reconcileAnnotation]: String(asked), ...more };
    const key = { namespace: "default", name };
    const body = { metadata: { annotations } };
    await cluster.client.patch(GitSync, key, { type: "merge", body }, { signal: never });
    return await seen(({ status }) => status?.lastHandledReconcileAt === String(asked), name);
  }

  async function seen(holds: (sync: GitSync) => boolean, name = "fleet"): Promise<GitSync> {
    const sync = await eventually(cluster.client, GitSync, name, (object) => object !== undefined && holds(object));
    if (sync === undefined) throw new TypeError("there is no GitSync");
    return sync;
  }

  const dataOf = async (name: string, namespace = "default") =>
    (await cluster.client.get(ConfigMap, { namespace, name }, never))?.data?.a;
  const readyOf = (sync: GitSync) => sync.status?.conditions?.find(({ type }) => type === "Ready");
  const namesOf = (sync: GitSync) => sync.status?.inventory?.map(({ name }) => name);

  it("makes the objects what the newest commit says, and back again when it is reverted", async () => {
    const first = repository.commit({ "lab/a.yaml": configMap("a", "1"), "lab/b.yaml": configMap("b", "1") });
    const created = await create({ path: "lab" });
    expect(readyOf(created)).toMatchObject({ status: "True", reason: "Applied" });
    expect(created.status).toMatchObject({ lastAppliedRevision: `main@sha1:${first}`, objects: 2 });
    expect(namesOf(created)).toEqual(["a", "b"]);

    const files = { "lab/a.yaml": configMap("a", "2"), "lab/b.yaml": undefined, "lab/c.yaml": configMap("c", "1") };
    const second = repository.commit(files);
    expect((await look()).status?.lastAppliedRevision).toBe(`main@sha1:${second}`);
    expect([await dataOf("a"), await dataOf("b"), await dataOf("c")]).toEqual(["2", undefined, "1"]);

    repository.git("revert", "--no-edit", second);
    repository.commit({});
    const back = await look();
    expect([await dataOf("a"), await dataOf("b"), await dataOf("c")]).toEqual(["1", "1", undefined]);
    expect(namesOf(back)).toEqual(["a", "b"]);
  });

  it("says what it did, and writes nothing when there is nothing to do", async () => {
    const id = repository.commit({ "a.yaml": configMap("a", "1") }, { message: "Begin the fleet" });
    await create();
    const before = (await cluster.client.get(ConfigMap, { namespace: "default", name: "a" }, never))?.metadata;
    await look();
    const after = (await cluster.client.get(ConfigMap, { namespace: "default", name: "a" }, never))?.metadata;
    expect(after?.resourceVersion).toBe(before?.resourceVersion);
    const { items } = await cluster.client.list(Event, { namespace: "default" }, never);
    expect(items.map(({ reason, message }) => [reason, message])).toEqual([
      ["Applied", `Applied main@sha1:${id.slice(0, 12)} (Begin the fleet): 1 created, 0 configured, 0 deleted.`],
    ]);
  });

  it("changes nothing for one bad document, names it, and goes on when it is mended", async () => {
    const good = repository.commit({ "a.yaml": configMap("a", "1") });
    await create();
    repository.commit({
      "a.yaml": configMap("a", "2"),
      "lab/b.yaml": "apiVersion: v1\nkind: ConfigMop\nmetadata: {name: b}\n",
    });
    const failed = await look();
    expect(readyOf(failed)).toMatchObject({
      status: "False",
      reason: "InvalidManifest",
      message: "lab/b.yaml:2:1: kind: unknown kind ConfigMop in v1; nothing was changed",
    });
    expect(stateOf(failed, "Stalled")).toBe("True InvalidManifest");
    expect(failed.status?.lastAppliedRevision).toBe(`main@sha1:${good}`);
    expect(await dataOf("a")).toBe("1");

    repository.commit({ "lab/b.yaml": configMap("b", "1") });
    const mended = await look();
    expect([stateOf(mended, "Ready"), stateOf(mended, "Stalled")]).toEqual(["True Applied", "none"]);
    expect([await dataOf("a"), await dataOf("b")]).toEqual(["2", "1"]);
  });

  it("changes nothing when the server refuses one object of the commit", async () => {
    repository.commit({ "a.yaml": configMap("a", "1"), "b.yaml": configMap("Not_A_Name", "1") });
    const failed = await create();
    expect(readyOf(failed)?.message).toContain("b.yaml:3:12: metadata.name");
    expect(await dataOf("a")).toBeUndefined();
  });

  it("mends what somebody changed, and takes away what only they said when the repository says otherwise", async () => {
    repository.commit({ "a.yaml": configMap("a", "1") });
    await create();
    const key = { namespace: "default", name: "a" };
    const body = { data: { a: "mine", b: "also mine" } };
    await cluster.client.patch(ConfigMap, key, { type: "merge", body }, { signal: never });
    await look();
    const object = await cluster.client.get(ConfigMap, key, never);
    expect(object?.data).toEqual({ a: "1", b: "also mine" }); // the repository says nothing of b
  });

  it("refuses to delete more than spec.maxPruned allows, unless a person approves the commit", async () => {
    const files = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [`${name}.yaml`, configMap(name, "1")]));
    repository.commit(files);
    await create();
    const id = repository.commit({ "a.yaml": undefined, "b.yaml": undefined, "c.yaml": configMap("c", "2") });
    const refused = await look();
    expect(readyOf(refused)).toMatchObject({ status: "False", reason: "PruneRefused" });
    expect(readyOf(refused)?.message).toContain(
      "2 of 5 objects left the repository, and spec.maxPruned allows 1 at once",
    );
    expect([await dataOf("a"), await dataOf("c")]).toEqual(["1", "1"]);
    const approved = await look("fleet", { "spore.dev/prune-approved": id });
    expect(namesOf(approved)).toEqual(["c", "d", "e"]);
    expect([await dataOf("a"), await dataOf("b"), await dataOf("c")]).toEqual([undefined, undefined, "2"]);
  });

  it("deletes nothing that somebody made anew", async () => {
    repository.commit({ "a.yaml": configMap("a", "1"), "b.yaml": configMap("b", "1") });
    await create();
    await cluster.client.delete(ConfigMap, { namespace: "default", name: "a" }, { signal: never });
    await cluster.client.create(
      ConfigMap,
      { metadata: { namespace: "default", name: "a" }, data: { a: "own" } },
      { signal: never },
    );
    repository.commit({ "a.yaml": undefined });
    expect(namesOf(await look())).toEqual(["b"]);
    expect(await dataOf("a")).toBe("own");
  });

  it("stays in its namespace", async () => {
    await cluster.client.create(Namespace, { metadata: { name: "other" } }, { signal: never });
    repository.commit({ "a.yaml": configMap("a", "1", ", namespace: other") });
    const refused = await create();
    expect(readyOf(refused)).toMatchObject({ reason: "InvalidManifest" });
    expect(readyOf(refused)?.message).toContain(
      "a.yaml:3:21: metadata.namespace: is other, and the GitSync is in default",
    );
    expect(await dataOf("a", "other")).toBeUndefined();
  });

  it("has the rights of its ServiceAccount, and no others", async () => {
    repository.commit({ "a.yaml": configMap("a", "1") });
    const lacking = await create({ serviceAccountName: "nobody" });
    expect(readyOf(lacking)).toMatchObject({ reason: "ReferenceNotFound" });
    await cluster.client.create(
      ServiceAccount,
      { metadata: { namespace: "default", name: "nobody" } },
      { signal: never },
    );
    const refused = await look();
    expect(readyOf(refused)).toMatchObject({ status: "False" });
    expect(readyOf(refused)?.message).toContain(
      'User "system:serviceaccount:default:nobody" cannot get resource "configmaps"',
    );
    expect(await dataOf("a")).toBeUndefined();
  });

  it("leaves an object to the GitSync that brought it first", async () => {
    repository.commit({ "a.yaml": configMap("a", "1") });
    await create({}, "first");
    const refused = await create({}, "second");
    expect(readyOf(refused)?.message).toContain("a.yaml:1:1: belongs to the gitsync/default/first already");
  });

  it("uploads the images that lie beside their Firmware", async () => {
    const image = sampleImage({ version: "1.2.3" });
    const text = [
      "apiVersion: spore.dev/v1alpha1",
      "kind: Firmware",
      "metadata: {name: sensor-1.2.3}",
      "spec: {family: spore, platform: esp8266, version: 1.2.3, artifacts: [{path: images/sensor.bin, role: image}]}",
    ].join("\n");
    repository.commit({ "lab/f.yaml": text, "lab/images/sensor.bin": image });
    await create({ path: "lab" });
    const ready = await seen((sync) => stateOf(sync, "Ready") === "True Applied");
    expect(ready.status?.objects).toBe(1);
    const firmware = await cluster.client.get(Firmware, { namespace: "default", name: "sensor-1.2.3" }, never);
    expect(stateOf(firmware, "Ready")).toBe("True Verified");
    expect(firmware?.spec.artifacts[0]?.size).toBe(image.length);
  });

  it("is not Ready before everything from it is", async () => {
    const digest = "0".repeat(64);
    const artifact = `{path: gone.bin, role: image, size: 10, sha256: "${digest}"}`;
    repository.commit({
      "f.yaml": `apiVersion: spore.dev/v1alpha1\nkind: Firmware\nmetadata: {name: f}\nspec: {family: spore, platform: esp8266, version: 1.0.0, artifacts: [${artifact}]}\n`,
    });
    await create();
    const waiting = await seen((sync) => readyOf(sync)?.message.includes("Nobody has uploaded") === true);
    expect([stateOf(waiting, "Ready"), stateOf(waiting, "Reconciling")]).toEqual([
      "False Progressing",
      "True Progressing",
    ]);
  });

  it("rests while it is suspended", async () => {
    repository.commit({ "a.yaml": configMap("a", "1") });
    const resting = await create({ suspend: true });
    expect(stateOf(resting, "Ready")).toBe("Unknown Suspended");
    expect(await dataOf("a")).toBeUndefined();
    const key = { namespace: "default", name: "fleet" };
    await cluster.client.patch(GitSync, key, { type: "merge", body: { spec: { suspend: false } } }, { signal: never });
    await seen((sync) => stateOf(sync, "Ready") === "True Applied");
  });

  it("says what is wrong with the repository, and hears when it is mended", async () => {
    const missing = await create({ branch: "trunk" });
    expect(readyOf(missing)).toMatchObject({ status: "False", reason: "FetchFailed" });
    expect(stateOf(missing, "Reconciling")).toBe("True FetchFailed");
    repository.commit({ "a.yaml": configMap("a", "1") }, { branch: "trunk" });
    expect(stateOf(await look(), "Ready")).toBe("True Applied");
    expect(await dataOf("a")).toBe("1");
  });

  it("reads over HTTPS, with the password of its Secret", async () => {
    repository.commit({ "a.yaml": configMap("a", "1") });
    await using server = await gitServer({ root: directory, demands: "me:hunter2" });
    const url = `${server.url}/fleet.git`;
    const waiting = await create({ url, secretRef: { name: "git" } });
    expect(readyOf(waiting)).toMatchObject({ reason: "ReferenceNotFound" });
    const stringData = { username: "me", password: "hunter2", "ca.crt": server.authorities };
    await cluster.client.create(
      Secret,
      { metadata: { namespace: "default", name: "git" }, stringData },
      { signal: never },
    );
    expect(stateOf(await look(), "Ready")).toBe("True Applied");
  });

  it("does not forget what came from the repository when the process ends", async () => {
    repository.commit({ "a.yaml": configMap("a", "1"), "b.yaml": configMap("b", "1") });
    await create();
    const stop = await start(); // both work at once for a moment: that must do no harm either
    await stop();
    repository.commit({ "a.yaml": undefined });
    expect(namesOf(await look())).toEqual(["b"]);
  });
});
