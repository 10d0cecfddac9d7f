import { LiveNode, type LiveNodeStatus } from "../../api/live-node.ts";
import { SporeError } from "../../base/errors.ts";
import { humanDuration } from "../../base/human-duration.ts";
import type { Command } from "../command.ts";
import { exitCodes, type Io } from "../io.ts";
import { ageText } from "../output/age-text.ts";
import { columns } from "../output/columns.ts";
import { paint } from "../output/paint.ts";
import { paintedCells } from "../output/verdict-colours.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { notFound } from "../session/objects.ts";
import { openSession } from "../session/session.ts";

interface TopOptions extends GlobalOptions {
  readonly sortBy?: string;
  readonly headers: boolean;
}

/** `sporectl top nodes`. */
export const top: Command = {
  define(program, io, finish) {
    const parent = program.command("top").description("Show live figures.");
    parent
      .command("nodes")
      .alias("node")
      .alias("no")
      .alias("sn")
      .description("Show what the boards say of themselves: free heap, signal, uptime.")
      .argument("[name...]", "only these")
      .option("--sort-by <figure>", "name, heap, rssi, uptime or seen; the worst first", "name")
      .option("--no-headers", "leave the first line out")
      .action(async (names: string[], _options, command) => {
        finish(await runTop(names, command.optsWithGlobals(), io));
      });
  },
};

type Figure = (live: LiveNode) => number | string | undefined;

/** What to sort by: the lower, the earlier. A board that does not say is shown last. */
const figures: ReadonlyMap<string, Figure> = new Map<string, Figure>([
  ["name", ({ metadata }) => metadata.name],
  ["heap", ({ status }) => status.freeHeapBytes],
  ["rssi", ({ status }) => status.rssiDbm],
  ["uptime", ({ status }) => status.uptimeSeconds],
  ["seen", ({ status }) => status.lastSeen],
]);

async function runTop(names: readonly string[], options: TopOptions, io: Io): Promise<number> {
  const { sortBy = "name", headers } = options;
  const figure = figures.get(sortBy);
  if (!figure) {
    throw new SporeError("SPORE_USAGE", `--sort-by ${sortBy}: there is no such figure`, {
      hint: `use ${[...figures.keys()].join(", ")}`,
    });
  }
  await using session = await openSession(options, io);
  const { items } = await session.client.list(LiveNode, {}, io.signal);
  for (const name of names) {
    if (!items.some(({ metadata }) => metadata.name === name)) throw notFound(LiveNode, name);
  }
  const chosen = items.filter(({ metadata }) => names.length === 0 || names.includes(metadata.name));
  if (chosen.length === 0) io.err.write("No nodes have been heard.\n");
  if (chosen.length === 0) return exitCodes.done;
  const sorted = [...chosen].sort((a, b) => order(figure(a), figure(b)));
  const head = ["NAME", "PHASE", "HEAP", "RSSI", "UPTIME", "SEEN", "STATE"];
  const heapMax = Math.max(...chosen.map(({ status }) => status.freeHeapBytes ?? 0));
  const rows = sorted.map((live) => paintedCells(head, rowOf(live, heapMax, io), io.out));
  io.out.write(columns(headers ? [head, ...rows] : rows));
  return exitCodes.done;
}

function order(a: number | string | undefined, b: number | string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a === b ? 0 : a < b ? -1 : 1;
}

function rowOf({ metadata, status }: LiveNode, heapMax: number, io: Io): readonly string[] {
  return [
    metadata.name,
    status.phase,
    heapText(status.freeHeapBytes, heapMax, io),
    signalText(status.rssiDbm, io),
    status.uptimeSeconds === undefined ? "" : humanDuration(status.uptimeSeconds * 1000),
    status.lastSeen === undefined ? "" : ageText(status.lastSeen, io),
    stateText(status),
  ];
}

/** Below this a board of this kind begins to drop requests. */
const lowHeapBytes = 8 * 1024;
const barWidth = 8;

function heapText(bytes: number | undefined, max: number, { out }: Io): string {
  if (bytes === undefined) return "";
  const figure = `${(bytes / 1024).toFixed(1)}Ki`;
  if (!out.isTerminal) return figure;
  const bar = "█".repeat(Math.round((bytes / Math.max(1, max)) * barWidth)).padEnd(barWidth, "░");
  return `${paint(out, bytes < lowHeapBytes ? "red" : "green", bar)} ${figure}`;
}

/** Received signal strengths below which connections suffer, and break. */
const weakDbm = -70;
const badDbm = -80;

function signalText(dbm: number | undefined, { out }: Io): string {
  if (dbm === undefined) return "";
  return paint(out, dbm < badDbm ? "red" : dbm < weakDbm ? "yellow" : "green", `${dbm}dBm`);
}

function stateText({ state = "", transfer }: LiveNodeStatus): string {
  if (!transfer) return state;
  const { totalBytes, sentBytes, receivedBytes } = transfer;
  const part = Math.floor(((receivedBytes ?? sentBytes) / Math.max(1, totalBytes)) * 100);
  return `${receivedBytes === undefined ? "sent" : "received"} ${part}%`;
}
