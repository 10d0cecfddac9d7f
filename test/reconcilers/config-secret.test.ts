import { describe, expect, it } from "vitest";
import { Secret } from "../../controller/api/core-kinds.ts";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { eventually, never, stateOf } from "./control-plane.ts";
import { createGroup, isReady, nodeName, startAll } from "./lab.ts";

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

describe("the Secret of a revision", () => {
  it("whose content is not what the revision was made from is refused, and made again once it is deleted", async () => {
    const { fleet, cluster } = await startAll();
    const { client } = cluster;
    const [board] = fleet.nodes;
    const name = nodeName(board);
    await createGroup(cluster, { adoption: "Manual" });
    const lab = await eventually(client, NodeGroup, "lab", (one) => one?.status?.updateRevision !== undefined);
    const secretName = `${lab?.status?.updateRevision}-config`;
    const key = { namespace: "default", name: secretName };
    // The name of a revision follows from its content, so a forger knows it beforehand.
    await client.delete(NodeGroup, { namespace: "default", name: "lab" }, { signal: never });
    await eventually(client, Secret, secretName, (secret) => secret === undefined);
    const data = { "config.json": base64({ telemetry_interval_ms: 7 }), "secret-keys.json": base64([]) };
    await client.create(Secret, { metadata: key, immutable: true, data }, { signal: never });
    await createGroup(cluster);
    const stalled = await eventually(client, Node, name, (node) => stateOf(node, "Stalled") === "True InvalidConfig");
    expect(stalled?.status?.conditions?.find(({ type }) => type === "Stalled")?.message).toContain(secretName);
    expect(board?.uploads).toHaveLength(0);
    expect(board?.state.setting("telemetry_interval_ms")).not.toBe(7);
    await client.delete(Secret, key, { signal: never });
    await eventually(client, Node, name, isReady);
    expect(board?.state.setting("telemetry_interval_ms")).toBe(5000);
  }, 60_000);

  it("is made again when somebody deletes it", async () => {
    const { cluster } = await startAll();
    await createGroup(cluster);
    const lab = await eventually(cluster.client, NodeGroup, "lab", (one) => one?.status?.updateRevision !== undefined);
    const name = `${lab?.status?.updateRevision}-config`;
    const before = await eventually(cluster.client, Secret, name, (secret) => secret !== undefined);
    await cluster.client.delete(Secret, { namespace: "default", name }, { signal: never });
    const again = (secret: Secret | undefined) => secret !== undefined && secret.metadata.uid !== before?.metadata.uid;
    await eventually(cluster.client, Secret, name, again);
  }, 60_000);
});
