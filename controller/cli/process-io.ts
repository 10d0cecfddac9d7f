import { stderr, stdin, stdout } from "node:process";
import { systemClock } from "../base/clock.ts";
import { exitCodes, type Io, type Screen } from "./io.ts";

/** What a command may touch of this process. */
export function processIo(signal: AbortSignal): Io {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCodes.done); // `sporectl get nodes | head` is not a failure
    throw error;
  });
  return { out: screen(stdout), err: screen(stderr), input: stdin, env: process.env, clock: systemClock, signal };
}

function screen(stream: NodeJS.WriteStream): Screen {
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    colours: stream.isTTY === true && !process.env.NO_COLOR,
    get width() {
      return stream.columns ?? 80;
    },
  };
}
