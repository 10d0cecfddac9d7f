import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConfigMap } from "../../controller/api/core-kinds.ts";
import { GitSync } from "../../controller/api/git-sync.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { sleep, systemClock } from "../../controller/base/clock.ts";
import { randomInteger, seededRandom } from "../../controller/base/random.ts";
import { testRepository } from "../support/git-repository.ts";
import { isLongRun } from "../support/long-run.ts";
import { hasTool } from "../support/machine-tools.ts";
import { ownUdpPort } from "../support/own-network.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";
import { copyOfBuild, HostBoards } from "./host-boards.ts";
import { type Plane, startPlane } from "./plane.ts";
import { never } from "./simulated.ts";

const boardsInAll = 3;
const key = { namespace: "spore-system", name: "fleet" };
const syncCommand = ["sync", key.name, "-n", key.namespace, "--timeout", "90s"];

const firmware = (version: string) => `apiVersion: spore.dev/v1alpha1
kind: Firmware
metadata: {name: lab-sensor-${version}}
spec:
  family: spore
  platform: host
  version: ${version}
  artifacts: [{path: images/${version}.bin, role: image}]
`;
const group = (version: string) => `apiVersion: spore.dev/v1alpha1
kind: NodeGroup
metadata: {name: lab}
spec:
  selector: {matchLabels: {spore.dev/family: spore}}
  adoption: Automatic
  minReadySeconds: 1
  strategy: {maxUnavailable: ${boardsInAll}}
  template:
    firmware: {name: lab-sensor-${version}}
    labels: {room: lab}
`;
const configMap = (name: string, value: number) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: "${value}"}\n`;

async function syncOf({ client }: Plane): Promise<GitSync | undefined> {
  return await client.get(GitSync, key, never);
}

describe.skipIf(!hasTool("compiler"))("a commit (needs a C++ compiler)", () => {
  it("becomes what real boards run; its revert brings them back", { timeout: 240_000 }, async () => {
    const directory = directoryOfTest();
    const repository = testRepository(directory);
    await using build = await copyOfBuild();
    const udpPort = await ownUdpPort();
    await using _boards = await HostBoards.start(boardsInAll, {
      ...build,
      factoryImage: build.image("1.0.0"),
      udpPort,
    });
    const image = (version: string) => readFileSync(build.image(version).path);
    repository.commit({
      "lab/firmware-1.0.0.yaml": firmware("1.0.0"),
      "lab/images/1.0.0.bin": image("1.0.0"),
      "lab/group.yaml": group("1.0.0"),
    });
    const flags = ["--sync", `${repository.path}@main//lab`, "--auto-adopt", "default"];
    await using plane = await startPlane({ udpPort, flags });
    const versions = async () => {
      const lab = await plane.client.get(NodeGroup, { namespace: "default", name: "lab" }, never);
      return [lab?.status?.firmware, lab?.status?.readyNodes];
    };
    await expect.poll(versions, { timeout: 60_000 }).toEqual(["1.0.0", boardsInAll]);

    const upgrade = repository.commit({
      "lab/firmware-1.1.0.yaml": firmware("1.1.0"),
      "lab/images/1.1.0.bin": image("1.1.0"),
      "lab/group.yaml": group("1.1.0"),
    });
    expect(await plane.sporectl(syncCommand)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(upgrade.slice(0, 12)),
    });
    expect(await versions()).toEqual(["1.1.0", boardsInAll]);

    repository.commit({ "lab/group.yaml": "apiVersion: spore.dev/v1alpha1\nkind: NodeGroup\nmetadata: {name: lab}\n" });
    const refused = await plane.sporectl(syncCommand);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("lab/group.yaml:1:1: spec") });
    expect(await versions()).toEqual(["1.1.0", boardsInAll]);

    repository.git("revert", "--no-edit", "HEAD", upgrade);
    const back = repository.commit({});
    expect(await plane.sporectl(syncCommand)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(back.slice(0, 12)),
    });
    expect(await versions()).toEqual(["1.0.0", boardsInAll]);
    expect((await syncOf(plane))?.status?.inventory?.map(({ name }) => name)).toEqual(["lab-sensor-1.0.0", "lab"]);
  });
});

describe("a repository under kill -9", () => {
  const commits = isLongRun ? 100 : 20;

  it("ends at its last commit, with an inventory of exactly what is in it", { timeout: commits * 12_000 }, async () => {
    const random = seededRandom(0x617);
    const directory = directoryOfTest();
    const repository = testRepository(directory);
    const names = Array.from({ length: 12 }, (_, index) => `m${index}`);
    const present = new Set(names);
    repository.commit(Object.fromEntries(names.map((name) => [`${name}.yaml`, configMap(name, 0)])));
    await using plane = await startPlane({ flags: ["--sync", repository.path, "--prune-all"] });
    let last = "";
    for (let count = 1; count <= commits; count += 1) {
      last = repository.commit(change(count));
      void plane.sporectl([...syncCommand, "--no-wait"]); // it may meet a server that is gone
      await sleep(systemClock, randomInteger(random, 0, 700), never);
      if (count % 3 === 0) {
        await plane.kill();
        await plane.start();
      }
    }
    // What was added by a commit and left with the next, both unseen by a process that lived, must not stay behind.
    await plane.sporectl([...syncCommand, "--no-wait"]);
    const revision = async () => (await syncOf(plane))?.status?.lastAppliedRevision;
    await expect.poll(revision, { timeout: 60_000 }).toBe(`main@sha1:${last}`);
    const inventory = (await syncOf(plane))?.status?.inventory?.map(({ name }) => name);
    expect(inventory).toEqual([...present].sort());
    const { items } = await plane.client.list(ConfigMap, { namespace: "default" }, never);
    const own = items.filter(({ metadata }) => metadata.name.startsWith("m"));
    expect(own.map(({ metadata, data }) => [metadata.name, data?.value])).toEqual(
      [...present].sort().map((name) => [name, String(commits)]),
    );

    /** One object leaves and another comes, and all the others change. */
    function change(count: number) {
      const leaving = [...present][randomInteger(random, 0, present.size - 1)] ?? "m0";
      const coming = `m${names.length + count}`;
      present.delete(leaving);
      present.add(coming);
      const files = [...present].map((name) => [`${name}.yaml`, configMap(name, count)] as const);
      return { ...Object.fromEntries(files), [`${leaving}.yaml`]: undefined };
    }
  });
});
