import { systemClock } from "../../controller/base/clock.ts";
import type { Io, Screen } from "../../controller/cli/io.ts";

/** An Io whose output is kept. */
export interface CapturedIo extends Io {
  readonly written: { out: string; err: string };
}

/** `input` is what stands on standard input. */
export function capturedIo(
  env: Record<string, string> = {},
  input = "",
  signal = new AbortController().signal,
): CapturedIo {
  const written = { out: "", err: "" };
  const screen = (name: "out" | "err"): Screen => ({
    write(text) {
      written[name] += text;
    },
    isTerminal: false,
    width: 80,
  });
  async function* stdin() {
    yield Buffer.from(input);
  }
  return { out: screen("out"), err: screen("err"), input: stdin(), env, clock: systemClock, signal, written };
}
