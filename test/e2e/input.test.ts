import { createSocket } from "node:dgram";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigMap } from "../../controller/api/core-kinds.ts";
import { Firmware } from "../../controller/api/firmware.ts";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { randomInteger, seededRandom } from "../../controller/base/random.ts";
import { nodeNameOf } from "../../controller/drivers/node-name.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { eventually, stateOf } from "../reconcilers/control-plane.ts";
import { sampleEsp32Image, sampleImage } from "../support/sample-images.ts";
import { type Plane, startPlane } from "./plane.ts";
import { never, push, type Stage, startStage, wantFirmware } from "./simulated.ts";

const good = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\ndata: {a: b}\n";
const group = (spec: string) =>
  `apiVersion: spore.dev/v1alpha1\nkind: NodeGroup\nmetadata:\n  name: bad\nspec:\n${spec}`;
const selector = "  selector: {matchLabels: {room: lab}}\n";

/** Manifest, and how the error must begin: file, line, column, field, and what is wrong. */
const manifests: Readonly<Record<string, readonly [string, string]>> = {
  "an empty selector": [
    group("  selector: {}\n  template: {}\n"),
    "bad.yaml:6:3: spec.selector: Required value: an empty selector would select every node",
  ],
  "an unknown field": [
    group(`${selector}  template: {firmwear: {}}\n`),
    "bad.yaml:7:14: spec.template.firmwear: unknown field",
  ],
  "a wrong type": [
    group(`${selector}  template: {}\n  priority: high\n`),
    'bad.yaml:8:3: spec.priority: Invalid value: "string"',
  ],
  "an unknown kind": [
    "apiVersion: spore.dev/v1alpha1\nkind: NodeGruop\nmetadata: {name: bad}\n",
    "bad.yaml:2:1: kind: unknown kind NodeGruop in spore.dev/v1alpha1",
  ],
  "a duplicate key": [
    group(`${selector}  template: {}\n  priority: 1\n  priority: 2\n`),
    "bad.yaml:9:3: spec.priority: this key stands here twice",
  ],
  "broken YAML": ["apiVersion: v1\nkind: [ConfigMap\n", "bad.yaml:3:1: Flow sequence"],
  "an alias bomb": [
    `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefghi"].map((letter, index) => `${letter}: &${letter} [${Array(9).fill(`*${"abcdefgh"[index]}`)}]`).join("\n")}\n`,
    "bad.yaml:1:1: more than 100 uses of aliases",
  ],
};

describe("bad manifests", () => {
  let plane: Plane;
  beforeAll(async () => {
    plane = await startPlane();
  }, 60_000);
  afterAll(() => plane[Symbol.asyncDispose]());

  /** Applies a directory in which one good document comes first. */
  async function applied(name: string, text: string | Uint8Array) {
    const directory = join(plane.dataDir, `manifests-${name.replaceAll(" ", "-")}`);
    await mkdir(directory);
    await writeFile(join(directory, "a-good.yaml"), good);
    await writeFile(join(directory, "bad.yaml"), text);
    const { code, stdout, stderr } = await plane.sporectl(["apply", "-f", directory]);
    return { code, stdout, stderr: stderr.replaceAll(`${directory}/`, "") };
  }
  const nothingApplied = async () => {
    expect(await plane.client.get(ConfigMap, { namespace: "default", name: "good" }, never)).toBeUndefined();
    expect((await plane.client.list(NodeGroup, {}, never)).items).toEqual([]);
  };

  it.each(Object.entries(manifests))(
    "%s is named by file and place, and nothing is applied",
    async (name, [text, says]) => {
      const { code, stdout, stderr } = await applied(name, text);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr.slice(0, stderr.indexOf("\n"))).toContain(`error: ${says}`);
      expect(stderr).toContain("; nothing was changed");
      expect(stderr).not.toMatch(/^\s+at /m);
      await nothingApplied();
    },
  );

  it("50 MB are refused by name and size", { timeout: 60_000 }, async () => {
    const { code, stderr } = await applied("huge", Buffer.alloc(50 * 1024 * 1024, "# filling\n"));
    expect(code).toBe(1);
    expect(stderr).toContain("error: bad.yaml has 52428800 bytes; a manifest file may have ");
    await nothingApplied();
  });
});

describe("bad images", () => {
  it("are refused before anything is stored or sent", { timeout: 90_000 }, async () => {
    await using stage: Stage = await startStage({});
    const { plane, fleet } = stage;
    const whole = sampleImage();
    const files: Readonly<Record<string, Uint8Array>> = {
      "truncated.bin": whole.subarray(0, whole.length - 1000),
      "noise.bin": Buffer.alloc(5000, 0x55),
      "huge.bin": Buffer.alloc(20 * 1024 * 1024, 0xe9),
      "empty.bin": new Uint8Array(),
    };
    for (const [name, bytes] of Object.entries(files)) {
      const path = join(plane.dataDir, name);
      await writeFile(path, bytes);
      const { code, stderr } = await plane.sporectl(["firmware", "push", path, "--name", "bad", "--version", "1.0.0"]);
      expect([name, code]).toEqual([name, 1]);
      expect(stderr).toContain(name);
    }
    expect((await plane.client.list(Firmware, {}, never)).items).toEqual([]);
    // Of another chip: a good image, and for other boards. Too large: what does not fit beside the running one.
    const misfits = {
      "esp32.bin": sampleEsp32Image(),
      "large.bin": simulatedImage({ name: "large", version: "2.0.0", sizeBytes: 960_000 }),
    };
    for (const [name, bytes] of Object.entries(misfits)) {
      const path = join(plane.dataDir, name);
      await writeFile(path, bytes);
      const firmware = `${name.slice(0, 5)}-2.0.0`;
      const pushed = await plane.sporectl(["firmware", "push", path, "--name", firmware, "--version", "2.0.0"]);
      expect(pushed.code).toBe(0);
      await wantFirmware(plane, firmware);
      await eventually(plane.client, NodeGroup, "lab", (lab) => stateOf(lab, "Stalled").startsWith("True"), 45_000);
      await plane.sporectl(["delete", "nodegroup", "lab"]);
    }
    expect(fleet.nodes.flatMap(({ uploads }) => uploads)).toEqual([]);
  });
});

describe("malformed datagrams", () => {
  it("of every prefix change nothing and stop nothing", { timeout: 60_000 }, async () => {
    await using stage = await startStage({}, []);
    const { plane, fleet } = stage;
    const [board] = fleet.nodes.map((node) => node.board);
    const random = seededRandom(0xbad);
    const socket = createSocket("udp4");
    const prefixes = [
      "CLUSTER_HEARTBEAT",
      "CLUSTER_DISCOVERY",
      "CLUSTER_RESPONSE",
      "CLUSTER_NODE_INFO",
      "NODE_UPDATE",
      "CLUSTER_EVENT",
      "RAW",
      "SPORE_PONG",
      "",
    ];
    const tails = [
      "",
      ":",
      "::",
      ":esp_X:{",
      ':esp_X:{"boot":"no"}',
      ":../../etc:{}",
      `:${"x".repeat(9000)}`,
      ":esp_X:[1,2]",
      ":esp_X:null",
      "\0:\0",
    ];
    for (const prefix of prefixes)
      for (const tail of [...tails, `:${noise(random)}`])
        await new Promise<void>((resolve, reject) =>
          socket.send(`${prefix}${tail}`, plane.udpPort, "127.0.0.1", (error) => (error ? reject(error) : resolve())),
        );
    socket.close();
    await wantFirmware(plane, await push(plane, { name: "lab-sensor", version: "1.1.0", sizeBytes: 64_000 }));
    expect(await plane.sporectl(["adopt", nodeNameOf(board?.hostname ?? ""), "-n", "default"])).toMatchObject({
      code: 0,
    });
    await eventually(plane.client, NodeGroup, "lab", (lab) => lab?.status?.readyNodes === 1, 45_000);
    // Whoever can send datagrams can invent a name; nothing is ever sent to one that does not answer to it.
    const { items } = await plane.client.list(Node, {}, never);
    const real = new Set(fleet.nodes.map(({ board }) => board.hostname));
    const forged = items.filter(({ status }) => !real.has(status?.hostname ?? ""));
    expect(forged.flatMap(({ status }) => status?.operation ?? [])).toEqual([]);
    expect(await plane.stop()).toBe(0);
    await plane.start(); // whatever was stored, it can be read again
  });
});

describe("spored --manifests", () => {
  it("keeps the objects what the directory says, and prunes nothing when it vanishes", {
    timeout: 60_000,
  }, async () => {
    await using base = await startPlane();
    const directory = join(base.dataDir, "tree");
    await mkdir(directory);
    const file = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: b}\n`;
    for (const name of ["one", "two", "three", "four", "five", "six"])
      await writeFile(join(directory, `${name}.yaml`), file(name));
    await using plane = await startPlane({ flags: ["--manifests", directory] });
    const config = (name: string, holds: (object: ConfigMap | undefined) => boolean) =>
      eventually(plane.client, ConfigMap, name, holds, 20_000);
    await config("six", (object) => object?.data?.a === "b");
    await writeFile(join(directory, ".one.new"), file("one").replace("{a: b}", "{a: c}"));
    await rename(join(directory, ".one.new"), join(directory, "one.yaml"));
    await config("one", (object) => object?.data?.a === "c");
    await rm(join(directory, "two.yaml"));
    await config("two", (object) => object === undefined);
    const reported = (text: string) => expect.poll(() => plane.log.join("\n"), { timeout: 20_000 }).toContain(text);
    await writeFile(join(directory, "three.yaml"), `${file("three")}data: {a: d}\n`);
    await reported(`three.yaml:5:1: data: this key stands here twice; nothing was changed`);
    // Good documents beside a bad one wait for it.
    await writeFile(join(directory, "four.yaml"), file("four").replace("{a: b}", "{a: c}"));
    await writeFile(join(directory, "three.yaml"), `${file("three")}spec: {}\n`);
    await reported("three.yaml:5:1: spec: unknown field; nothing was changed");
    await config("four", (object) => object?.data?.a === "b");
    await writeFile(join(directory, "three.yaml"), file("three"));
    await config("four", (object) => object?.data?.a === "c");
    await rename(directory, `${directory}-away`);
    await reported(`${directory} does not exist`);
    const named = await plane.sporectl(["get", "configmaps"]);
    for (const name of ["one", "three", "four", "five", "six"]) expect(named.stdout).toContain(name);
  });
});

function noise(random: () => number): Buffer {
  return Buffer.from(Array.from({ length: 200 }, () => randomInteger(random, 0, 255)));
}
