import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CliStage, cliStage, expectGolden } from "../support/cli-stage.ts";

const syncs = "/apis/spore.dev/v1alpha1/namespaces/default/gitsyncs";
const commit = "0123456789abcdef0123456789abcdef01234567";

const requestedAt = "reconcile.spore.dev/requestedAt";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
  for (const [name, spec] of [
    ["fleet", {}],
    ["resting", { suspend: true }],
  ] as const) {
    const manifest = { metadata: { name }, spec: { url: "https://git.example.com/fleet.git", ...spec } };
    await stage.asker.post(syncs, { apiVersion: "spore.dev/v1alpha1", kind: "GitSync", ...manifest });
  }
});
afterAll(() => stage[Symbol.asyncDispose]());

/** The clock of the stage stands still, so that one request would look like the one before. */
beforeEach(async () => {
  const { json } = await stage.asker.get(`${syncs}/fleet`);
  const { [requestedAt]: _asked, ...others } = json.metadata.annotations ?? {};
  const fresh = { ...json, metadata: { ...json.metadata, annotations: others } };
  const cleared = (await stage.asker.put(`${syncs}/fleet`, fresh)).json;
  const { lastHandledReconcileAt: _handled, ...status } = cleared.status ?? {};
  await stage.asker.put(`${syncs}/fleet/status`, { ...cleared, status });
});

/** Plays the controller: answers what was asked last. */
async function answer(ready: "True" | "False", reason: string, message: string, more: readonly string[] = []) {
  const { json } = await stage.asker.get(`${syncs}/fleet`);
  const condition = (type: string, status: string) => ({
    type,
    status,
    reason,
    message,
    lastTransitionTime: "2026-11-20T18:00:00Z",
  });
  const conditions = [condition("Ready", ready), ...more.map((type) => condition(type, "True"))];
  const status = {
    lastAttemptedRevision: `main@sha1:${commit}`,
    lastHandledReconcileAt: json.metadata.annotations?.[requestedAt],
    conditions,
  };
  const body = { ...json, status: { ...json.status, ...status } };
  expect((await stage.asker.put(`${syncs}/fleet/status`, body)).status).toBe(200);
}

const asked = () => expect.poll(async () => (await annotations())?.[requestedAt], { timeout: 10_000 }).toBeTruthy();
const annotations = async () => (await stage.asker.get(`${syncs}/fleet`)).json.metadata.annotations;

describe("sporectl sync", () => {
  it.each([
    ["sync-not-found", "sync attic"],
    ["sync-suspended", "sync resting"],
    ["sync-nothing-to-prune", "sync fleet --prune"],
    ["sync-no-wait", "sync fleet --no-wait"],
    ["sync-nobody-answers", "sync fleet --timeout 50ms"],
    ["sync-bad-timeout", "sync fleet --timeout soon"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });

  it("shows what it waits for, and ends when everything is Ready", async () => {
    const running = stage.start("sync fleet");
    await asked();
    await answer("False", "Progressing", "main@sha1:0123456789ab is applied. 1 of 3 objects is not Ready.", [
      "Reconciling",
    ]);
    await running.shows(/1 of 3 objects/);
    await answer("True", "Applied", "main@sha1:0123456789ab is applied, and all 3 objects are Ready.");
    await expectGolden("sync-ready", "sync fleet", await running.ended);
  });

  it("fails with what is wrong, and lets a person approve what was refused", async () => {
    const running = stage.start("sync fleet");
    await asked();
    await answer("False", "PruneRefused", "2 of 5 objects left the repository\nbring them back", ["Stalled"]);
    await expectGolden("sync-prune-refused", "sync fleet", await running.ended);
    await stage.run("sync fleet --prune --no-wait");
    expect((await annotations())["spore.dev/prune-approved"]).toBe(commit);
  });
});
