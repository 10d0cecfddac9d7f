import { keyOf, keyText } from "../../api/meta.ts";
import { Node, type NodeStatusOperation } from "../../api/node.ts";
import type { Clock } from "../../base/clock.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import type { Progress, Target } from "../../drivers/driver.ts";
import { conflictOf } from "./assess.ts";
import { withFailure } from "./attempts.ts";
import { type DesiredFirmware, desiredOf } from "./desired.ts";
import { openOperation } from "./new-operation.ts";
import { isOpen, transferDeadlineMs } from "./operation.ts";
import { performOn } from "./perform.ts";
import { permissionOf } from "./permission.ts";
import { describe, type RunEnd } from "./status.ts";
import type { InstallEnd, NodeDependencies, NodeWork } from "./work.ts";

/** Others write to a node's status too; the operation is written to its newest state, a few times at the most. */
const casTriesMax = 5;
/** Who waits for less than this did not have to know. */
const tellWaitAfterMs = 1_000;
export const waitsForTurn = "its upload waits for its turn";

/**
 * Hands the install to the executor. Whether it is still wanted is asked again when its turn has come; only then is the operation written
 * down, and only after that does the first byte leave.
 */
export function startInstall(
  dependencies: NodeDependencies,
  work: NodeWork,
  { target, end }: { readonly target: Target; readonly end: RunEnd },
  clock: Clock,
): void {
  const { node, desired } = work;
  const { firmware } = desired;
  if (!firmware?.image.ok) return;
  const options = { lane: node.spec.assignment?.group ?? keyText(keyOf(node)), timeoutMs: transferDeadlineMs };
  dependencies.executor.start(keyOf(node), options, (signal) =>
    install(dependencies, { work, firmware, target, clock, end }, signal),
  );
  const { address, port } = target;
  work.memory.installing = { digest: firmware.digest, address, port, sinceMs: clock.monotonic(), isTold: false };
}

/** Whether the executor has an install of this node that is not over. */
export function isExecuting({ executor }: Pick<NodeDependencies, "executor">, node: Node): boolean {
  const status = executor.status(keyOf(node))?.kind;
  return status === "waiting" || status === "running" || status === "aborting";
}

/** Whether an install of this node has had its turn and is not over. */
export function isInstalling({ executor }: Pick<NodeDependencies, "executor">, node: Node): boolean {
  return executor.status(keyOf(node))?.kind === "running";
}

/** Whether an install of this node has yet to have its turn. */
export function isWaiting({ executor }: Pick<NodeDependencies, "executor">, node: Node): boolean {
  return executor.status(keyOf(node))?.kind === "waiting";
}

/**
 * How long until the status should say that an install waits for its turn: most get it at once, and then the write that opens the operation
 * says all. Undefined where nothing waits, or the status says so already.
 */
export function tellsWaitInMs(
  dependencies: NodeDependencies,
  { node, memory }: NodeWork,
  nowMs: number,
): number | undefined {
  const { installing } = memory;
  if (!installing || installing.isTold || !isWaiting(dependencies, node)) return undefined;
  return Math.max(0, installing.sinceMs + tellWaitAfterMs - nowMs);
}

/** Stops an install that is no longer wanted. Where its last byte had left, the driver calls the end unknown, and the device is observed. */
export function stopInstall({ executor }: Pick<NodeDependencies, "executor">, node: Node, why: string): void {
  const status = executor.status(keyOf(node))?.kind;
  if (status !== "waiting" && status !== "running") return;
  executor.abort(keyOf(node), new SporeError("SPORE_CONFLICT", why));
}

interface Install {
  readonly work: NodeWork;
  readonly firmware: DesiredFirmware;
  readonly target: Target;
  readonly clock: Clock;
  /** What the status is to say together with the operation. */
  readonly end: RunEnd;
}

async function install(dependencies: NodeDependencies, install: Install, signal: AbortSignal): Promise<InstallEnd> {
  const { firmware, target, work } = install;
  if (!firmware.image.ok) return { kind: "dropped" };
  const { md5 } = firmware.image.value;
  const image = await dependencies.images.get(firmware.digest);
  const operation = await begin(dependencies, install, signal);
  if (!operation) return { kind: "dropped" };
  const { key } = work.where.device ?? {};
  const { recorder, sightings } = dependencies;
  const tries = operation.attempt > 1 ? ` (attempt ${operation.attempt})` : "";
  const message = `Installing firmware ${firmware.version}${tries}.`;
  recorder.record(work.node, { type: "Normal", reason: "Installing", message, action: "InstallFirmware" });
  try {
    const action = { kind: "InstallFirmware", image, md5, version: firmware.version, fence: operation.fence } as const;
    const report: Progress = (transfer) => key !== undefined && sightings.setTransfer(key, transfer);
    const outcome = await performOn(work, target, action, signal, report);
    return { kind: "ended", operationId: operation.id, outcome };
  } finally {
    if (key !== undefined) sightings.setTransfer(key, undefined);
  }
}

/** The device may have restarted since the last look, while this install waited for its turn; such a boot is not the install's doing. */
function bootIdNow({ where, memory }: NodeWork): number | undefined {
  return where.device?.bootId ?? memory.observation?.bootId;
}

/** Writes the operation down, if the node as it is now still wants it. */
async function begin(
  dependencies: NodeDependencies,
  install: Install,
  signal: AbortSignal,
): Promise<NodeStatusOperation | undefined> {
  const { client, caches } = dependencies;
  const { work, firmware, clock, end } = install;
  const key = keyOf(work.node);
  for (let tries = 1; ; tries++) {
    // Where the cache is behind, the compare-and-swap fails, and only then the server must be asked.
    const node = tries === 1 ? caches.of(Node).get(key) : await client.get(Node, key, signal);
    if (!node || !(await isWanted(dependencies, install, node))) return undefined;
    const { digest, version } = firmware;
    const attempt = withFailure(work.attempts, digest, "").count;
    const sizeBytes = firmware.image.ok ? firmware.image.value.fileBytes : 0;
    const intent = { kind: "InstallFirmware", digest, version, sizeBytes, attempt } as const;
    try {
      return await openOperation(client, node, intent, bootIdNow(work), {
        clock,
        signal,
        describe: (draft, operation) => describe(draft, { ...work, node, operation }, end, clock),
      });
    } catch (error) {
      if (!isSporeError(error, "SPORE_CONFLICT") || tries >= casTriesMax) throw error;
    }
  }
}

async function isWanted(
  { caches, facts }: NodeDependencies,
  { work, firmware }: Install,
  node: Node,
): Promise<boolean> {
  if (node.metadata.uid !== work.node.metadata.uid || isOpen(node.status?.operation)) return false;
  const desired = await desiredOf(node, caches, facts);
  const permission = permissionOf(node, desired, conflictOf(node, work.memory, caches));
  return permission.write && permission.managed && desired.firmware?.digest === firmware.digest;
}
