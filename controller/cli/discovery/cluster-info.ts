import { Node } from "../../api/node.ts";
import type { Command } from "../command.ts";
import { exitCodes, type Io } from "../io.ts";
import { paint } from "../output/paint.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession } from "../session/session.ts";

/** `sporectl cluster-info`. */
export const clusterInfo: Command = {
  define(program, io, finish) {
    program
      .command("cluster-info")
      .description("Show where the server is, which version it has, and how many nodes it knows.")
      .action(async (_options, command) => {
        finish(await runClusterInfo(command.optsWithGlobals(), io));
      });
  },
};

async function runClusterInfo(options: GlobalOptions, io: Io): Promise<number> {
  await using session = await openSession(options, io);
  const { signal } = io;
  const { gitVersion } = await session.readJson<{ gitVersion: string }>("/version", { signal });
  io.out.write(`SPORE control plane is running at ${paint(io.out, "cyan", session.server)}, version ${gitVersion}\n`);
  if (session.names.kindIn(Node.group, Node.kind) === undefined) return exitCodes.done;
  const { items } = await session.client.list(Node, {}, signal);
  const counts = new Map<string, number>();
  for (const { status } of items)
    counts.set(status?.phase ?? "Unknown", (counts.get(status?.phase ?? "Unknown") ?? 0) + 1);
  const phases = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([phase, count]) => `${count} ${phase}`);
  io.out.write(`${items.length} nodes${phases.length === 0 ? "" : `: ${phases.join(", ")}`}\n`);
  return exitCodes.done;
}
