import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden, furnish } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  await furnish(stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

describe("sporectl describe", () => {
  it.each([
    ["describe-node", "describe node esp-a00001"],
    ["describe-group", "describe ng/lab-sensors"],
    ["describe-not-found", "describe node/esp-ffffff"],
    ["describe-nothing", "describe firmware"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });

  it("shows how long a Secret's values are, and not what they are", async () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "wifi" }, stringData: { key: "sesame" } };
    await stage.asker.post(urls.secrets, secret);
    const ran = await stage.run("describe secret wifi");
    await expectGolden("describe-secret", "describe secret wifi", ran);
    expect(ran.out).not.toContain("sesame");
    expect(ran.out).not.toContain(Buffer.from("sesame").toString("base64"));
  });
});

describe("sporectl events", () => {
  it.each([
    ["events", "events"],
    ["events-for", "events --for node/esp-a00001 -n attic"],
    ["events-none", "events -n attic"],
    ["events-for-kind", "events --for node"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });

  it("goes on until it is interrupted", async () => {
    const watching = stage.start("events -w --for node/esp-a00002");
    const event = {
      ...{ apiVersion: "v1", kind: "Event", type: "Warning", reason: "Refused", message: "The image does not fit." },
      metadata: { name: "esp-a00002.1", namespace: "default" },
      involvedObject: { apiVersion: "spore.dev/v1alpha1", kind: "Node", name: "esp-a00002" },
      lastTimestamp: "2026-11-20T18:00:05Z",
    };
    await stage.asker.post(urls.events, event);
    await watching.shows(/36s +Warning +Refused +node\/esp-a00002 +The image does not fit\.\n/);
    watching.interrupt();
    expect((await watching.ended).code).toBe(130);
  });
});
