import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { NodeGroupRevision } from "../../controller/api/node-group-revision.ts";
import { eventually } from "../reconcilers/control-plane.ts";
import { type Plane, startPlane } from "./plane.ts";
import { never } from "./simulated.ts";

const group = (tier: number) => `apiVersion: spore.dev/v1alpha1
kind: NodeGroup
metadata: {name: lab}
spec:
  selector: {matchLabels: {room: lab}}
  template: {labels: {tier: "${tier}"}, config: [{values: {a: ${tier}}}]}
`;
const key = { namespace: "default", name: "lab" };

/** Processes against a process, with controllers behind them. */
describe("sporectl against a spored", () => {
  let plane: Plane;
  beforeAll(async () => {
    plane = await startPlane();
  });
  afterAll(() => plane[Symbol.asyncDispose]());

  const revisions = async () =>
    (await plane.client.list(NodeGroupRevision, { namespace: "default" }, never)).items.map(({ spec }) => spec.number);
  /** The revision that the group has when its controller has moved on from `before`. */
  const moved = async (before: string | undefined) => {
    const hasMoved = ({ status }: NodeGroup) =>
      status?.updateRevision !== undefined && status.updateRevision !== before;
    const lab = await eventually(plane.client, NodeGroup, "lab", (seen) => seen !== undefined && hasMoved(seen));
    return lab?.status?.updateRevision;
  };

  it("goes forth and back between revisions that the controller made", { timeout: 60_000 }, async () => {
    expect(await plane.sporectl(["diff", "-f", "-"], group(1))).toMatchObject({ code: 1, stderr: "" });
    expect(await plane.sporectl(["apply", "-f", "-"], group(1))).toMatchObject({ code: 0, stderr: "" });
    const first = await moved(undefined);
    expect(await plane.sporectl(["apply", "-f", "-"], group(2))).toMatchObject({ code: 0, stderr: "" });
    const second = await moved(first);
    expect(await plane.sporectl(["diff", "-f", "-"], group(2))).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const undone = await plane.sporectl(["rollout", "undo", "nodegroup/lab"]);
    expect(undone).toMatchObject({ code: 0, stdout: "nodegroup.spore.dev/lab rolled back to revision 1\n" });
    expect(await moved(second)).toBe(first);
    expect((await plane.client.get(NodeGroup, key, never))?.spec.template).toMatchObject({
      config: [{ values: { a: 1 } }],
    });
    expect(await revisions()).toHaveLength(2); // the same content is the same revision
    const again = await plane.sporectl(["rollout", "undo", "nodegroup/lab"]);
    expect(again.stdout).toBe("nodegroup.spore.dev/lab rolled back to revision 2\n");
    expect(await moved(first)).toBe(second);
  });

  it("deletes what a finalizer of the controller guards", { timeout: 60_000 }, async () => {
    const deleted = await plane.sporectl(["delete", "-f", "-"], group(2));
    expect(deleted).toMatchObject({ code: 0, stdout: 'nodegroup.spore.dev "lab" deleted\n', stderr: "" });
    expect(await plane.client.get(NodeGroup, key, never)).toBeUndefined();
  });
});
