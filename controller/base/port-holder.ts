import { readdir, readFile, readlink } from "node:fs/promises";
import { SporeError } from "./errors.ts";

/**
 * Who holds a port of this machine, such as `node (process 4711)`, as far as `/proc` tells: it does on Linux, and for the processes of
 * other users only to root.
 */
export async function portHolder(protocol: "tcp" | "udp", port: number): Promise<string | undefined> {
  try {
    const inodes = await socketInodes(protocol, port);
    if (inodes.size === 0) return undefined;
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)))
      if (await holdsOneOf(pid, inodes))
        return `${(await readFile(`/proc/${pid}/comm`, "utf8")).trim()} (process ${pid})`;
    return undefined;
  } catch {
    return undefined; // another system, or the process ended meanwhile: the port is taken all the same, only its holder is not known
  }
}

/** The error for a port that could not be bound because somebody has it: `SPORE_PORT_TAKEN`, with its holder where that can be known. */
export async function portTaken(
  { protocol, address, port }: { readonly protocol: "tcp" | "udp"; readonly address: string; readonly port: number },
  hint: string,
  cause: unknown,
): Promise<SporeError> {
  const holder = await portHolder(protocol, port);
  const by = holder === undefined ? "" : ` by ${holder}`;
  const message = `${protocol.toUpperCase()} port ${port} of ${address} is taken${by}`;
  return new SporeError("SPORE_PORT_TAKEN", message, { hint }, { cause });
}

/** `/proc/net/udp` lists one socket a line: its local address and port in hex in the second column, its inode in the tenth. */
async function socketInodes(protocol: "tcp" | "udp", port: number): Promise<ReadonlySet<string>> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const listening = "0A";
  const rows = (await readFile(`/proc/net/${protocol}`, "utf8")).split("\n").slice(1);
  const fields = rows.map((row) => row.trim().split(/\s+/));
  const holders = fields.filter(
    ([, local, , state]) => local?.endsWith(wanted) && (protocol === "udp" || state === listening),
  );
  return new Set(holders.map((columns) => `socket:[${columns[9]}]`));
}

async function holdsOneOf(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  const files = await readdir(directory).catch(() => []);
  for (const file of files) {
    const target = await readlink(`${directory}/${file}`).catch(() => "");
    if (inodes.has(target)) return true;
  }
  return false;
}
