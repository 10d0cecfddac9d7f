/** One system call as strace saw it. Lines count through the recording: a call has an effect somewhere between its first and its last. */
export interface SystemCall {
  readonly name: string;
  /** The arguments as strace writes them. */
  readonly text: string;
  readonly result: number;
  /** What follows the result, such as the path of a new descriptor or the name of an error. */
  readonly remark: string;
  readonly firstLine: number;
  readonly lastLine: number;
}

/**
 * Reads what `strace -f -y -xx` wrote, in the order in which the calls ended; those that never did are left out. With `-f` a call that another
 * thread interrupts stands in two lines.
 */
export function readSystemCalls(recording: string): readonly SystemCall[] {
  const calls: SystemCall[] = [];
  const begun = new Map<string, { readonly text: string; readonly line: number }>();
  recording.split("\n").forEach((line, lastLine) => {
    const [, process, said] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (process === undefined || said === undefined) return;
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(said)?.[1];
    if (unfinished !== undefined) {
      begun.set(process, { text: unfinished, line: lastLine });
      return;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(said)?.[1];
    const start = resumed === undefined ? undefined : begun.get(process);
    const [, name, text, result, remark] =
      /^(\w+)\((.*)\) += (-?\d+)(.*)$/.exec((start?.text ?? "") + (resumed ?? said)) ?? [];
    if (name === undefined || text === undefined || result === undefined) return;
    calls.push({
      name,
      text,
      result: Number(result),
      remark: remark ?? "",
      firstLine: start?.line ?? lastLine,
      lastLine,
    });
  });
  return calls;
}

/** The strings in a call's arguments, as bytes. Throws when strace cut one short. */
export function stringsIn(text: string): readonly Buffer[] {
  return [...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g)].map(([, hex, cut]) => {
    if (cut !== undefined) throw new TypeError("the recording is cut short: raise strace's -s");
    return fromHex(hex ?? "");
  });
}

/** The descriptor that begins `text`, and the path of its file. */
export function descriptorIn(text: string): { readonly number: number; readonly path: string } | undefined {
  const [, number, path] = /^(\d+)<([^>]*)>/.exec(text) ?? [];
  return number === undefined || path === undefined ? undefined : { number: Number(number), path: plain(path) };
}

function plain(path: string): string {
  return path.includes("\\x") ? fromHex(path).toString() : path;
}

function fromHex(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll("\\x", ""), "hex");
}
