import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { SporeError } from "../../base/errors.ts";
import type { Target } from "./http-connection.ts";

/** Whose interface is spoken: ours, or that of etcd's JSON gateway. */
export type Dialect = "spore" | "etcd";

/** What the load process is asked to do. */
export type LoadJob =
  /** Every client sends one request after the other. Objects are made before the time begins to count. */
  | {
      readonly kind: "flood";
      readonly dialect: Dialect;
      readonly verb: "put" | "get";
      readonly clients: number;
      readonly durationMs: number;
      readonly target: Target;
    }
  /** One client, one write each `pauseMs`. */
  | { readonly kind: "paced"; readonly writes: number; readonly pauseMs: number; readonly target: Target }
  /** Lists `path` so many times. */
  | { readonly kind: "list"; readonly path: string; readonly times: number; readonly target: Target }
  /** Opens so many watches on a few connections of HTTP/2, then writes, and times when each watch sees it. */
  | {
      readonly kind: "fanout";
      readonly watchers: number;
      readonly connections: number;
      readonly writes: number;
      readonly pauseMs: number;
      readonly target: Target;
    };

/** What came of it. */
export interface LoadResult {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly count: number;
  /** Of the last answer. */
  readonly bodyBytes: number;
}

/** What the process says to its parent. */
export type LoadMessage =
  | { readonly kind: "done"; readonly result: LoadResult }
  | { readonly kind: "failed"; readonly message: string };

/** Runs one job in a process of its own, so that every server is asked by the same program that does nothing else. */
export async function runLoad(job: LoadJob, signal: AbortSignal): Promise<LoadResult> {
  signal.throwIfAborted();
  // The compiled file beside this one: Node 20 runs no TypeScript.
  const child: ChildProcess = fork(new URL("./load-process.js", import.meta.url), [], { signal });
  child.on("error", () => {}); // an abort; the exit says so below
  const exited = once(child, "exit");
  try {
    return await new Promise<LoadResult>((resolve, reject) => {
      child.once("message", (message: LoadMessage) => {
        if (message.kind === "done") resolve(message.result);
        else reject(new SporeError("SPORE_UNAVAILABLE", message.message));
      });
      void exited.then(() => reject(new SporeError("SPORE_UNAVAILABLE", "the load's process ended too early")));
      child.send(job);
    });
  } finally {
    child.kill("SIGKILL");
    await exited.catch(() => {});
    signal.throwIfAborted();
  }
}
