import { describe, expect, it } from "vitest";
import { Firmware } from "../../controller/api/firmware.ts";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { encodeDescriptor } from "../../controller/artifacts/firmware-descriptor.ts";
import { packHostImage } from "../../controller/artifacts/host-image-writer.ts";
import { nodeNameOf } from "../../controller/drivers/node-name.ts";
import { physicsPresets } from "../../controller/simulator/spore/physics.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { eventually, stateOf } from "../reconcilers/control-plane.ts";
import { sampleDescriptor } from "../support/sample-images.ts";
import { converged, never, push, pushFile, startStage, wantFirmware } from "./simulated.ts";

const next = { name: "lab-sensor", version: "1.1.0", sizeBytes: 64_000 };
const hostProgram = packHostImage({
  program: encodeDescriptor({ ...sampleDescriptor, platform: "host" }),
  key: new Uint8Array(32),
});
const limitMs = 45_000;
const only = <T>(items: readonly T[]): T => {
  const [first] = items;
  if (first === undefined || items.length !== 1) throw new TypeError(`expected one, got ${items.length}`);
  return first;
};

describe.concurrent("a fleet with something wrong in it", { timeout: 120_000 }, () => {
  it("a node that lies about its version is tried three times", async () => {
    await using stage = await startStage({ faults: [{ name: "lying-version", share: 1 }] });
    const { plane, fleet } = stage;
    await wantFirmware(plane, await push(plane, next));
    const liar = only(fleet.nodes);
    const stalled = await eventually(
      plane.client,
      Node,
      nodeNameOf(liar.board.hostname),
      (node) => stateOf(node, "Stalled").startsWith("True"),
      limitMs,
    );
    expect(stateOf(stalled, "Stalled")).toBe("True VersionMismatch");
    expect(liar.uploads.map(({ outcome }) => outcome)).toEqual(["accepted", "accepted", "accepted"]);
    await eventually(plane.client, NodeGroup, "lab", (lab) => stateOf(lab, "Stalled").startsWith("True"), limitMs);
    const events = await plane.sporectl(["describe", "node", stalled?.metadata.name ?? ""]);
    expect(events.stdout).toContain("VersionMismatch");
  });

  it("an image that crashes stalls the group after one node", async () => {
    await using stage = await startStage({ count: 6 });
    const { plane, fleet } = stage;
    await wantFirmware(plane, await push(plane, { ...next, crashes: true }));
    const lab = await eventually(
      plane.client,
      NodeGroup,
      "lab",
      (group) => stateOf(group, "Stalled").startsWith("True"),
      limitMs,
    );
    expect(lab?.status?.failedNodes).toBe(1);
    expect(fleet.nodes.filter(({ uploads }) => uploads.length > 0)).toHaveLength(1);
  });

  it("another board on a known address is never written to", async () => {
    await using stage = await startStage({});
    const { plane, fleet } = stage;
    const old = await push(plane, { ...next, version: "1.0.1" });
    await wantFirmware(plane, old);
    await converged(stage);
    await wantFirmware(plane, old, { adoption: "Manual" });
    const node = only(fleet.nodes);
    const before = node.uploads.length;
    const name = nodeNameOf(node.board.hostname);
    node.state.faults.set("foreign-identity");
    node.powerCut();
    node.powerOn();
    await wantFirmware(plane, await push(plane, next), { adoption: "Manual" });
    const isAway = (known: Node | undefined) =>
      ["False Conflict", "False Unreachable"].includes(stateOf(known, "Ready"));
    await eventually(plane.client, Node, name, isAway, limitMs);
    const strangers = async () =>
      (await plane.client.list(Node, {}, never)).items.filter((each) => each.metadata.name !== name);
    await expect.poll(strangers, { timeout: limitMs }).toHaveLength(1);
    const [stranger] = await strangers();
    expect([stranger?.spec.owner, stranger?.status?.address]).toEqual([undefined, node.board.address]);
    expect(node.uploads).toHaveLength(before);
  });

  it("a group can be paused, a node released, a group and a Firmware deleted, and no board is touched", async () => {
    await using stage = await startStage({
      count: 3,
      physics: { ...physicsPresets.quick, transferBytesPerSecond: 1e6 },
    });
    const { plane, fleet } = stage;
    const old = await push(plane, { ...next, version: "1.0.1" });
    await wantFirmware(plane, old);
    await converged(stage);
    const uploads = () => fleet.nodes.map((node) => node.uploads.length);
    const boots = () => fleet.nodes.map((node) => node.state.bootId);
    const [quietUploads, quietBoots] = [uploads(), boots()];
    expect(quietUploads).toEqual([1, 1, 1]);
    expect((await plane.sporectl(["pause", "nodegroup/lab"])).code).toBe(0);
    const wanted = await push(plane, next);
    await wantFirmware(plane, wanted, { paused: true });
    const first = only(fleet.nodes.slice(0, 1));
    const name = nodeNameOf(first.board.hostname);
    expect((await plane.sporectl(["release", name])).code).toBe(0);
    await eventually(plane.client, Node, name, (node) => stateOf(node, "Owned").startsWith("False"), limitMs);
    expect((await plane.sporectl(["delete", "nodegroup", "lab"])).code).toBe(0);
    expect((await plane.sporectl(["delete", "firmware", old, wanted])).code).toBe(0);
    for (const node of fleet.nodes.slice(1)) {
      const other = nodeNameOf(node.board.hostname);
      await eventually(plane.client, Node, other, (found) => found?.spec.assignment?.group === undefined, limitMs);
    }
    expect((await plane.client.list(Firmware, {}, never)).items).toEqual([]);
    expect(await plane.client.get(NodeGroup, { namespace: "default", name: "lab" }, never)).toBeUndefined();
    expect([uploads(), boots()]).toEqual([quietUploads, quietBoots]);
    expect((await plane.client.list(Node, {}, never)).items).toHaveLength(3);
  });

  it("a node that is paused is left alone, in the middle of an upload too, until it is resumed", async () => {
    const physics = { ...physicsPresets.quick, transferBytesPerSecond: 50_000 };
    await using stage = await startStage({ count: 2, physics });
    const { plane, fleet } = stage;
    const [first, second] = fleet.nodes;
    if (!first || !second) throw new TypeError("two nodes were wanted");
    const name = nodeNameOf(first.board.hostname);
    const firmware = await push(plane, { ...next, sizeBytes: 480_000 });
    await wantFirmware(plane, firmware, { strategy: { maxUnavailable: 2 } });
    const isUnderWay = (node: Node | undefined) => node?.status?.operation?.phase === "Transferring";
    await eventually(plane.client, Node, name, isUnderWay, limitMs);
    // The operation is written down before the first byte leaves; here the board shall have had some.
    await expect.poll(() => first.uploads.some(({ bytes }) => bytes > 0), { timeout: limitMs, interval: 5 }).toBe(true);
    const body = { spec: { paused: true } }; // as `sporectl pause` does, and sooner
    await plane.client.patch(Node, { name }, { type: "merge", body }, { signal: never });
    await eventually(plane.client, Node, name, (node) => !isUnderWay(node), limitMs);
    const other = nodeNameOf(second.board.hostname);
    await eventually(plane.client, Node, other, (node) => node?.status?.firmware?.version === "1.1.0", limitMs);
    const boot = first.state.bootId;
    first.powerCut();
    first.powerOn(); // with what it had: reason enough to flash it, were it not paused
    await eventually(plane.client, Node, name, (node) => (node?.status?.bootId ?? boot) !== boot, limitMs);
    expect(first.uploads.map(({ outcome }) => outcome)).toEqual(["aborted"]);
    expect(second.uploads.map(({ outcome }) => outcome)).toEqual(["accepted"]);
    expect(await plane.sporectl(["resume", name])).toMatchObject({ code: 0 });
    await converged(stage);
    expect(first.uploads.map(({ outcome }) => outcome)).toEqual(["aborted", "accepted"]);
  });

  it("rolls back when the old version is applied again", async () => {
    await using stage = await startStage({ count: 2 });
    const { plane, fleet } = stage;
    const old = await push(plane, { ...next, version: "1.0.1" });
    const wanted = await push(plane, next);
    for (const firmware of [old, wanted, old]) {
      await wantFirmware(plane, firmware);
      await converged(stage);
      const version = firmware.slice(-5);
      const { items } = await plane.client.list(Node, {}, never);
      expect(items.map(({ status }) => status?.firmware?.version)).toEqual([version, version]);
    }
    const digests = fleet.nodes.map(({ uploads }) => uploads.map(({ digest }) => digest));
    for (const [first, second, third] of digests) expect([first !== second, first === third]).toEqual([true, true]);
  });
});

const upstreamPort = process.getuid?.() === 0 ? 80 : undefined;

describe.concurrent("boards with upstream firmware", { timeout: 120_000 }, () => {
  for (const profile of ["upstream-g1", "upstream-g2", "upstream-g3"] as const) {
    it.skipIf(upstreamPort === undefined)(`${profile} converges (needs port 80)`, async () => {
      await using stage = await startStage({ count: 2, profile, httpPort: 80 });
      const { plane, fleet } = stage;
      await wantFirmware(plane, await push(plane, next), {
        template: { firmware: { name: "lab-sensor-1.1.0" }, config: [{ values: { telemetry_interval_ms: 5000 } }] },
      });
      await converged(stage, 90);
      expect(fleet.nodes.map(({ uploads }) => uploads.map(({ outcome }) => outcome))).toEqual([
        ["accepted"],
        ["accepted"],
      ]);
      const { items } = await plane.client.list(Node, {}, never);
      for (const node of items) expect(stateOf(node, "ConfigCurrent")).toBe("Unknown NotSupported");
    });
  }

  it.skipIf(upstreamPort === undefined)(
    "are adopted one after the other, as the README says (needs port 80)",
    async () => {
      await using stage = await startStage({ count: 3, profile: "upstream-g3", httpPort: 80 }, []);
      const { plane, fleet } = stage;
      const names = fleet.nodes.map(({ board }) => nodeNameOf(board.hostname));
      for (const name of names)
        await eventually(plane.client, Node, name, (node) => stateOf(node, "Ready") === "False Unowned", limitMs);
      const image = simulatedImage({ ...next, anonymous: true });
      const firmware = await pushFile(plane, { name: "base", version: "1.2.0" }, image);
      const selector = { matchLabels: { room: "greenhouse" } };
      await wantFirmware(plane, firmware, { selector, adoption: "Manual" });
      const [pilot = "", ...rest] = names;
      expect((await plane.sporectl(["label", "node", pilot, "room=greenhouse"])).code).toBe(0);
      expect((await plane.sporectl(["label", "node", ...rest, "room=greenhouse"])).code).toBe(0);
      await eventually(plane.client, NodeGroup, "lab", (lab) => lab?.status?.unownedNodes === 3, limitMs);
      expect(fleet.nodes.flatMap(({ uploads }) => uploads)).toEqual([]);
      expect((await plane.sporectl(["adopt", pilot, "-n", "default"])).code).toBe(0);
      await eventually(
        plane.client,
        Node,
        pilot,
        (node) => stateOf(node, "FirmwareCurrent").startsWith("True"),
        limitMs,
      );
      expect(fleet.nodes.map(({ uploads }) => uploads.length)).toEqual([1, 0, 0]);
      expect((await plane.sporectl(["adopt", "--all", "-n", "default"])).code).toBe(0);
      await converged(stage, 90);
      expect(fleet.nodes.map(({ uploads }) => uploads.length)).toEqual([1, 1, 1]);
    },
  );

  it.skipIf(upstreamPort === undefined)("are never sent an image of a host process (needs port 80)", async () => {
    await using stage = await startStage({ profile: "upstream-g3", httpPort: 80 });
    const { plane, fleet } = stage;
    const firmware = await pushFile(plane, { name: "host-program", version: "1.1.0" }, hostProgram);
    await wantFirmware(plane, firmware);
    const name = nodeNameOf(only(fleet.nodes).board.hostname);
    const refused = await eventually(
      plane.client,
      Node,
      name,
      (node) => stateOf(node, "FirmwareCurrent").startsWith("False") && stateOf(node, "Ready").startsWith("False"),
      limitMs,
    );
    const why = refused?.status?.conditions?.map(({ message }) => message).join("\n");
    expect(why).toMatch(/host/);
    await eventually(plane.client, NodeGroup, "lab", (lab) => stateOf(lab, "Stalled").startsWith("True"), limitMs);
    expect(only(fleet.nodes).uploads).toEqual([]);
  });
});
