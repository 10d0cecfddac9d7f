import { readFile } from "node:fs/promises";
import { SporeError } from "../base/errors.ts";

/** Linux counts CPU time in hundredths of a second for every user program (`sysconf(_SC_CLK_TCK)`). */
const ticksPerSecond = 100;
const kibibyte = 1024;

/** What the kernel says of a process. */
export interface ProcessFigures {
  /** User and system time since its start, in milliseconds. */
  readonly cpuMs: number;
  readonly residentBytes: number;
  /** The part of it that lies in files, such as the program itself and the store's map: the kernel can take it back at any time. */
  readonly residentFileBytes: number;
}

/**
 * Reads `/proc` (proc(5)).
 *
 * @throws SporeError `SPORE_UNAVAILABLE` where there is none, or no such process.
 */
export async function processFigures(pid: number): Promise<ProcessFigures> {
  try {
    const [stat, status] = await Promise.all(
      ["stat", "status"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8")),
    );
    // The name in parentheses may hold spaces; the fields behind it do not. utime and stime are the 14th and 15th of all.
    const fields = (stat ?? "").slice((stat ?? "").lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    const bytesOf = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status ?? "")?.[1] ?? "0") * kibibyte;
    return {
      cpuMs: (ticks / ticksPerSecond) * 1000,
      residentBytes: bytesOf("VmRSS"),
      residentFileBytes: bytesOf("RssFile"),
    };
  } catch (error) {
    throw new SporeError("SPORE_UNAVAILABLE", `There are no figures of process ${pid} in /proc.`, {}, { cause: error });
  }
}
