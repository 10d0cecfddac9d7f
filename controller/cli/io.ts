import type { Clock } from "../base/clock.ts";
import { interruptedExitCode } from "../base/stop-signal.ts";

/** What a command may touch of the process it runs in. */
export interface Io {
  readonly out: Screen;
  readonly err: Screen;
  readonly input: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A terminal, or a pipe. */
export interface Screen {
  write(text: string): void;
  /** Whether a person looks at it: progress bars make sense. */
  readonly isTerminal: boolean;
  /** Whether to write colours; absent: where a person looks. */
  readonly colours?: boolean;
  /** Columns; 80 where unknown. */
  readonly width: number;
}

/** How a command ended. Written down in the README; scripts rely on it. */
export const exitCodes = {
  /** It did what was asked. */
  done: 0,
  /** The server, a device or a file said no. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** The wait was longer than allowed. */
  timedOut: 3,
  /** Ctrl-C. */
  interrupted: interruptedExitCode,
} as const;
