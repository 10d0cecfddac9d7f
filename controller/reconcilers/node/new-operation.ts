import { Node, type NodeStatus, type NodeStatusOperation } from "../../api/node.ts";
import { SporeError } from "../../base/errors.ts";
import { timestamp } from "../../base/timestamp.ts";
import type { Client } from "../../client/client.ts";
import type { ReconcileContext } from "../../runtime/reconcile.ts";
import { StatusDraft } from "../../runtime/status-draft.ts";
import { writeStatus } from "../../runtime/status-writer.ts";

/** What an operation is about to do. */
export type Intent = Pick<NodeStatusOperation, "kind" | "digest" | "version" | "sizeBytes"> & {
  readonly attempt: number;
};

interface Opening extends Pick<ReconcileContext, "clock" | "signal"> {
  /** Puts into the same write what else is to be said about the node. */
  describe(draft: StatusDraft<NodeStatus>, operation: NodeStatusOperation): void;
}

/**
 * Writes down that an operation begins, before anything leaves for the device. The write is a compare-and-swap: when it succeeds no other
 * controller has begun one on this state of the node, and whoever comes after a crash finds it.
 *
 * @param bootId the device's boot number now, by which a restart will be known.
 * @throws SporeError `SPORE_CONFLICT` when the node is no longer as it was read; then nothing must be sent.
 */
export async function openOperation(
  client: Client,
  node: Node,
  intent: Intent,
  bootId: number | undefined,
  { clock, signal, describe }: Opening,
): Promise<NodeStatusOperation> {
  const fence = nextFence(node, clock.now());
  const operation: NodeStatusOperation = {
    ...intent,
    id: `${node.metadata.name}-${fence}`,
    phase: "Transferring",
    fence,
    ...(bootId !== undefined && { bootId }),
    startedAt: timestamp(clock.now()),
    message: intent.kind === "Restart" ? "The device is asked to restart." : "The image is being sent.",
  };
  const draft = new StatusDraft<NodeStatus>(node, clock);
  describe(draft, operation);
  draft.set({ operation });
  if (await writeStatus(client, Node, draft, signal)) return operation;
  throw new SporeError("SPORE_CONFLICT", `Node ${node.metadata.name} already shows operation ${operation.id}.`);
}

/**
 * Grows with every operation on a node: above the revision that the write replaces, and above every fence before it. Seconds since 1970 keep it
 * growing also when the store is made anew, so that a board which remembers its fence is not lost with a data directory.
 */
export function nextFence(node: Node, nowMs: number): number {
  const replaced = Number(node.metadata.resourceVersion ?? 0);
  const before = node.status?.operation?.fence ?? 0;
  return Math.max(Number.isSafeInteger(replaced) ? replaced : 0, before + 1, Math.floor(nowMs / 1000));
}
