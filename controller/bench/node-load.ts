import { type ChildProcess, fork } from "node:child_process";
import { SporeError } from "../base/errors.ts";
import type { FleetOptions, Traffic } from "../simulator/spore/fleet.ts";
import type { PhysicsName } from "../simulator/spore/physics.ts";

/** A simulated fleet in a process of its own, so that it costs none of the time that is measured. */
export interface NodeLoadOptions
  extends Pick<FleetOptions, "count" | "base" | "httpPort" | "udpPort" | "seed" | "speakOnly" | "labels" | "config"> {
  /** @default "instant" */
  readonly physics?: PhysicsName;
  /** In place of what `physics` says. */
  readonly transferBytesPerSecond?: number;
}

/** What the process says to its parent. */
export type NodeLoadMessage =
  | { readonly kind: "running"; readonly udpPort: number }
  | { readonly kind: "stopped"; readonly traffic: Traffic }
  | { readonly kind: "failed"; readonly message: string };

/** A fleet that runs elsewhere. */
export interface NodeLoad extends AsyncDisposable {
  readonly udpPort: number;
  /** Silences all nodes, and tells what they sent in all. */
  stop(): Promise<Traffic>;
}

/** Starts a fleet in a process of its own. @throws SporeError `SPORE_USAGE` with the fleet's own reason. */
export async function startNodeLoad(options: NodeLoadOptions, signal: AbortSignal): Promise<NodeLoad> {
  signal.throwIfAborted();
  // The compiled file beside this one: Node 20 runs no TypeScript.
  const child = fork(new URL("./node-load-process.js", import.meta.url), [JSON.stringify(options)], { signal });
  child.on("error", () => {}); // an abort; the messages that then do not come say so to whoever waits
  const running = await messageOf(child, "running");
  let stopped: Promise<Traffic> | undefined;
  const stop = () => {
    stopped ??= messageOf(child, "stopped").then(({ traffic }) => traffic);
    if (child.connected) child.send("stop");
    return stopped;
  };
  return {
    udpPort: running.udpPort,
    stop,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
    },
  };
}

/** The next message of a kind. @throws SporeError when the process ends, or says that it failed, before. */
function messageOf<K extends NodeLoadMessage["kind"]>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<NodeLoadMessage, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new SporeError("SPORE_INTERNAL", `The fleet's process ended before it was ${kind}.`));
    const onMessage = (message: NodeLoadMessage) => {
      if (message.kind === "failed") reject(new SporeError("SPORE_USAGE", message.message));
      else if (isKind(message, kind)) resolve(message);
      else return;
      child.off("exit", onExit);
      child.off("message", onMessage);
    };
    child.once("exit", onExit);
    child.on("message", onMessage);
  });
}

function isKind<K extends NodeLoadMessage["kind"]>(
  message: NodeLoadMessage,
  kind: K,
): message is Extract<NodeLoadMessage, { kind: K }> {
  return message.kind === kind;
}
