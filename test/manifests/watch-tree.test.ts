import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { type Clock, systemClock } from "../../controller/base/clock.ts";
import { watchTree } from "../../controller/manifests/watch-tree.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

/** On which nothing has to be quiet for a while: each change is heard by itself. */
const impatient: Clock = {
  ...systemClock,
  after(_delayMs, fire) {
    fire();
    return { cancel: () => {} };
  },
};

it("watchTree follows links inside the directory, and none that leads out", async () => {
  const outside = directoryOfTest();
  const directory = directoryOfTest();
  mkdirSync(join(directory, "releases"));
  symlinkSync(join(directory, "releases"), join(directory, "current"));
  symlinkSync(outside, join(directory, "elsewhere"));
  const stop = new AbortController();
  let changes = 0;
  const watching = watchTree(directory, impatient, stop.signal, () => {
    changes += 1;
  });
  onTestFinished(async () => {
    stop.abort();
    await watching;
  });
  const heardOf = async (path: string) => {
    const before = changes;
    mkdirSync(path);
    await vi.waitUntil(() => changes > before, { timeout: 10_000 });
    return changes - before;
  };
  let round = 0; // until the watcher is up it hears nothing
  while (changes === 0) {
    mkdirSync(join(directory, `early-${round++}`));
    await vi.waitUntil(() => changes > 0, { timeout: 500 }).catch(() => {});
  }
  await heardOf(join(directory, "settled"));
  mkdirSync(join(outside, "a"));
  mkdirSync(join(outside, "b"));
  expect(await heardOf(join(directory, "c"))).toBe(1);
  expect(await heardOf(join(directory, "d"))).toBe(1); // by now what happened outside would have been heard, too
});
