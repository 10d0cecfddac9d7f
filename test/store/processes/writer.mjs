// Writes to a store until it is killed: `node writer.mjs <URL of store/lmdb.js> <directory> <writers>`.
// Each writer counts up: one commit sets `/count/<writer>` and `/even/<writer>` or `/odd/<writer>` to its next number.
// Says on standard output: `open`, then `<writer> <number> <revision>` for each acknowledged commit, and `refused <code>` at the end of a writer.
import { writeSync } from "node:fs";
import { join } from "node:path";

const [lmdbUrl, directory, writers] = process.argv.slice(2);
const { openLmdbStore } = await import(lmdbUrl);
const { systemClock } = await import(new URL("../base/clock.js", lmdbUrl).href);
const { silentLogger } = await import(new URL("../base/log.js", lmdbUrl).href);

const store = await openLmdbStore({ directory: join(directory), clock: systemClock, log: silentLogger });
writeSync(1, "open\n");
await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => count(writer)));

async function count(writer) {
  const key = `/count/${writer}`;
  const before = await store.get(key);
  let number = before === undefined ? 0 : Number(Buffer.from(before.value).toString().trim());
  let expect = before?.revision ?? 0;
  while (true) {
    number++;
    const value = Buffer.from(`${number}`.padEnd(10 + ((number * 97) % 3000)));
    try {
      expect = await store.commit([
        { key, value, expect },
        { key: `/${number % 2 === 0 ? "even" : "odd"}/${writer}`, value },
      ]);
    } catch (error) {
      writeSync(1, `refused ${error.code}\n`);
      return;
    }
    writeSync(1, `${writer} ${number} ${expect}\n`);
  }
}
