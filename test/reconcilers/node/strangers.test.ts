import { expect, it } from "vitest";
import type { Node } from "../../../controller/api/node.ts";
import { type LookRecord, neverLooked } from "../../../controller/reconcilers/node/look-schedule.ts";
import { NodeMemories } from "../../../controller/reconcilers/node/memory.ts";
import { Strangers } from "../../../controller/reconcilers/node/strangers.ts";
import { done, type Result } from "../../../controller/runtime/reconcile.ts";
import { nodeOf } from "../objects.ts";

const untried = neverLooked;
const mute: LookRecord = { failures: 1, quietLooks: 0 };
const answering: LookRecord = { failures: 0, quietLooks: 0, seenAtMs: 1 };

function memoryOf(look: LookRecord) {
  const memory = new NodeMemories().of("n", "uid");
  memory.look = look;
  return memory;
}

/** Runs that last until they are told to end. */
function startMany(strangers: Strangers, count: number, node: Node, look: LookRecord) {
  const ends: (() => void)[] = [];
  const run = () => new Promise<Result>((resolve) => ends.push(() => resolve(done)));
  const results = Array.from({ length: count }, () => strangers.admit(node, memoryOf(look), run));
  return { ends, results };
}

it.each([
  ["were not asked yet", untried, 96, 250],
  ["did not answer", mute, 16, 2_000],
])("devices without an owner that %s leave workers to others", async (_, look, max, retryMs) => {
  const strangers = new Strangers();
  const { ends, results } = startMany(strangers, max + 5, nodeOf("n"), look);
  expect(ends).toHaveLength(max);
  expect(await results.at(-1)).toMatchObject({ kind: "requeueAfter", delayMs: retryMs });
  ends[0]?.();
  await results[0];
  startMany(strangers, 1, nodeOf("n"), look);
  const known = startMany(strangers, 200, nodeOf("n", { owner: "default" }), look);
  expect(known.ends).toHaveLength(200);
  expect(startMany(strangers, 200, nodeOf("n"), answering).ends).toHaveLength(200);
  expect(await startMany(strangers, 1, nodeOf("n"), look).results[0]).toMatchObject({ kind: "requeueAfter" });
});

it("a run that fails makes room, too", async () => {
  const strangers = new Strangers();
  for (let n = 0; n < 20; n++) {
    const failing = strangers.admit(nodeOf("n"), memoryOf(mute), () => Promise.reject(new RangeError("failed")));
    await expect(failing).rejects.toThrow("failed");
  }
  expect(startMany(strangers, 1, nodeOf("n"), mute).ends).toHaveLength(1);
});
