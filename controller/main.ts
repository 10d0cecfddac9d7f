#!/usr/bin/env node
import { stderr, stdout } from "node:process";
import { pino } from "pino";
import { systemClock } from "./base/clock.ts";
import { isSporeError } from "./base/errors.ts";
import { keepHeapLean } from "./base/lean-heap.ts";
import { logText } from "./base/log-text.ts";
import { systemRandom } from "./base/random.ts";
import { stopSignal } from "./base/stop-signal.ts";
import { clientVersion } from "./cli/client-version.ts";
import { helpText } from "./config/help-text.ts";
import { readConfiguration } from "./config/read-configuration.ts";
import { runSpored } from "./spored.ts";

/** The process `spored`. */
const stop = stopSignal();

const [first, ...words] = process.argv.slice(2);
if (first === "user") {
  const [{ processIo }, { runUserCommand }] = await Promise.all([
    import("./cli/process-io.ts"),
    import("./cli/user/user-command.ts"),
  ]);
  process.exitCode = await runUserCommand(words, processIo(stop.signal));
} else {
  await serve();
}

async function serve(): Promise<void> {
  try {
    const invocation = readConfiguration(process.argv.slice(2), process.env);
    if (invocation.kind === "help") stdout.write(helpText());
    else if (invocation.kind === "version") stdout.write(`spored v${clientVersion()}\n`);
    else {
      keepHeapLean();
      const { configuration } = invocation;
      const forPeople = { write: (line: string) => void stdout.write(logText(line)) };
      const log = pino({ level: configuration.logLevel }, stdout.isTTY ? forPeople : pino.destination(1));
      await runSpored({ configuration, clock: systemClock, random: systemRandom, log }, stop.signal);
    }
  } catch (error) {
    if (!isSporeError(error)) throw error;
    stderr.write(`error: ${error.message}\n`);
    if (error.details.hint !== undefined) stderr.write(`hint: ${error.details.hint}\n`);
    process.exitCode = error.code === "SPORE_USAGE" ? 2 : 1;
  }
}
