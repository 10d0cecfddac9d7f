#!/usr/bin/env node
import { stderr, stdin, stdout } from "node:process";
import { systemClock } from "../base/clock.ts";
import { exitCodes, type Io, type Screen } from "./io.ts";
import { runCli } from "./run-cli.ts";

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());
process.once("SIGTERM", () => interrupted.abort());
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.done); // `sporectl get nodes | head` is not a failure
  throw error;
});

const io: Io = {
  out: screen(stdout),
  err: screen(stderr),
  input: stdin,
  env: process.env,
  clock: systemClock,
  signal: interrupted.signal,
};
process.exitCode = await runCli(process.argv.slice(2), io);

function screen(stream: NodeJS.WriteStream): Screen {
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true && process.env.NO_COLOR === undefined,
    get width() {
      return stream.columns ?? 80;
    },
  };
}
