import { describe, expect, it } from "vitest";
import { Secret } from "../../controller/api/core-kinds.ts";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { eventually, never, stateOf } from "./control-plane.ts";
import { createGroup, isReady, nodeName, startAll } from "./lab.ts";

describe("an upload of unclear end", () => {
  it("that was taken is not sent again", async () => {
    const { fleet, cluster } = await startAll();
    const [board] = fleet.nodes;
    board?.setFault("reset-after-upload");
    await createGroup(cluster);
    const node = await eventually(cluster.client, Node, nodeName(board), isReady);
    expect(board?.uploads).toHaveLength(1);
    expect(node?.status?.operation).toMatchObject({ phase: "Done", attempt: 1 });
  }, 60_000);

  it("that was not taken is sent again, after the device was watched for a while", async () => {
    const { fleet, cluster } = await startAll();
    const [board] = fleet.nodes;
    board?.setFault("reset-and-forget");
    await createGroup(cluster);
    const name = nodeName(board);
    await eventually(cluster.client, Node, name, (one) => one?.status?.operation?.phase === "Failed");
    board?.clearFault("reset-and-forget");
    const node = await eventually(cluster.client, Node, name, isReady);
    expect(node?.status?.operation).toMatchObject({ phase: "Done", attempt: 2 });
    expect(node?.status?.failedAttempts).toBeUndefined();
    expect(board?.uploads).toHaveLength(2);
  }, 60_000);

  it("after which the device is gone holds up its group, and ends well when it comes back", async () => {
    const { fleet, cluster } = await startAll({ count: 2 });
    for (const board of fleet.nodes) board.setFault("no-wifi");
    await createGroup(cluster);
    await eventually(cluster.client, NodeGroup, "lab", () => fleet.nodes.some(({ uploads }) => uploads.length > 0));
    const hit = fleet.nodes.find(({ uploads }) => uploads.length > 0);
    const name = nodeName(hit);
    const failed = await eventually(
      cluster.client,
      Node,
      name,
      (one) => one?.status?.operation?.phase === "Failed",
      60_000,
    );
    expect(failed?.status?.failedAttempts).toMatchObject({ count: 1, reason: "RebootTimeout" });
    expect(fleet.nodes.map(({ uploads }) => uploads.length).sort()).toEqual([0, 1]);
    for (const board of fleet.nodes) board.clearFault("no-wifi");
    hit?.powerCut();
    hit?.powerOn();
    await eventually(cluster.client, Node, name, isReady);
    expect(hit?.uploads).toHaveLength(1);
  }, 120_000);
});

describe("secrets", () => {
  const data = { ota_token: Buffer.from("t0ken").toString("base64") };

  it("go to a device without a token only where the group says so, and prove themselves afterwards", async () => {
    const { fleet, cluster } = await startAll();
    const [board] = fleet.nodes;
    const metadata = { name: "pins", namespace: "default" };
    await cluster.client.create(Secret, { metadata, data }, { signal: never });
    const template = { firmware: { name: "v110" }, labels: { app: "lab" }, config: [{ secretRef: { name: "pins" } }] };
    await createGroup(cluster, { template });
    const name = nodeName(board);
    const withheld = await eventually(
      cluster.client,
      Node,
      name,
      (one) => stateOf(one, "Stalled") === "True SecretsWithheld",
    );
    expect(JSON.stringify(withheld)).not.toContain("t0ken");
    const key = { namespace: "default", name: "lab" };
    await cluster.client.patch(
      NodeGroup,
      key,
      { type: "merge", body: { spec: { secretsInClear: true } } },
      { signal: never },
    );
    const node = await eventually(cluster.client, Node, name, isReady);
    expect(stateOf(node, "ConfigCurrent")).toBe("True Current");
    // From now on every write needs the token.
    const body = { spec: { template: { labels: { app: "guarded" } } } };
    await cluster.client.patch(NodeGroup, key, { type: "merge", body }, { signal: never });
    await eventually(cluster.client, Node, name, (one) => isReady(one) && board?.state.ownLabels.app === "guarded");
    expect(JSON.stringify(await cluster.client.get(Node, { name }, never))).not.toContain("t0ken");
  }, 60_000);
});
