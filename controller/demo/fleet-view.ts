import { findCondition } from "../api/conditions.ts";
import type { LiveNode } from "../api/live-node.ts";
import type { Condition } from "../api/meta.ts";
import type { Node } from "../api/node.ts";
import { printableLine } from "../base/printable.ts";

/** What one line of the picture shows. */
export interface NodeLine {
  readonly name: string;
  readonly address: string;
  readonly version: string;
  /** Bytes that arrived, as a part of 1, while an upload runs. */
  readonly progress: number | undefined;
  readonly state: "ready" | "busy" | "waiting" | "failed" | "away";
  readonly text: string;
}

/** A node and its live figures, as a line. `wanted` is the version it should come to; undefined while nobody has said. */
export function nodeLine(node: Node, live: LiveNode | undefined, wanted: string | undefined): NodeLine {
  const { status = {} } = node;
  const version = status.firmware?.version ?? live?.status.version ?? "?";
  const line = { name: node.metadata.name, address: status.address ?? live?.status.address ?? "", version };
  const ready = findCondition(status.conditions, "Ready");
  const stalled = findCondition(status.conditions, "Stalled");
  if (stalled?.status === "True")
    return { ...line, progress: undefined, state: "failed", text: printableLine(stalled.message) };
  if (status.phase === "Dead") return { ...line, progress: undefined, state: "away", text: "no sign of life" };
  const transfer = live?.status.transfer;
  const coming = status.operation?.version ?? "an image";
  if (status.operation?.phase === "Transferring" && transfer) return { ...line, ...transferring(transfer, coming) };
  const step = stepText(status.operation?.phase, version, coming);
  if (step !== undefined) return { ...line, progress: undefined, state: "busy", text: step };
  if (ready?.status === "True" && version === wanted)
    return { ...line, progress: undefined, state: "ready", text: "ready" };
  if (status.phase === "Inactive") return { ...line, progress: undefined, state: "away", text: "silent" };
  return { ...line, progress: undefined, state: "waiting", text: waitingText(ready) };
}

/** What a node waits for: in two words where this is what every node goes through. */
function waitingText(ready: Condition | undefined): string {
  switch (ready?.reason) {
    case undefined:
      return "discovered";
    case "Observing":
      return "being looked at";
    case "Unowned":
      return "not adopted yet";
    case "Settling":
      return "settling";
    case "Unmanaged":
    case "Converged": // with what it was assigned; the group has more in mind
      return "waits for its turn";
    default:
      return printableLine(ready?.message ?? ""); // it may quote the device
  }
}

function transferring(transfer: NonNullable<LiveNode["status"]["transfer"]>, coming: string) {
  const { receivedBytes, sentBytes, totalBytes } = transfer;
  const sentOnly = receivedBytes === undefined;
  const progress = Math.min(1, (receivedBytes ?? sentBytes) / Math.max(1, totalBytes));
  const text = sentOnly && sentBytes >= totalBytes ? "sent, waiting" : `uploading ${coming}`;
  return { progress, state: "busy" as const, text };
}

function stepText(phase: string | undefined, version: string, coming: string): string | undefined {
  switch (phase) {
    case "Transferring":
      return `uploading ${coming}`;
    case "Accepted":
      return `accepted ${coming}`;
    case "Rebooting":
      return `rebooting into ${coming}`;
    case "Verifying":
      return `checking that ${version} stays up`;
    default:
      return undefined;
  }
}

const marks = { ready: "✔", busy: "▶", waiting: "·", failed: "✘", away: "○" } as const;
const colours = { ready: 32, busy: 36, waiting: 90, failed: 31, away: 33 } as const;
const barWidth = 24;
const eighths = " ▏▎▍▌▋▊▉";

/** The whole picture, a string a line, none wider than `width` columns. */
export function picture(lines: readonly NodeLine[], title: string, width: number, colour: boolean): readonly string[] {
  const nameWidth = Math.max(...lines.map(({ name }) => name.length), 4);
  const addressWidth = Math.max(...lines.map(({ address }) => address.length), 7);
  const versionWidth = Math.max(...lines.map(({ version }) => version.length), 5);
  const body = lines.map((line) => {
    const bar = line.progress === undefined ? "" : `${progressBar(line.progress)} `;
    const head = `${line.name.padEnd(nameWidth)}  ${line.address.padEnd(addressWidth)}  ${line.version.padEnd(versionWidth)}`;
    const text = `  ${marks[line.state]} ${head}  ${bar}${line.text}`;
    const cut = text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
    return colour ? `\u001b[${colours[line.state]}m${cut}\u001b[0m` : cut;
  });
  return [title.slice(0, width), "", ...body];
}

/** `███████▌                 31 %`. */
export function progressBar(part: number): string {
  const filled = Math.max(0, Math.min(1, part)) * barWidth;
  const whole = Math.floor(filled);
  const rest = whole < barWidth ? (eighths[Math.floor((filled - whole) * 8)] ?? " ") : "";
  const bar = `${"█".repeat(whole)}${rest}`.padEnd(barWidth);
  return `▕${bar}▏${`${Math.floor(part * 100)}`.padStart(3)} %`;
}
