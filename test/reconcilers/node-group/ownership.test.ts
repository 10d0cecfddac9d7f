import { expect, it } from "vitest";
import { Secret } from "../../../controller/api/core-kinds.ts";
import { NodeGroup } from "../../../controller/api/node-group.ts";
import { NodeGroupRevision } from "../../../controller/api/node-group-revision.ts";
import { eventually, never, startCluster, startControl } from "../control-plane.ts";
import { fastClock } from "../lab.ts";

const at = (name: string) => ({ namespace: "default", name });

it("a group takes its revisions and their Secrets with it", async () => {
  const cluster = await startCluster(fastClock);
  await startControl(cluster);
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
