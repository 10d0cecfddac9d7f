import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../../controller/cli/io.ts";
import { urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden, furnish } from "../../support/cli-stage.ts";

let stage: CliStage;
const group = `${urls.groups}/lab-sensors`;
const revisionsUrl = urls.groups.replace("nodegroups", "nodegrouprevisions");
const firmwaresUrl = urls.groups.replace("nodegroups", "firmwares");

async function post(url: string, body: object): Promise<void> {
  const { status, text } = await stage.asker.post(url, body);
  expect(status, text).toBe(201);
}

/** Three revisions as the controller makes them: the first with other configuration, the second with a secret of its own. */
beforeAll(async () => {
  stage = await cliStage();
  await furnish(stage);
  const digests = { "lab-sensor-1.0.0": "a".repeat(64), "lab-sensor-1.1.0": "b".repeat(64) };
  for (const [name, sha256] of Object.entries(digests)) {
    const artifacts = [{ path: "a.bin", role: "image", size: 1000, sha256 }];
    const spec = { family: "spore", platform: "esp8266", version: name.slice(11), artifacts };
    await post(firmwaresUrl, { apiVersion: "spore.dev/v1alpha1", kind: "Firmware", metadata: { name }, spec });
  }
  const revisions = [
    { number: 1, name: "lab-sensor-1.0.0", hash: "1", values: { interval: 500 }, secretKeys: [] },
    { number: 2, name: "lab-sensor-1.0.0", hash: "2", values: { key: "hunter2" }, secretKeys: ["key"] },
    { number: 3, name: "lab-sensor-1.1.0", hash: "3", values: {}, secretKeys: [] },
  ] as const;
  for (const { number, name, hash, values, secretKeys } of revisions) {
    const secretName = `lab-sensors-${number}-config`;
    const stringData = { "config.json": JSON.stringify(values), "secret-keys.json": JSON.stringify(secretKeys) };
    await post(urls.configMaps.replace("configmaps", "secrets"), { metadata: { name: secretName }, stringData });
    const firmware = { name, version: name.slice(11), digest: digests[name] };
    const spec = {
      group: "lab-sensors",
      number,
      labels: { tier: `${number}` },
      firmware,
      config: { secretName, hash: hash.repeat(64) },
    };
    const metadata = { name: `lab-sensors-${number}` };
    await post(revisionsUrl, { apiVersion: "spore.dev/v1alpha1", kind: "NodeGroupRevision", metadata, spec });
  }
  await stage.asker.merge(group, { spec: { template: { labels: { tier: "3" }, config: [{ values: { a: 1 } }] } } });
  await stage.asker.merge(`${group}/status`, {
    status: { updateRevision: "lab-sensors-3", currentRevision: "lab-sensors-2" },
  });
});
afterAll(() => stage[Symbol.asyncDispose]());

const template = async () => (await stage.asker.get(group)).json.spec.template;

async function report(status: object): Promise<void> {
  const { generation } = (await stage.asker.get(group)).json.metadata;
  await stage.asker.merge(`${group}/status`, { status: { observedGeneration: generation, ...status } });
}
const condition = (type: string, status: string, reason: string, message: string) => ({
  ...{ type, status, reason, message },
  lastTransitionTime: "2026-11-20T18:00:00Z",
});

describe("sporectl rollout", () => {
  it.each([
    ["rollout-history", "rollout history nodegroup/lab-sensors"],
    ["rollout-history-one", "rollout history ng lab-sensors --revision=2"],
    ["rollout-history-none", "rollout history ng lab-sensors --revision=9"],
    ["rollout-of-nodes", "rollout status node/esp-a00001"],
    ["rollout-nothing", "rollout"],
    ["help-rollout-undo", "rollout undo --help"],
    ["rollout-undo-secret", "rollout undo nodegroup/lab-sensors --to-revision=2"],
    ["rollout-undo-dry-run", "rollout undo nodegroup/lab-sensors --to-revision=1 --dry-run=server"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
    expect((await template()).labels).toEqual({ tier: "3" });
  });

  it("asks again for what an earlier revision asked for", async () => {
    const line = "rollout undo nodegroup/lab-sensors --to-revision=1";
    await expectGolden("rollout-undo", line, await stage.run(line));
    expect(await template()).toEqual({
      labels: { tier: "1" },
      firmware: { name: "lab-sensor-1.0.0" },
      config: [{ values: { interval: 500 } }],
    });
    await expectGolden("rollout-undo-again", line, await stage.run(line));
  });

  it("does not ask for an image that is gone", async () => {
    await stage.asker.send("DELETE", `${firmwaresUrl}/lab-sensor-1.0.0`);
    const line = "rollout undo nodegroup/lab-sensors --to-revision=1";
    await expectGolden("rollout-undo-no-image", line, await stage.run(line));
  });

  it("pauses, resumes and restarts", async () => {
    for (const [verb, done] of [
      ["pause", "paused"],
      ["resume", "resumed"],
      ["restart", "restarted"],
    ]) {
      expect((await stage.run(`rollout ${verb} nodegroup/lab-sensors`)).out).toBe(
        `nodegroup.spore.dev/lab-sensors ${done}\n`,
      );
    }
    expect((await template()).restartedAt).toBe("2026-11-20T18:00:41Z");
  });

  it("follows a rollout to its end", async () => {
    await report({
      nodes: 2,
      updatedNodes: 0,
      conditions: [condition("Ready", "False", "RollingOut", "esp-a00001 takes the image.")],
    });
    const following = stage.start("rollout status nodegroup/lab-sensors");
    await following.shows(/0 of 2 nodes updated/);
    await report({
      nodes: 2,
      updatedNodes: 2,
      conditions: [condition("Ready", "True", "RolledOut", "All are up to date.")],
    });
    const ran = await following.ended;
    await expectGolden("rollout-status", "rollout status nodegroup/lab-sensors", ran);
    expect(ran.code).toBe(exitCodes.done);
  });

  it("says why a rollout cannot go on, and that it takes too long", async () => {
    await report({ nodes: 2, conditions: [condition("Ready", "False", "RollingOut", "esp-a00001 takes the image.")] });
    const line = "rollout status nodegroup/lab-sensors --timeout=200ms";
    await expectGolden("rollout-status-timeout", line, await stage.run(line));
    expect((await stage.run("rollout status nodegroup/lab-sensors --no-watch")).code).toBe(exitCodes.done);
    await report({
      conditions: [
        condition("Ready", "False", "Failed", "x"),
        condition("Stalled", "True", "VersionMismatch", "esp-a00001 lies."),
      ],
    });
    await expectGolden("rollout-status-stalled", line, await stage.run(line));
  });
});
