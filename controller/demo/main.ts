import { stderr, stdout } from "node:process";
import { systemClock } from "../base/clock.ts";
import { isSporeError } from "../base/errors.ts";
import { stopSignal } from "../base/stop-signal.ts";
import { exitCodes } from "../cli/io.ts";
import { type DemoOptions, demoHelp, readDemoOptions } from "./demo-options.ts";
import { LivePicture } from "./live-picture.ts";
import { runDemo } from "./run-demo.ts";

/** `npm start`. */
const stop = stopSignal();

// Nobody reads any more (`npm start | head`): end as cleanly as with Ctrl-C.
stdout.on("error", () => stop.abort());

const screen = new LivePicture({
  write: (text) => void stdout.write(text),
  isTerminal: stdout.isTTY === true,
  get width() {
    return stdout.columns ?? 80;
  },
  get height() {
    return stdout.rows ?? 40;
  },
});

try {
  const options = readDemoOptions(process.argv.slice(2));
  if (options === "help") stdout.write(demoHelp);
  else process.exitCode = await run(options);
} catch (error) {
  const hint = isSporeError(error) ? error.details.hint : undefined;
  const message = isSporeError(error) ? error.message : error instanceof Error ? error.stack : String(error);
  stderr.write(`error: ${message}\n${hint === undefined ? "" : `hint: ${hint}\n`}`);
  process.exitCode = isSporeError(error, "SPORE_USAGE") ? 2 : 1;
} finally {
  screen.close();
}

async function run(options: DemoOptions): Promise<number> {
  const code = await runDemo(options, { screen, clock: systemClock, signal: stop.signal }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
    return options.once ? exitCodes.failed : exitCodes.done; // what fails after Ctrl-C fails because of it
  });
  if (code === exitCodes.done || !stop.signal.aborted) return code;
  screen.say("interrupted: the fleet had not converged");
  return exitCodes.interrupted;
}
