// Carries out a plan of commits: `node replay.mjs <URL of store/lmdb.js> <directory> <plan>`.
// The plan is JSON: a list of bursts, each a list of commits that are made at once, each a list of `[key, value or null]`.
// Says the revision of each commit on standard output, in a write of its own, when it was acknowledged.
import { writeSync } from "node:fs";
import { readFile } from "node:fs/promises";

const [lmdbUrl, directory, plan] = process.argv.slice(2);
const { openLmdbStore } = await import(lmdbUrl);
const { systemClock } = await import(new URL("../base/clock.js", lmdbUrl).href);
const { silentLogger } = await import(new URL("../base/log.js", lmdbUrl).href);

// Little history, so that pages become free and are used again.
const keep = { ms: 0, revisions: 20 };
const store = await openLmdbStore({ directory, clock: systemClock, log: silentLogger, keep });
for (const burst of JSON.parse(await readFile(plan, "utf8"))) {
  await Promise.all(
    burst.map(async (commit) => {
      const changes = commit.map(([key, value]) => ({ key, value: value === null ? undefined : Buffer.from(value) }));
      writeSync(1, `${await store.commit(changes)}\n`);
    }),
  );
}
await store[Symbol.asyncDispose]();
