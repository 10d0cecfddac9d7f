import { describe, expect, it } from "vitest";
import { ConfigMap, Secret } from "../../../controller/api/core-kinds.ts";
import type { OwnerReference } from "../../../controller/api/meta.ts";
import { NodeGroup } from "../../../controller/api/node-group.ts";
import { NodeGroupRevision } from "../../../controller/api/node-group-revision.ts";
import { type Cluster, eventually, never, startCluster, startControl } from "../control-plane.ts";
import { fastClock, pass } from "../lab.ts";

async function start() {
  const cluster = await startCluster(fastClock);
  await startControl(cluster);
  return cluster;
}

async function configMap(
  { client }: Cluster,
  name: string,
  owners: readonly OwnerReference[] = [],
): Promise<ConfigMap> {
  const metadata = { name, namespace: "default", ownerReferences: owners };
  return await client.create(ConfigMap, { metadata, data: { a: "b" } }, { signal: never });
}

function owner({ metadata }: ConfigMap, more: Partial<OwnerReference> = {}): OwnerReference {
  return { apiVersion: "v1", kind: "ConfigMap", name: metadata.name, uid: metadata.uid ?? "", ...more };
}

const at = (name: string) => ({ namespace: "default", name });
const gone = (object: ConfigMap | undefined) => object === undefined;

describe("the garbage collector", () => {
  it("deletes what an owner leaves behind, down to the last grandchild", async () => {
    const cluster = await start();
    const parent = await configMap(cluster, "parent");
    const child = await configMap(cluster, "child", [owner(parent)]);
    await configMap(cluster, "grandchild", [owner(child)]);
    const free = await configMap(cluster, "free");
    await cluster.client.delete(ConfigMap, at("parent"), { signal: never });
    await eventually(cluster.client, ConfigMap, "grandchild", gone);
    expect(await cluster.client.get(ConfigMap, at("child"), never)).toBeUndefined();
    expect(await cluster.client.get(ConfigMap, at("free"), never)).toEqual(free);
  });

  it("deletes what names an owner that never was, or one that bears its name by chance", async () => {
    const cluster = await start();
    const namesake = await configMap(cluster, "owner");
    await configMap(cluster, "stray", [owner(namesake, { uid: "somebody-else" })]);
    await eventually(cluster.client, ConfigMap, "stray", gone);
    expect(await cluster.client.get(ConfigMap, at("owner"), never)).toBeDefined();
  });

  it("keeps what another owner holds, and strikes the one that left off the list", async () => {
    const cluster = await start();
    const [a, b] = [await configMap(cluster, "a"), await configMap(cluster, "b")];
    await configMap(cluster, "shared", [owner(a), owner(b)]);
    await cluster.client.delete(ConfigMap, at("a"), { signal: never });
    const struck = (object: ConfigMap | undefined) => object?.metadata.ownerReferences?.length === 1;
    const shared = await eventually(cluster.client, ConfigMap, "shared", struck);
    expect(shared?.metadata.ownerReferences).toEqual([owner(b)]);
  });

  it("leaves dependents alone that are orphaned", async () => {
    const cluster = await start();
    const parent = await configMap(cluster, "parent");
    await configMap(cluster, "child", [owner(parent)]);
    await cluster.client.delete(ConfigMap, at("parent"), { signal: never, propagationPolicy: "Orphan" });
    await eventually(cluster.client, ConfigMap, "parent", gone);
    const child = await cluster.client.get(ConfigMap, at("child"), never);
    expect(child?.metadata.ownerReferences ?? []).toEqual([]);
    await pass(cluster, 3_000);
    expect(await cluster.client.get(ConfigMap, at("child"), never)).toBeDefined();
  });

  it("lets an owner in the foreground go after the dependents that block it", async () => {
    const cluster = await start();
    const parent = await configMap(cluster, "parent");
    await configMap(cluster, "child", [owner(parent, { blockOwnerDeletion: true })]);
    const body = { metadata: { finalizers: ["example.org/hold"] } };
    await cluster.client.patch(ConfigMap, at("child"), { type: "merge", body }, { signal: never });
    await cluster.client.delete(ConfigMap, at("parent"), { signal: never, propagationPolicy: "Foreground" });
    const leaving = (object: ConfigMap | undefined) => object?.metadata.deletionTimestamp !== undefined;
    await eventually(cluster.client, ConfigMap, "child", leaving);
    await pass(cluster, 2_000);
    expect(await cluster.client.get(ConfigMap, at("parent"), never)).toBeDefined();
    await cluster.client.patch(
      ConfigMap,
      at("child"),
      { type: "merge", body: { metadata: { finalizers: [] } } },
      { signal: never },
    );
    await eventually(cluster.client, ConfigMap, "parent", gone);
  });

  it("takes a group's revisions and their Secrets with the group", async () => {
    const cluster = await start();
    const spec = { selector: { matchLabels: { room: "lab" } }, template: { config: [{ values: { a: 1 } }] } };
    await cluster.client.create(NodeGroup, { metadata: at("lab"), spec }, { signal: never });
    const named = (group: NodeGroup | undefined) => group?.status?.updateRevision !== undefined;
    const group = await eventually(cluster.client, NodeGroup, "lab", named);
    const revision = group?.status?.updateRevision ?? "";
    expect(await cluster.client.get(Secret, at(`${revision}-config`), never)).toMatchObject({ immutable: true });
    await cluster.client.delete(NodeGroup, at("lab"), { signal: never });
    await eventually(cluster.client, Secret, `${revision}-config`, (secret) => secret === undefined);
    expect(await cluster.client.get(NodeGroupRevision, at(revision), never)).toBeUndefined();
  });
});
